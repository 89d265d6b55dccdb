import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { qrCode } from "./qr-code.ts";

const draw = (text: string) =>
	qrCode(text)?.map((row) => row.map((dark) => (dark ? "#" : ".")).join("")) ?? [];
const digest = (text: string) =>
	createHash("sha256").update(draw(text).join("\n")).digest("hex").slice(0, 16);

describe("a QR code", () => {
	test("has its three corners, its lines between them, and the size of its version", () => {
		const rows = draw("https://example.org/link?code=BCDF-GHJK");
		assert.equal(rows.length, 29);
		assert.deepEqual(
			rows.slice(0, 7).map((row) => row.slice(0, 7) + row.slice(-7)),
			[
				"##############",
				"#.....##.....#",
				"#.###.##.###.#",
				"#.###.##.###.#",
				"#.###.##.###.#",
				"#.....##.....#",
				"##############",
			],
		);
		assert.equal(rows[6]?.slice(6, -6), "#.#.#.#.#.#.#.#.#");
	});

	// Each was read back by another program's reader, and drawn alike by another program.
	const page = `https://example.org/account/reset/${"fUA5peiTeDVWAGuRz8bRkLwYJ03DMnbR?action=org.matrix.cross_signing_reset&x=".repeat(9)}`;
	const known: Readonly<Record<number, string>> = {
		1: "24073bd30423a364",
		17: "2b810e4b7466d621",
		40: "f0c00350e32faa5b",
		60: "c42f5bee1a369cd4",
		100: "d1f74b2de4161856",
		200: "82cd3021985ca38b",
		260: "40d94d9bd2127dfe",
		500: "da17bad14db52c5a",
	};
	for (const [length, expected] of Object.entries(known)) {
		test(`of ${length} letters is as other programs read it`, () =>
			assert.equal(digest(page.slice(0, Number(length))), expected));
	}

	test("of too long a text there is none", () => {
		assert.ok(qrCode("a".repeat(520)));
		assert.equal(qrCode("a".repeat(521)), undefined);
		assert.ok(qrCode("ä".repeat(260)), "bytes count, not letters");
	});
});
