import type { DeviceId } from "@countersign/protocol";
import { safeText } from "../../http/index.ts";
import { actions, button, type Html, html, linkButton } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { isolated } from "./claims.ts";
import { appName } from "./device-words.ts";
import { type EventGroup, eventGroups } from "./event-groups.ts";

/** What of the security log is looked at; undefined is everything. */
export interface LogFilter {
	readonly group: EventGroup | undefined;
	readonly deviceId: DeviceId | undefined;
}

const path = "/account/security";

/** The page of the log that shows this much of it, from its newest line or behind another. */
export function logPath(filter: LogFilter, after?: { readonly at: number; readonly id: string }): string {
	const query = new URLSearchParams({
		...(filter.group === undefined ? {} : { kind: filter.group }),
		...(filter.deviceId === undefined ? {} : { device: filter.deviceId }),
		...(after === undefined ? {} : { after: `${after.at}.${after.id}` }),
	});
	return query.size === 0 ? path : `${path}?${query}`;
}

export function isFiltered({ group, deviceId }: LogFilter): boolean {
	return group !== undefined || deviceId !== undefined;
}

/** Chooses what is shown; folded away until it is used. It asks and changes nothing, so it is sent by GET: the choice stays in the address. */
export function filterForm(filter: LogFilter, devices: readonly DeviceSession[]): Html {
	return html`<details ${isFiltered(filter) && "open"}><summary>${say("log.filter")}</summary>
<form method="get" action="${path}">
${select({ name: "kind", label: say("log.filter-kind"), all: say("log.everything"), chosen: filter.group, options: Object.entries(eventGroups) })}
${select({ name: "device", label: say("asking.device"), all: say("devices.all"), chosen: filter.deviceId, options: deviceOptions(filter, devices) })}
${actions(button("plain", say("log.show")), isFiltered(filter) ? linkButton("plain", say("log.show-everything"), path) : undefined)}
</form></details>`;
}

type Option = readonly [value: string, label: Text | Html];

/** Those that are signed in; and the one asked for, which the log knows longer than that. */
function deviceOptions({ deviceId }: LogFilter, devices: readonly DeviceSession[]): readonly Option[] {
	const known = devices.flatMap((device): readonly Option[] =>
		device.deviceId === null
			? []
			: [[device.deviceId, html`${isolated(safeText(device.deviceId, 40))} · ${isolated(appName(device))}`]],
	);
	if (deviceId === undefined || devices.some((device) => device.deviceId === deviceId)) return known;
	return [...known, [deviceId, isolated(safeText(deviceId, 40))]];
}

function select(it: {
	readonly name: string;
	readonly label: Text;
	readonly all: Text;
	readonly chosen: string | undefined;
	readonly options: readonly Option[];
}): Html {
	const options = [["", it.all] as const, ...it.options];
	return html`<div class="field"><label for="${it.name}">${it.label}</label>
<select id="${it.name}" name="${it.name}">${options.map(
		([value, label]) =>
			html`<option value="${value}" ${value === (it.chosen ?? "") && "selected"}>${label}</option>`,
	)}</select></div>`;
}
