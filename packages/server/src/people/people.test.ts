import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, asSessionId, type RequestIn } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byOperator, byPerson } from "../../test/support/actors.ts";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";
import { seedAccount } from "../../test/support/storage.ts";
import { told } from "../../test/support/told.ts";
import { addAccount } from "./index.ts";

const elsewhere = "198.51.100.9";

describe("registering", () => {
	test("makes an account that can sign in, and a line in its log", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const checked = await world.proofs.signIn({ name: "alice", password, address: home });
		assert.ok(checked.ok);
		assert.equal(checked.proof.accountId, id);
		assert.deepEqual(await world.eventsOf(id), ["account-registered"]);
	});

	test("of many who want one name at once exactly one gets it", async () => {
		await using world = await openPeopleWorld();
		const all = await Promise.all(
			Array.from({ length: 30 }, () =>
				world.people.register({ localpart: "alice", password, address: home }),
			),
		);
		assert.equal(all.filter((each) => each.ok).length, 1);
		assert.ok(all.every((each) => each.ok || each.reason === "localpart-taken"));
	});

	test("is refused, with the reason, for bad names, bad passwords, and where it is closed", async () => {
		await using world = await openPeopleWorld();
		const reasonFor = async (localpart: string, chosen: string) => {
			const outcome = await world.people.register({ localpart, password: chosen, address: home });
			return outcome.ok ? "taken in" : outcome.reason;
		};
		assert.equal(await reasonFor("Alice", password), "localpart-invalid");
		assert.equal(await reasonFor("_bridge", password), "localpart-invalid");
		assert.equal(await reasonFor("", password), "localpart-invalid");
		assert.equal(await reasonFor("alice", "123456789"), "password-too-short");
		assert.equal(await reasonFor("alice", "x".repeat(1025)), "password-too-long");
		assert.equal(await reasonFor("alice", "é".repeat(600)), "password-too-long");
		await using closed = await openPeopleWorld({ openRegistration: false });
		const outcome = await closed.people.register({ localpart: "alice", password, address: home });
		assert.deepEqual(outcome, { ok: false, reason: "registration-closed" });
	});

	test("gives nobody a name of those who run the server, who can make such an account themselves", async () => {
		await using world = await openPeopleWorld();
		const refused = { ok: false, reason: "localpart-official" };
		for (const localpart of ["admin", "supp0rt", "post.master"])
			assert.deepEqual(await world.people.register({ localpart, password, address: home }), refused);
		assert.ok((await world.operator.create({ localpart: "admin", password }, byOperator)).ok);
	});

	test("takes no password that is tried first, or that is little more than what is known of who has it", async () => {
		await using world = await openPeopleWorld();
		const reasonFor = async (chosen: string) => {
			const outcome = await world.people.register({ localpart: "alice", password: chosen, address: home });
			return outcome.ok ? "taken in" : outcome.reason;
		};
		assert.equal(await reasonFor("Password2024!"), "password-common");
		assert.equal(await reasonFor("Alice.2024"), "password-personal");
		assert.equal(await reasonFor("localhost-12"), "password-personal");
		assert.equal(await world.people.byName("alice"), undefined);
	});

	test("from one address ends at 300 in an hour, refused passwords too; other addresses go on", async () => {
		await using world = await openPeopleWorld();
		const attempt = (localpart: string, address: string, chosen = password) =>
			world.people.register({ localpart, password: chosen, address });
		for (let index = 0; index < 300; index++)
			await attempt("same", home, index % 2 === 0 ? "Password2024!" : password);
		const refused = await attempt("alice", home);
		assert.ok(!refused.ok && refused.reason === "throttled");
		assert.ok(refused.retryAfterMs > 59 * 60_000 && refused.retryAfterMs <= 60 * 60_000, "after the hour");
		assert.ok((await attempt("alice", elsewhere)).ok);
	});

	test("from one address ends at 1000 in a day, of which 300 in each hour", async (t) => {
		t.mock.timers.enable({ apis: ["Date"] });
		await using world = await openPeopleWorld();
		const attempt = () => world.people.register({ localpart: "same", password, address: home });
		const isThrottled = (outcome: Awaited<ReturnType<typeof attempt>>) =>
			!outcome.ok && outcome.reason === "throttled";
		const counts: number[] = [];
		for (let hours = 0; hours < 4; hours++) {
			if (hours > 0) t.mock.timers.tick(60 * 60_000);
			let allowed = 0;
			while (allowed < 400 && !isThrottled(await attempt())) allowed++;
			counts.push(allowed);
		}
		assert.deepEqual(counts, [300, 300, 300, 100]);
		const retryAfterMs = 21 * 60 * 60_000;
		assert.deepEqual(await attempt(), { ok: false, reason: "throttled", retryAfterMs });
	});

	test("is told what the account is, and proves who chose the password", async () => {
		await using world = await openPeopleWorld();
		const made = await world.people.register({ localpart: "alice", password, address: home });
		assert.ok(made.ok);
		const { account, proof } = made;
		const { id, ...facts } = account;
		const createdAt = world.clock();
		assert.equal(id.length, 26);
		assert.deepEqual(facts, {
			...{ localpart: "alice", admin: false, createdAt, hasPassword: true, generation: 0 },
		});
		assert.deepEqual(account, await world.people.byId(id), "as it is found later");
		assert.deepEqual(account, await world.people.byName("alice"));
		assert.deepEqual(proof, { how: "password", at: createdAt, accountId: id, generation: 0 });
		const [line] = await world.storage.read.events.list(id, { limit: 1 });
		assert.deepEqual([line?.at, line?.address, line?.detail], [createdAt, home, {}]);
	});

	test("gives an id in the shape that MAS gives to ids, of sixteen bytes", async () => {
		await using world = await openPeopleWorld();
		const random = { bytes: (count: number) => new Uint8Array(count).fill(255), token: () => "line" };
		const logged = { address: home, actor: byPerson, detail: {} };
		const account = await world.storage.write((unit) =>
			addAccount({ random }, unit, { localpart: "alice", passwordHash: null, createdAt: 1, logged }),
		);
		assert.equal(account?.id, `7${"Z".repeat(25)}`);
		assert.deepEqual([account?.passwordChangedAt, account?.displayName], [null, null]);
	});

	test("a name of a closed account is never given to somebody else", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.operator.deactivate(id, { erase: true }, byOperator);
		const again = await world.people.register({ localpart: "alice", password, address: home });
		assert.deepEqual(again, { ok: false, reason: "localpart-taken" });
	});
});

