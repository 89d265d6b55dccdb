import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operator } from "../audit/index.ts";
import { createRegistrationTokens } from "./manage.ts";
import type { TokenUnit } from "./ports.ts";

/** A world of nothing but what is written down. */
function world() {
	const added: { readonly id: string; readonly madeBy: string }[] = [];
	const unit = {
		registrationTokens: { add: async (token: (typeof added)[number]) => added.push(token) > 0 },
	} as unknown as TokenUnit;
	const tokens = createRegistrationTokens({
		storage: { read: unit, write: (work) => work(unit) },
		clock: () => 1,
		random: { bytes: (count) => new Uint8Array(count).fill(0xfb), token: (bytes) => `${bytes} bytes` },
		publicBase: "https://x.org/",
	});
	return { tokens, added };
}

test("a token is named by what no command takes for an option, and is of 144 random bits", async () => {
	const { tokens, added } = world();
	const { id, token } = await tokens.create({ name: "club" }, { kind: "operator", name: "root" });
	assert.equal(id, "7VZFXZQYZVZFXZQYZVZFXZQYZV");
	assert.equal(added[0]?.id, id);
	assert.equal(token, "18 bytes");
});

test("who made it is told with what they came as: a program may be called like an administrator", async () => {
	const { tokens, added } = world();
	const makers: readonly Operator[] = [
		{ kind: "operator", name: "root" },
		{ kind: "administrator", name: "anna" },
		{ kind: "program", name: "anna" },
	];
	for (const by of makers) await tokens.create({ name: "club" }, by);
	assert.deepEqual(
		added.map(({ madeBy }) => madeBy),
		["root", "administrator anna", "program anna"],
	);
});
