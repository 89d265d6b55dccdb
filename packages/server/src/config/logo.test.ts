import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readLogo } from "./logo.ts";

const png = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");

describe("a logo", () => {
	let folder = "";

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "countersign-logo-"));
	});
	after(() => rm(folder, { recursive: true }));

	async function read(bytes: Uint8Array, name = "logo") {
		await writeFile(join(folder, name), bytes);
		return readLogo(join(folder, name));
	}

	test("is a picture by its content, whatever it is called", async () => {
		const jpeg = Buffer.from("\xff\xd8\xff\xe0rest", "latin1");
		const webp = Buffer.from("RIFF\0\0\0\0WEBPVP8 ", "latin1");
		assert.equal((await read(png, "logo.svg"))?.type, "image/png");
		assert.equal((await read(jpeg))?.type, "image/jpeg");
		assert.equal((await read(webp))?.type, "image/webp");
		const kept = await read(png);
		assert.deepEqual(kept && Buffer.from(kept.bytes), png);
	});

	test("that is a script, a page or nothing is none", async () => {
		const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
		for (const text of [
			"",
			svg,
			"<!doctype html><script>alert(1)</script>",
			"GIF89a",
			"RIFF\0\0\0\0WAVE",
			" \x89PNG",
		])
			assert.equal(await read(Buffer.from(text, "latin1"), "logo.png"), undefined, text);
	});

	test("that is too large, a folder or not there is none", async () => {
		const most = 100 * 1024;
		assert.ok((await read(Buffer.concat([png, Buffer.alloc(most - png.length)]))) !== undefined);
		assert.equal(await read(Buffer.concat([png, Buffer.alloc(most - png.length + 1)])), undefined);
		assert.equal(readLogo(folder), undefined);
		assert.equal(readLogo(join(folder, "nothing")), undefined);
	});

	test("that is another has another version", async () => {
		const [one, other] = [await read(png), await read(Buffer.concat([png, png]))];
		assert.match(one?.version ?? "", /^[\da-f]{12}$/);
		assert.notEqual(one?.version, other?.version);
	});
});
