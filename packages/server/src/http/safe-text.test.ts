import assert from "node:assert/strict";
import { test } from "node:test";
import { safeText } from "./safe-text.ts";

test("names that apps claim lose whatever hides, reorders, overlaps or breaks lines", () => {
	assert.equal(safeText("Element\u202e X\u2066\u200b\u200d\ufeff"), "Element X");
	assert.equal(safeText("two\r\nlines\u2028three\u0000"), "two linesthree");
	assert.equal(safeText("  wide \u00a0\u3000 space  "), "wide space");
	assert.equal(safeText("a\u3164\u115f\u{e0041}\ufe0f"), "a");
	assert.equal(safeText(`Z${"\u0334".repeat(40)}x`), "Z\u0334\u0334x");
	assert.equal(safeText("\ud800lone"), "lone");
	assert.equal(safeText("u\u0308"), "\u00fc");
	assert.equal(safeText("Ünïcødé 手机 📱"), "Ünïcødé 手机 📱");
});

test("long names are cut where a character ends", () => {
	assert.equal(safeText("📱".repeat(100), 5), "📱📱📱📱…");
	assert.equal(safeText("exact", 5), "exact");
	assert.equal([...safeText("x".repeat(100_000))].length, 80);
});
