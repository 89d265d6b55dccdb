import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AccountAction } from "./index.ts";
import { accountActions, parseAccountAction } from "./index.ts";

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
