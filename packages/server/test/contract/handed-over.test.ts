import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pass, planSynapse } from "../../src/moving/index.ts";
import type { SynapsePerson } from "../../src/moving/ports.ts";
import { madeAt, synapsePerson } from "../support/moving-people.ts";
import { random } from "../support/people-world.ts";
import { dialect, openTemporaryStorage, tableRows } from "../support/storage.ts";

function passInto(
	storage: Awaited<ReturnType<typeof openTemporaryStorage>>,
	people: readonly SynapsePerson[],
) {
	const source = planSynapse(
		{
			people: async ({ after, limit }) => people.filter(({ userId }) => userId > after).slice(0, limit),
		},
		{ serverName: "example.org", now: madeAt + 1_000_000 },
	);
	return pass({ storage, random, source });
}

describe(`what changes hands between two passes, stored in ${dialect}`, () => {
	test("is its new person's, whoever stands first in the list", async () => {
		for (const [from, to] of [
			["anna", "bert"],
			["bert", "anna"],
		] as const)
			for (const between of [0, 250]) {
				const storage = await openTemporaryStorage("synapse");
				const [threepids, externalIds] = [
					[{ medium: "email", address: "desk@example.org", addedAt: 7 }],
					[{ provider: "oidc", subject: "desk" }],
				];
				const person = (name: string, more = {}) =>
					synapsePerson({ userId: `@${name}:example.org`, accessTokens: [], devices: [], ...more });
				// More than are read at once, so that each is of another transaction.
				const others = Array.from({ length: between }, (_, nth) =>
					person(`anna${String(nth).padStart(4, "0")}`),
				);
				const pass = (owner: string) => {
					const [anna, bert] = ["anna", "bert"].map((name) =>
						person(name, name === owner ? { threepids, externalIds } : {}),
					);
					return passInto(storage, [...(anna ? [anna] : []), ...others, ...(bert ? [bert] : [])]);
				};
				await pass(from);
				await pass(to);
				const id = (await storage.read.accounts.find({ localpart: to }))?.id;
				const links = await tableRows(storage.place, "account_links");
				assert.deepEqual(
					links.map(({ account_id }) => account_id),
					[id],
				);
				const addresses = await tableRows(storage.place, "account_emails");
				assert.deepEqual(
					addresses.map(({ account_id }) => account_id),
					[id],
				);
				if (between === 0) assert.equal(Number(addresses[0]?.verified_at), 7);
				await storage.close();
			}
	});
});
