/** A program that ends after any of its deeds, on each kind of server there is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type IdentityReset, prepareIdentityReset, resumeIdentityReset } from "../../src/index.ts";
import { mortal } from "../support/mortal.ts";
import { serverKinds } from "../support/servers/index.ts";
import { assertReplaced, openOtherServer } from "./world.ts";

/** After it no approval lasts. */
const aWhile = 11 * 60_000;

const same = ["Synapse before 1.146 with MAS", "a server with a dummy stage"];

for (const kind of serverKinds.filter(({ name }) => !same.includes(name))) {
	test(`ended after any of its deeds on ${kind.name}, a reset goes on with the same keys and approval`, async (t) => {
		await using world = await openOtherServer(kind);
		const { server, app, time, options } = world;
		const before: { first: Awaited<ReturnType<IdentityReset["run"]>> } = { first: world.first };
		let deaths = 0;
		for (; ; deaths++) {
			await time.sleep(aWhile, new AbortController().signal);
			const approved = new Set<string>();
			const keys = new Set<string>();
			const agreeing = {
				...options,
				async present({ url }: { readonly url: string }) {
					if (!approved.has(url)) await server.approve(url);
					approved.add(url);
				},
				saveRecoveryKey: async (key: string) => void keys.add(key),
			};
			const one = mortal(app, deaths + 1);
			const begun = prepareIdentityReset({ ...one.parts, oldBackup: "keep" }).then(async (reset) => ({
				...(await reset.run(agreeing)),
				begun: reset.masterKey,
			}));
			const ended = await Promise.race([begun, one.died]);
			const kept = await resumeIdentityReset(app);
			const outcome = ended === "died" ? await kept?.run(agreeing) : ended;
			assert.ok(approved.size <= 1, `asked for ${approved.size} approvals after ${one.lastDeed()}`);
			if (outcome === undefined) {
				assert.equal(one.lastDeed(), "delete", "only at its very end nothing is left to go on with");
				break;
			}
			if (kept !== undefined) assert.equal(outcome.masterKey, kept.masterKey, "the same keys");
			assert.equal(keys.size, 1, "the same recovery key");
			server.account.backups = server.account.backups.slice(-2);
			await assertReplaced({ ...world, first: before.first }, outcome);
			before.first = outcome;
		}
		t.diagnostic(`ended ${deaths + 1} times`);
		assert.ok(deaths >= 14, `ended ${deaths + 1} times`);
	});
}
