import { bytesOfUlid, ulidOfBytes } from "@countersign/core";

/** The name under which apps know what a database keeps as UUID: the same 128 bits. */
export function ulidOf(uuid: string): string {
	return ulidOfBytes(Buffer.from(uuid.replaceAll("-", ""), "hex"));
}

/** The other way round. */
export function uuidOf(ulid: string): string {
	const hex = Buffer.from(bytesOfUlid(ulid)).toString("hex");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
