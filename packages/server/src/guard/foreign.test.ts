import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import { parseForm } from "../http/index.ts";
import { passForeign } from "./foreign.ts";

/** What stands in people's logs after a service has uploaded keys that name this owner. */
async function logAfter(
	owner: unknown,
	status = 200,
	name = "master_key",
	key: unknown = { user_id: owner },
): Promise<readonly SecurityEvent[]> {
	const log: SecurityEvent[] = [];
	const unit = {
		accounts: {
			find: async ({ localpart }: { localpart: string }) =>
				localpart === "gone" ? undefined : { id: asAccountId(`account of ${localpart}`) },
		},
		events: { record: async (event: SecurityEvent) => void log.push(event) },
	};
	const answer = await passForeign(
		{
			storage: { read: unit, write: (work) => work(unit) },
			forward: async () => ({ status, body: {} }),
			serverName: "example.org",
			clock: () => 7,
			random: { token: () => "id" },
		},
		{
			...{ accessToken: "token-of-a-service", address: "192.0.2.1" },
			query: parseForm(""),
			body: { [name]: key },
		},
	);
	assert.equal(answer.status, status);
	return log;
}

describe("what a service wrote past all approval is in the log of", () => {
	test("the person whose keys they are", async () => {
		assert.deepEqual(await logAfter("@alice:example.org"), [
			{
				...{ id: "id", accountId: "account of alice", at: 7, address: "192.0.2.1", detail: {} },
				...{ kind: "identity-replaced-by-service", actor: { kind: "service" } },
			},
		]);
	});

	test("the person whose keys they are, whichever of the three came", async () => {
		for (const name of ["master_key", "self_signing_key", "user_signing_key"])
			assert.equal((await logAfter("@alice:example.org", 200, name)).length, 1, name);
	});

	for (const owner of [
		"@alice:example.com",
		"@alice:evil:example.org",
		"@alice:sub.example.org",
		"@alice:example.org:8448",
		"alice:example.org",
		"@:example.org",
		undefined,
		{ toString: () => "@alice:example.org" },
	])
		test(`nobody here, where they name ${JSON.stringify(owner)}`, async () =>
			assert.deepEqual(await logAfter(owner), []));

	test("nobody, where nobody has that name, or a key is no object", async () => {
		assert.deepEqual(await logAfter("@gone:example.org"), []);
		for (const key of ["@alice:example.org", null, ["@alice:example.org"]])
			assert.deepEqual(await logAfter("@alice:example.org", 200, "master_key", key), []);
	});

	test("nobody, where the homeserver refused them", async () => {
		assert.deepEqual(await logAfter("@alice:example.org", 403), []);
	});
});
