import type { DeviceId } from "@countersign/protocol";
import type { DeviceSession } from "../sessions/index.ts";
import type { NameOf } from "./device-names.ts";
import { ownName } from "./pages/device-words.ts";

/** A person's own devices, and what each is called. */
export interface NamedDevices {
	readonly devices: readonly DeviceSession[];
	readonly nameOf: NameOf;
}

/**
 * Whether another device of the person is called so too. A thief can call theirs as the person calls one, and cannot have
 * its id, which is then shown beside the name.
 */
export function hasNamesake(
	{ deviceId, name }: { readonly deviceId: DeviceId; readonly name?: string | undefined },
	{ devices, nameOf }: NamedDevices,
): boolean {
	if (name === undefined) return false;
	return devices
		.filter((each) => each.deviceId !== deviceId)
		.map((each) => ownName(each, nameOf(each)))
		.some((other) => other !== undefined && likeness(other) === likeness(name));
}

/** Names that differ by marks, spaces or capitals alone look like one. Too much likeness costs no more than an id. */
function likeness(name: string): string {
	return name
		.normalize("NFKC")
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}]/gu, "");
}
