import type { TakenVersions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";

/** The device ids of a row. */
export function devicesOf(text: string): readonly DeviceId[] {
	return JSON.parse(text) as readonly DeviceId[];
}

/** The versions of a row. */
export function takenOf(row: { readonly floor: number; readonly alone: string | null }): TakenVersions {
	return {
		floor: row.floor,
		...(row.alone !== null && { alone: JSON.parse(row.alone) as readonly number[] }),
	};
}