describe("changing the password", () => {
	test("ends the other browsers and keeps this one", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const here = await world.browserOf(id);
		const there = await world.browserOf(id, { address: elsewhere });
		const proof = await world.proofFor("change-password", here);
		const change = { proof, next: "a different one", address: home };
		assert.deepEqual(await world.people.changePassword(change), { ok: true });
		assert.ok(await world.browserSessions.find(here.cookieValue));
		assert.equal(await world.browserSessions.find(there.cookieValue), undefined);
		const old = await world.proofs.signIn({ name: "alice", password, address: home });
		assert.equal(old.ok, false);
		assert.ok((await world.eventsOf(id)).includes("password-changed"));
	});

	test("ends approvals that were not used yet, in one go with it; what waits goes on waiting", async () => {
		await using world = await openPeopleWorld();
		const { accountId } = await seedAccount(world.storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
		assert.ok((await world.operator.setPassword(accountId, password, byOperator)).ok);
		const reference = "approved";
		await world.storage.write(async ({ requests }) => {
			await requests.add(pendingRequest(accountId));
			await requests.add({ ...pendingRequest(accountId), reference, uiaSession: "uia-2", digest: "d2" });
			const now = world.clock();
			await requests.move({ move: "approve", reference, accountId, generation: 1, delayMs: 0, now });
		});
		const proof = await world.proofFor("change-password", await world.browserOf(accountId));
		const change = { proof, next: "a different one", address: home };
		const state = async (which: string) => {
			const found = await world.storage.read.requests.find({ reference: which });
			return found?.state === "withdrawn" ? found.reason : found?.state;
		};
		assert.equal((await world.people.changePassword({ ...change, next: "short" })).ok, false);
		assert.equal(await state(reference), "approved");
		assert.deepEqual(await world.people.changePassword(change), { ok: true });
		assert.deepEqual([await state(reference), await state("ref-1")], ["password-changed", "pending"]);
	});

	test("a sign-in whose password is changed while it is checked does not come to be", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const checked = await world.proofs.signIn({ name: "alice", password, address: elsewhere });
		assert.ok(checked.ok);
		const proof = await world.proofFor("change-password", await world.browserOf(id));
		const change = { proof, next: "a different one", address: home };
		assert.deepEqual(await world.people.changePassword(change), { ok: true });
		const before = await world.eventsOf(id);
		const started = await world.browserSessions.start({ proof: checked.proof, address: elsewhere });
		assert.equal(started, undefined);
		assert.deepEqual(await world.eventsOf(id), before);
	});

	test("a new password that is no password is refused", async () => {
		await using world = await openPeopleWorld();
		const proof = await world.proofFor("change-password", await world.browserOf(await world.add("alice")));
		const change = async (next: string) => world.people.changePassword({ proof, next, address: home });
		assert.deepEqual(await change("short"), { ok: false, reason: "password-too-short" });
		assert.deepEqual(await change("x".repeat(1025)), { ok: false, reason: "password-too-long" });
		assert.deepEqual(await change("qwerty12345"), { ok: false, reason: "password-common" });
	});

	test("a new password that is little more than a name or an address of theirs is refused", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const mailbox = { address: "wonder@mail.example", key: "wonder@mail.example" };
		await world.storage.write((unit) => unit.addresses.vouch({ accountId, ...mailbox, at: 1 }));
		const proof = await world.proofFor("change-password", await world.browserOf(accountId));
		const refused = { ok: false, reason: "password-personal" };
		for (const next of ["alice alice", "Wonder-2024", "localhost.1"]) {
			assert.deepEqual(await world.people.changePassword({ proof, next, address: home }), refused);
			assert.equal(await world.people.refusesPassword(accountId, next), "password-personal");
		}
		assert.equal(await world.people.refusesPassword(accountId, "wonder of the sea"), undefined);
	});

	test("a password from before that would be refused now goes on working", async () => {
		await using world = await openPeopleWorld();
		const { accountId } = await seedAccount(world.storage, { localpart: "alice", deviceIds: [], at: 1 });
		const to = "hash of password123 #00";
		await world.storage.write((unit) => unit.accounts.replacePassword({ id: accountId, to, at: 2 }));
		const typed = { name: "alice", password: "password123", address: home };
		assert.ok((await world.proofs.signIn(typed)).ok);
	});

	test("two changes at once from the same old password: one counts", async () => {
		await using world = await openPeopleWorld();
		const here = await world.browserOf(await world.add("alice"));
		const proof = await world.proofFor("change-password", here);
		const outcomes = await Promise.all(
			["first new one", "second new one"].map((next) =>
				world.people.changePassword({ proof, next, address: home }),
			),
		);
		assert.equal(outcomes.filter((each) => each.ok).length, 1);
		assert.ok(outcomes.some((each) => !each.ok && each.reason === "signed-out"));
	});

	test("does not happen from a browser that was signed out after the password was checked", async () => {
		await using world = await openPeopleWorld();
		const here = await world.browserOf(await world.add("alice"));
		const proof = await world.proofFor("change-password", here);
		await world.browserSessions.end(here.idHash);
		const change = await world.people.changePassword({ proof, next: "a different one", address: home });
		assert.deepEqual(change, { ok: false, reason: "signed-out" });
		assert.ok((await world.proofs.signIn({ name: "alice", password, address: home })).ok);
	});
});

