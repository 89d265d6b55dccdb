import { asDeviceId, type DeviceId } from "@countersign/protocol";
import type { Random } from "../config/ports.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const length = 10;

/** 52 bits: no two devices of a person come to share one by accident, and nobody else can use it. */
export function newDeviceId(random: Pick<Random, "bytes">): DeviceId {
	// 252 is the largest multiple of 36 in a byte: what lies above would favour the first letters.
	const fair = [...random.bytes(64)].filter((byte) => byte < 252);
	const drawn = fair.slice(0, length).map((byte) => letters.charAt(byte % letters.length));
	return asDeviceId(drawn.join(""));
}
