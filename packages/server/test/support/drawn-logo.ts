import { crc32, deflateSync } from "node:zlib";

/** A square of one colour, 16 px wide, as a PNG file. */
export function drawnLogo(): Uint8Array<ArrayBuffer> {
	const size = 16;
	const row = Buffer.concat([Buffer.of(0), Buffer.alloc(size * 3, Buffer.of(0x6a, 0x1b, 0x9a))]);
	const header = Buffer.alloc(13);
	header.writeUInt32BE(size, 0);
	header.writeUInt32BE(size, 4);
	header.set([8, 2], 8);
	const rows = Buffer.concat(Array.from({ length: size }, () => row));
	const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
	return Uint8Array.from(Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]));
}

function chunk(type: string, data: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	check.writeUInt32BE(crc32(named));
	return Buffer.concat([length, named, check]);
}
