import { asDeviceId, type DeviceId, errcodes, member, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type ClientDataStorage, refused } from "./client-data.ts";
import { dehydratedDevicePath } from "./dehydrated-device.ts";
import type { Caller, Endpoint } from "./endpoint.ts";
import type { KeysStorage } from "./ports.ts";
import { makeSyncToken, parseSyncToken } from "./sync-token.ts";

const largestPage = 100;

interface Page {
	readonly events: readonly unknown[];
	/** Where the next page begins. */
	readonly end: number;
	readonly isLast: boolean;
}

/**
 * The messages that came for the dehydrated device, oldest first, in pages. Reading takes nothing away: an app that
 * is stopped half-way, or another one, begins anew. They go with the device.
 *
 * Apps of the earlier form (POST) read until a page is empty, those of the present one until no `next_batch` is given.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export function dehydratedEventEndpoints({ storage }: { readonly storage: EventsStorage }): Endpoint[] {
	const paths = [`${dehydratedDevicePath}/:deviceId/events`];
	return [
		{
			method: "GET",
			paths,
			takes: "nothing",
			async answer({ caller, param, query }) {
				const page = await readPage(storage, {
					...{
						caller,
						deviceId: asDeviceId(param("deviceId")),
						from: query.get("from"),
						limit: query.get("limit"),
					},
				});
				if (page instanceof Response) return page;
				return json(200, {
					events: page.events,
					...(!page.isLast && { next_batch: makeSyncToken({ messages: page.end, rest: page.end }) }),
				});
			},
		},
		{
			method: "POST",
			paths,
			takes: "json",
			async answer({ caller, param, query, body }) {
				const from = member(body, "next_batch") ?? null;
				const page = await readPage(storage, {
					...{ caller, deviceId: asDeviceId(param("deviceId")), from, limit: query.get("limit") },
				});
				if (page instanceof Response) return page;
				return json(200, {
					events: page.events,
					next_batch: makeSyncToken({ messages: page.end, rest: page.end }),
				});
			},
		},
	];
}

interface EventsStorage {
	readonly read: KeysStorage["read"] & ClientDataStorage["read"];
}

async function readPage(
	{ read }: EventsStorage,
	wanted: {
		readonly caller: Caller;
		readonly deviceId: DeviceId;
		readonly from: unknown;
		readonly limit: string | null;
	},
): Promise<Page | Response> {
	const { accountId } = wanted.caller;
	const from = parseFrom(wanted.from);
	if (!from.ok) return refused(from.refusal);
	const limit = parseLimit(wanted.limit);
	if (!limit.ok) return refused(limit.refusal);
	// Other devices read their messages by sync, which forgets what it delivered.
	if ((await read.dehydratedDevices.find(accountId))?.deviceId !== wanted.deviceId)
		return matrixError(403, errcodes.forbidden, "This is not the dehydrated device");
	const range = { after: from.value, upTo: await read.stream.position(accountId) };
	const found = await read.toDevice.waiting({ accountId, deviceId: wanted.deviceId }, range, limit.value + 1);
	const shown = found.slice(0, limit.value);
	return {
		events: shown.map(({ sender, type, content }) => ({ sender, type, content })),
		end: shown.at(-1)?.position ?? from.value,
		isLast: shown.length === found.length,
	};
}

function parseFrom(from: unknown): Parsed<number> {
	if (from === null || from === "") return { ok: true, value: 0 };
	const parsed = parseSyncToken(typeof from === "string" ? from : "-");
	return parsed.ok ? { ok: true, value: parsed.value.messages } : parsed;
}

function parseLimit(text: string | null): Parsed<number> {
	if (text === null) return { ok: true, value: largestPage };
	if (!/^[1-9][0-9]{0,8}$/.test(text))
		return refuse(errcodes.invalidParam, "limit must be a positive number");
	return { ok: true, value: Math.min(Number(text), largestPage) };
}
