/** What holds for every homeserver, held against a real Synapse, and what only a Synapse can say. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { homeserverContract } from "../contract/homeserver.ts";
import { needsSynapse, type RunningSynapse } from "../support/synapse.ts";
import {
	openSynapseHomeserver,
	type SynapseHomeserverWorld,
	startLonelySynapse,
} from "../support/synapse-homeserver.ts";

describe("the connection to a real Synapse", needsSynapse, () => {
	let synapse: RunningSynapse;
	let world: SynapseHomeserverWorld;
	before(async () => {
		synapse = await startLonelySynapse();
		world = await openSynapseHomeserver(synapse);
	});
	after(async () => {
		await world?.[Symbol.asyncDispose]();
		await synapse?.[Symbol.asyncDispose]();
	});

	homeserverContract("Synapse", async () => world);

	test("a name that Synapse has, or would not take, is free for nobody", async () => {
		const { storage, homeserver, settled } = world;
		await storage.write(async (unit) => {
			await unit.accounts.add({
				id: asAccountId("a"),
				localpart: "known",
				passwordHash: "unused",
				createdAt: 1,
			});
			await unit.homeserver.addUser(asAccountId("a"), 1);
		});
		await settled();
		assert.deepEqual(await homeserver.isLocalpartAvailable("known"), { ok: false, reason: "taken" });
		assert.deepEqual(await homeserver.isLocalpartAvailable("KNOWN"), { ok: false, reason: "invalid" });
		assert.deepEqual(await homeserver.isLocalpartAvailable("_service"), { ok: false, reason: "invalid" });
	});
});
