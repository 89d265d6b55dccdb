import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { AccountAction } from "./index.ts";
import { accountActions, parseAccountAction, withAction } from "./index.ts";

const reset = "org.matrix.cross_signing_reset";

describe("account actions", () => {
	for (const action of accountActions)
		test(`${action} is itself`, () => assert.equal(parseAccountAction(action), action));

	const aliases: readonly (readonly [string, AccountAction])[] = [
		["profile", "org.matrix.profile"],
		["sessions_list", "org.matrix.devices_list"],
		["org.matrix.sessions_list", "org.matrix.devices_list"],
		["session_view", "org.matrix.device_view"],
		["org.matrix.session_view", "org.matrix.device_view"],
		["session_end", "org.matrix.device_delete"],
		["org.matrix.session_end", "org.matrix.device_delete"],
	];
	for (const [alias, action] of aliases)
		test(`${alias} means ${action}`, () => assert.equal(parseAccountAction(alias), action));

	for (const name of [
		undefined,
		"",
		"cross_signing_reset",
		"account_deactivate",
		"__proto__",
		"ORG.MATRIX.PROFILE",
		`${reset} `,
	])
		test(`${JSON.stringify(name)} means nothing`, () => assert.equal(parseAccountAction(name), undefined));
});

describe("an account link", () => {
	const links: readonly (readonly [string, string, string])[] = [
		["without query", "https://a.example/account/", `https://a.example/account/?action=${reset}`],
		["with a query", "https://a.example/?lang=fr", `https://a.example/?lang=fr&action=${reset}`],
		["with an empty query", "https://a.example/?", `https://a.example/?action=${reset}`],
		["with an open query", "https://a.example/?a=b&", `https://a.example/?a=b&action=${reset}`],
		["with a fragment", "https://a.example/#top", `https://a.example/?action=${reset}#top`],
		["with both", "https://a.example/?a=b#top", `https://a.example/?a=b&action=${reset}#top`],
		[
			"with a query mark in the fragment",
			"https://a.example/#/x?y=1",
			`https://a.example/?action=${reset}#/x?y=1`,
		],
		["without path", "https://a.example", `https://a.example?action=${reset}`],
	];
	for (const [what, uri, expected] of links) test(what, () => assert.equal(withAction(uri, reset), expected));

	test("encodes what could add parameters or a fragment", () => {
		const link = withAction("https://a.example/", "org.matrix.device_view", { device_id: "A&action=x#/+ é" });
		const url = new URL(link);
		assert.deepEqual(
			[...url.searchParams],
			[
				["action", "org.matrix.device_view"],
				["device_id", "A&action=x#/+ é"],
			],
		);
		assert.equal(url.hash, "");
	});

	test("has one action, which parameters cannot replace", () => {
		const link = withAction("https://a.example/", reset, {
			action: "org.matrix.account_deactivate",
			"1": "x",
		});
		assert.equal(link, `https://a.example/?action=${reset}&1=x`);
	});

	test("carries any text there and back", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (device_id) => {
				const url = new URL(withAction("https://a.example/?x=1#f", "org.matrix.device_view", { device_id }));
				assert.equal(url.searchParams.get("device_id"), device_id);
				assert.equal(url.hash, "#f");
			}),
		);
	});

	test("survives a lone surrogate", () => {
		assert.match(withAction("https://a.example/", reset, { device_id: "\ud800" }), /device_id=%EF%BF%BD$/);
	});
});
