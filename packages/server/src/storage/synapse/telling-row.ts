import { asDeviceId } from "@countersign/protocol";
import type { Telling } from "../../homeserver/synapse/ports.ts";

interface TellingRow {
	readonly kind: string;
	/** A device id; a display name, empty for none; `yes` or `no`; or nothing. */
	readonly detail: string;
}

export function tellingRow(telling: Telling): TellingRow {
	const { kind } = telling;
	switch (kind) {
		case "set-display-name":
			return { kind, detail: telling.displayName ?? "" };
		case "set-locked":
			return { kind, detail: telling.locked ? "yes" : "no" };
		case "delete-device":
			return { kind, detail: telling.deviceId };
		case "delete-user":
			return { kind, detail: telling.erase ? "yes" : "no" };
		default:
			return { kind, detail: "" };
	}
}

/** Undefined where a row means nothing: half understood, it could open a locked account. */
export function parseTelling({ kind, detail }: TellingRow): Telling | undefined {
	const isSo = detail === "yes" || (detail === "no" ? false : undefined);
	switch (kind) {
		case "set-display-name":
			return { kind, displayName: detail === "" ? undefined : detail };
		case "set-locked":
			return isSo === undefined ? undefined : { kind, locked: isSo };
		case "delete-device":
			return detail === "" ? undefined : { kind, deviceId: asDeviceId(detail) };
		case "delete-user":
			return isSo === undefined ? undefined : { kind, erase: isSo };
		case "add-user":
		case "delete-all-devices":
		case "reactivate-user":
			return detail === "" ? { kind } : undefined;
		default:
			return undefined;
	}
}