describe("that a password was changed a moment ago", () => {
	test("is told for a minute, and not of the first one", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		assert.equal(await world.people.isPasswordJustChanged(id), false);
		world.advance(10_000);
		const proof = await world.proofFor("change-password", await world.browserOf(id));
		world.advance(1);
		const change = { proof, next: "a different one", address: elsewhere };
		assert.deepEqual(await world.people.changePassword(change), { ok: true });
		assert.equal(await world.people.isPasswordJustChanged(id), true);
		const [line] = await world.storage.read.events.list(id, { limit: 1 });
		assert.deepEqual(
			[line?.kind, line?.at, line?.address, line?.detail],
			["password-changed", world.clock(), elsewhere, {}],
		);
		world.advance(59_999);
		assert.equal(await world.people.isPasswordJustChanged(id), true);
		world.advance(1);
		assert.equal(await world.people.isPasswordJustChanged(id), false);
		world.advance(-60_001);
		assert.equal(await world.people.isPasswordJustChanged(id), false, "by a clock that was set back");
		assert.equal(await world.people.isPasswordJustChanged(asAccountId("nobody")), false);
	});
});

describe("closing an account", () => {
	test("tells the homeserver, and the log, with what to erase, from where and when", async () => {
		for (const erase of [true, false]) {
			await using world = await openPeopleWorld({ homeserver: "synapse" });
			const accountId = await world.add("alice");
			await told(world, accountId);
			const proof = await world.proofFor("close-account", await world.browserOf(accountId));
			world.advance(5);
			assert.equal(await world.people.close({ proof, erase, address: elsewhere }), true);
			const [line] = await world.storage.read.events.list(accountId, { limit: 1 });
			const { id: _, ...facts } = line ?? assert.fail();
			assert.deepEqual(facts, {
				...{ accountId, at: world.clock(), kind: "account-deactivated", address: elsewhere },
				actor: byPerson,
				detail: { erase: erase ? "yes" : "no" },
			});
			assert.equal((await world.people.byId(accountId))?.deactivatedAt, world.clock());
			assert.deepEqual(await told(world, accountId), [{ kind: "delete-user", erase }]);
		}
	});

	test("ends devices, browsers and the way back in, at once", async () => {
		await using world = await openPeopleWorld();
		const { accountId } = await seedAccount(world.storage, {
			localpart: "alice",
			deviceIds: ["ONE", "TWO"],
			at: 1,
		});
		const request = pendingRequest(accountId);
		assert.ok((await world.operator.setPassword(accountId, password, byOperator)).ok);
		const browser = await world.browserOf(accountId);
		await world.storage.write((unit) => unit.requests.add(request));
		const proof = await world.proofFor("close-account", browser);
		assert.equal(await world.people.close({ proof, erase: false, address: elsewhere }), true);
		assert.deepEqual(await world.storage.read.sessions.live({ accountId }), []);
		assert.equal(await world.browserSessions.find(browser.cookieValue), undefined);
		assert.deepEqual(await world.browserSessions.listOf(accountId), [], "nor were it opened again");
		assert.equal((await world.people.byId(accountId))?.hasPassword, false);
		const ended = await world.storage.read.requests.find({ reference: request.reference });
		assert.ok(ended?.state === "withdrawn" && ended.reason === "account-closed");
		const log = await world.storage.read.events.list(accountId, { limit: 50 });
		const lines = log.filter(({ kind }) => kind === "device-signed-out" || kind === "account-deactivated");
		assert.deepEqual(
			lines.map(({ address }) => address),
			[elsewhere, elsewhere, elsewhere],
			"both devices and the account, from where it was done",
		);
	});

	test("happens once", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const proof = await world.proofFor("close-account", await world.browserOf(accountId));
		const all = await Promise.all([
			...Array.from({ length: 5 }, () => world.people.close({ proof, erase: true, address: home })),
			...Array.from({ length: 5 }, () => world.operator.deactivate(accountId, { erase: true }, byOperator)),
		]);
		assert.equal(all.filter(Boolean).length, 1);
		const log = await world.eventsOf(accountId);
		assert.equal(log.filter((kind) => kind === "account-deactivated").length, 1);
	});

	test("does not happen from a browser that was signed out after the password was checked", async () => {
		await using world = await openPeopleWorld();
		const here = await world.browserOf(await world.add("alice"));
		const proof = await world.proofFor("close-account", here);
		await world.browserSessions.end(here.idHash);
		assert.equal(await world.people.close({ proof, erase: true, address: home }), false);
		assert.ok((await world.proofs.signIn({ name: "alice", password, address: home })).ok);
	});
});

function pendingRequest(accountId: AccountId): RequestIn<"pending"> {
	return {
		...{
			accountId,
			sessionId: asSessionId("alice/ONE"),
			deviceId: asDeviceId("ONE"),
			reference: "ref-1",
			uiaSession: "uia-1",
		},
		...{ digest: "d1", keys: {}, masterKey: "M", createdAt: 1, lastUploadAt: 1 },
		...{ state: "pending", expiresAt: Number.MAX_SAFE_INTEGER },
	};
}
