/** Each deed of the admin API asks within its own transaction whether who asked for it still may. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { AuthorityGone, type Deeds, type StillHeld } from "../../src/admin/index.ts";
import { createDeedsOf } from "../../src/administering.ts";
import { createDomain } from "../../src/domain.ts";
import { silentLog } from "../../src/log/index.ts";
import { random } from "../support/people-world.ts";
import { openTemporaryStorage, seedAccount } from "../support/storage.ts";

const by = { kind: "administrator", name: "@root:localhost" } as const;
const [serverName, publicBase] = ["localhost", "http://localhost/"];

test("none is done whose administrator may not any more by the time it would be, and each is one that could be", async (t) => {
	const storage = await openTemporaryStorage();
	t.after(() => storage.close());
	const clock = () => 1_800_000_000_000;
	const report = (error: unknown) => assert.fail(String(error));
	const common = { storage, clock, random, serverName, publicBase };
	const domain = createDomain({
		...common,
		...{ openRegistration: false, masterKey: new Uint8Array(32), log: silentLog, report },
	});
	t.after(() => domain.close());
	const { accountId, sessions } = await seedAccount(storage, {
		...{ localpart: "alice", deviceIds: ["DEVICEALICE"], at: 1 },
	});
	const sessionId = sessions[0]?.id ?? asSessionId("");
	const deedsOf = createDeedsOf({ ...common, domain, operatorName: undefined, hasMail: true });
	const asked: unknown[] = [];
	const never: StillHeld = async (unit) => {
		asked.push(unit);
		return false;
	};
	const deeds = deedsOf(never);
	const wanted = { accountId, name: "bot", deviceId: asDeviceId("ANOTHERONE"), scope: "" };
	const address = { accountId, email: "a@example.org" };
	const all: Readonly<Record<string, (to: Deeds) => Promise<unknown>>> = {
		makeAccount: (to) => to.makeAccount({ localpart: "bob" }, by),
		lock: (to) => to.people.lock(accountId, by),
		unlock: (to) => to.people.unlock(accountId, by),
		reactivate: (to) => to.people.reactivate(accountId, undefined, by),
		deactivate: (to) => to.people.deactivate(accountId, { erase: true }, by),
		setPassword: (to) => to.people.setPassword(accountId, "a battery that staples horses", by),
		promote: (to) => to.administrators.promote(accountId, by),
		demote: (to) => to.administrators.demote(accountId, by),
		addAddress: (to) => to.addresses.add(address, by),
		removeAddress: (to) => to.addresses.remove({ accountId, key: "a@example.org" }, by),
		addIdentity: (to) => to.identities.add({ accountId, provider: "x", subject: "y" }, by),
		removeIdentity: (to) => to.identities.remove({ accountId, provider: "x", subject: "y" }, by),
		endApp: (to) => to.sessions.endApp({ sessionId, accountId }, by),
		endBrowser: (to) => to.sessions.endBrowser({ idHash: "x", accountId }, by),
		endRequests: (to) => to.requests.end(accountId, by),
		makeToken: (to) => to.registrationTokens.make({ name: "x" }, undefined, by),
		changeToken: (to) => to.registrationTokens.change("x", { uses: 1 }, by),
		revokeToken: (to) => to.registrationTokens.revoke("x", by),
		restoreToken: (to) => to.registrationTokens.restore("x", by),
		issue: (to) => to.tokens.issue(wanted, by),
		replace: (to) => to.tokens.replace({ accountId, sessionId, seen: 1 }, by),
		link: (to) => to.links.make([accountId], by),
		invite: (to) => to.invite([{ localpart: "carol" }], by),
	};
	const own = Object.values(deeds).flatMap((each) =>
		typeof each === "function" ? [each] : Object.values(each),
	);
	// What only reads is none: the list of registration tokens, their links, whether there is an administrator, and who
	// somebody is at a service, as links have it.
	assert.equal(Object.keys(all).length, own.length - 4, "every deed there is");
	const data = async () => [
		await storage.read.accounts.list(),
		await storage.read.events.list(accountId, { limit: 50 }),
		await storage.read.sessions.live({ accountId }),
		await storage.read.registrationTokens.list(),
		await storage.read.addresses.list(accountId),
	];
	const before = await data();
	for (const [name, deed] of Object.entries(all)) {
		const earlier = asked.length;
		await assert.rejects(deed(deeds), AuthorityGone, name);
		assert.equal(asked.length, earlier + 1, name);
	}
	assert.deepEqual(await data(), before);
	const held = deedsOf(async () => true);
	for (const deed of Object.values(all)) await deed(held);
	assert.notDeepEqual(await data(), before);
});
