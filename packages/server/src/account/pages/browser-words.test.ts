import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../../test/support/in-english.ts";
import { agentClaim, browserName } from "./browser-words.ts";

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";

const spoken: readonly (readonly [userAgent: string, name: string])[] = [
	["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
	[`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/141.0.0.0 Safari/537.36`, "Chrome on Windows"],
	[
		`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`,
		"Edge on Windows",
	],
	[`Mozilla/5.0 (Linux; Android 15; K) ${webkit} Chrome/141.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
	["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"],
	[
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
		"Safari on a Mac",
	],
	[
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
		"Safari on an iPhone",
	],
	[
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
		"Chrome on an iPhone",
	],
	["Mozilla/5.0 (Linux; U; SomethingNew/9)", "A browser on Linux"],
	["Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) FxiOS/140.0 Mobile/15E148", "Firefox on an iPad"],
	[`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/141.0.0.0 Safari/537.36`, "Chrome on ChromeOS"],
	[`Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/141.0.0.0 Safari/537.36 OPR/120.0`, "Opera on Windows"],
	[
		`Mozilla/5.0 (Linux; Android 15) ${webkit} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36`,
		"Samsung Internet on Android",
	],
	["Firefox/140.0", "Firefox"],
	["curl/8.14.1", "curl/8.14.1"],
];

test("browsers are named as people know them, whoever else they want to be taken for", () => {
	for (const [userAgent, name] of spoken) assert.equal(inEnglish(browserName(userAgent)), name);
});

test("what a browser says of itself is shown harmless and short, and nothing as what it is", () => {
	assert.equal(browserName("Firefo\u202ex\nof mine"), "Firefox of mine");
	assert.equal(inEnglish(browserName("x".repeat(500))).length, 60);
	for (const nothing of [undefined, "", "\u200b \u202e"]) {
		assert.equal(inEnglish(browserName(nothing)), "A browser that does not say what it is");
	}
});

test("all of it is shown up to 256 characters, and none where it is nothing", () => {
	assert.equal(agentClaim("x".repeat(500)), `${"x".repeat(255)}…`);
	for (const nothing of [undefined, "", "\u200b"]) assert.equal(agentClaim(nothing), undefined);
});
