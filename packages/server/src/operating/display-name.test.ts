import assert from "node:assert/strict";
import { test } from "node:test";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createInvite } from "./invite.ts";
import { createMakeAccount } from "./make-account.ts";

const wrong = [
	["x".repeat(257), "display-name-too-long"],
	["Al\nice", "display-name-not-shown"],
	["Al\0ice", "display-name-not-shown"],
	["Al\u0085ice", "display-name-not-shown"],
	["Al\ud800ice", "display-name-not-shown"],
] as const;

test("nobody is made or invited with a display name that the homeserver would not take", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const homeserver = {
		isLocalpartAvailable: async () => ({ ok: true }) as const,
		findUser: async () => undefined,
	};
	const deps = { storage, clock, random, homeserver, serverName: "localhost" };
	const make = createMakeAccount(deps);
	const invite = createInvite({ ...deps, publicBase: "https://account.example/" });
	for (const [displayName, reason] of wrong) {
		const made = await make({ localpart: "alice", displayName }, byOperator);
		assert.deepEqual(made, { ok: false, reason });
		const people = [{ localpart: "bob" }, { localpart: "alice", displayName }];
		assert.deepEqual(await invite(people, byOperator), { ok: false, problems: [{ at: 1, reason }] });
	}
	assert.deepEqual(await world.operator.list(), []);
	const longest = "\u{1f600}".repeat(128);
	assert.ok((await make({ localpart: "alice", displayName: longest }, byOperator)).ok);
	assert.ok((await invite([{ localpart: "bob", displayName: longest }], byOperator)).ok);
});
