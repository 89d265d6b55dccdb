import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistrationTokens } from "./manage.ts";
import type { TokenUnit } from "./ports.ts";

test("a token is named by what no command takes for an option", async () => {
	const added: unknown[] = [];
	const unit = {
		registrationTokens: { add: async (token: { readonly id: string }) => added.push(token.id) > 0 },
	} as unknown as TokenUnit;
	const tokens = createRegistrationTokens({
		storage: { read: unit, write: (work) => work(unit) },
		clock: () => 1,
		random: { bytes: (count) => new Uint8Array(count).fill(0xfb), token: () => "-secret" },
		publicBase: "https://x.org/",
	});
	const { id } = await tokens.create({ name: "club" }, { kind: "operator", name: "root" });
	assert.deepEqual([id, added], ["7VZFXZQYZVZFXZQYZVZFXZQYZV", ["7VZFXZQYZVZFXZQYZVZFXZQYZV"]]);
});
