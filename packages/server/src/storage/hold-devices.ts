import type { DeviceId } from "@countersign/protocol";

/** The device ids of a row. */
export function devicesOf(text: string): readonly DeviceId[] {
	return JSON.parse(text) as readonly DeviceId[];
}
