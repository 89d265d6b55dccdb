import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, type PeopleWorld, random } from "../../test/support/people-world.ts";
import type { NamesThere } from "../people/ports.ts";
import { createInvite } from "./invite.ts";

/** Invitations beside a homeserver that answers so about a name. */
function invitesOf(world: PeopleWorld, isLocalpartAvailable: NamesThere["isLocalpartAvailable"]) {
	const { storage, clock } = world;
	const invite = createInvite({
		...{ storage, clock, random, serverName: "localhost", publicBase: "https://account.example/" },
		homeserver: { isLocalpartAvailable },
	});
	return (...names: readonly string[]) =>
		invite(
			names.map((localpart) => ({ localpart })),
			byOperator,
		);
}

describe("inviting people", () => {
	test("asks the homeserver about every new name, and invites nobody where it knows or refuses one", async () => {
		await using world = await openPeopleWorld();
		await world.add("there");
		const asked: string[] = [];
		const invite = invitesOf(world, async (localpart) => {
			asked.push(localpart);
			if (localpart === "known") return { ok: false, reason: "taken" };
			return localpart === "kept" ? { ok: false, reason: "exclusive" } : { ok: true };
		});
		assert.deepEqual(await invite("new", "known", "there", "kept"), {
			ok: false,
			problems: [
				{ at: 1, reason: "known-at-homeserver" },
				{ at: 3, ok: false, reason: "localpart-invalid", fault: "kept-there" },
			],
		});
		assert.deepEqual(asked, ["new", "known", "kept"], "who has an account is nobody new");
		assert.equal((await world.operator.list()).length, 1);
	});

	test("ends at once where the homeserver does not answer", async () => {
		await using world = await openPeopleWorld();
		let asked = 0;
		const invite = invitesOf(world, async () => {
			asked++;
			throw new HomeserverUnavailable("away");
		});
		assert.deepEqual(await invite("one", "two"), {
			ok: false,
			problems: [{ at: 0, reason: "homeserver-unavailable" }],
		});
		assert.deepEqual([asked, await world.operator.list()], [1, []]);
	});

	test("twice at once makes each account once, and one link for it", async () => {
		await using world = await openPeopleWorld();
		const invite = invitesOf(world, async () => ({ ok: true }));
		const outcomes = await Promise.all([invite("ann", "bob"), invite("bob", "ann")]);
		const links = outcomes.flatMap((outcome) => (outcome.ok ? outcome.links : []));
		assert.equal(links.length, 4);
		const made = links.flatMap((link) => (link === undefined ? [] : [link]));
		assert.equal(made.length, 2);
		for (const { url } of made)
			assert.match(url, /^https:\/\/account\.example\/account\/new-password\/[\w-]{43}$/);
		const accounts = await world.operator.list();
		assert.deepEqual(
			accounts.map(({ localpart, hasPassword }) => [localpart, hasPassword]),
			[
				["ann", false],
				["bob", false],
			],
		);
		for (const { id } of accounts)
			assert.deepEqual((await world.eventsOf(id)).toSorted(), ["account-registered", "password-link-made"]);
	});
});
