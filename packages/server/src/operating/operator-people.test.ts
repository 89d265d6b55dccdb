import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asSessionId, type RequestIn } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import {
	home,
	openPeopleWorld,
	type PeopleWorld,
	password,
	random,
} from "../../test/support/people-world.ts";
import { seedAccount } from "../../test/support/storage.ts";
import { createOperatorRequests } from "./index.ts";

const another = "another long password";

/** A person in a browser, whose device asks for one identity and holds the approval of another. */
async function openWithRequests() {
	const world = await openPeopleWorld();
	const { accountId } = await seedAccount(world.storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
	await world.storage.write(async ({ requests }) => {
		await requests.add(pendingRequest(accountId, "waiting"));
		await requests.add(pendingRequest(accountId, "approved"));
		const now = world.clock();
		const approve = { move: "approve", reference: "approved", accountId } as const;
		await requests.move({ ...approve, generation: 0, delayMs: 0, now });
	});
	const browser = await world.browserOf(accountId);
	return { world, accountId, browser };
}

/** A device the person has allowed, that comes for its tokens with its next request. */
async function allowDevice(world: PeopleWorld, accountId: AccountId) {
	const [now, expiresAt] = [world.clock(), world.clock() + 300_000];
	const codes = { deviceCodeHash: "device-1", userCodeHash: "user-1" };
	await world.storage.write(async ({ deviceAuthorizations }) => {
		const asked = { clientId: "client-1", scope: "scope", createdAt: now, expiresAt, intervalMs: 5_000 };
		await deviceAuthorizations.add({ ...codes, ...asked, address: home });
		await deviceAuthorizations.decide({
			...{ userCodeHash: codes.userCodeHash, accountId, generation: 0, browser: "browser" },
			...{ to: "approved", now, expiresAt },
		});
	});
	const { deviceCodeHash } = codes;
	const spend = { deviceCodeHash, clientId: "client-1", sessionId: asSessionId("session-1"), now };
	return () => world.storage.write((unit) => unit.deviceAuthorizations.spend(spend));
}

async function reasonsOf(world: PeopleWorld) {
	const found = await Promise.all(
		["waiting", "approved"].map((reference) => world.storage.read.requests.find({ reference })),
	);
	return found.map((request) => (request?.state === "withdrawn" ? request.reason : request?.state));
}

describe("the operator", () => {
	test("makes accounts where registration is closed, which sign in like any other", async () => {
		await using world = await openPeopleWorld({ openRegistration: false });
		const made = await world.operator.create({ localpart: "alice", password }, byOperator);
		assert.ok(made.ok);
		assert.ok((await world.proofs.signIn({ name: "alice", password, address: home })).ok);
		const [event] = await world.storage.read.events.list(made.account.id, { limit: 1 });
		assert.deepEqual([event?.kind, event?.actor], ["account-registered", byOperator]);
	});

	test("is refused bad names, bad passwords and taken names, with the reason", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		const reasonFor = async (localpart: string, chosen: string) => {
			const outcome = await world.operator.create({ localpart, password: chosen }, byOperator);
			return outcome.ok ? "made" : outcome.reason;
		};
		assert.equal(await reasonFor("Bob", password), "localpart-invalid");
		assert.equal(await reasonFor("bob", "short"), "password-too-short");
		assert.equal(await reasonFor("bob", "x".repeat(1025)), "password-too-long");
		assert.equal(await reasonFor("bob", "Password2024!"), "password-common");
		assert.equal(await reasonFor("robert", "robert 1990"), "password-personal");
		assert.equal(await reasonFor("alice", password), "localpart-taken");
	});

	test("sees everybody, with who is locked or closed", async () => {
		await using world = await openPeopleWorld();
		const [bob, carol] = [await world.add("bob"), await world.add("carol"), await world.add("alice")];
		await world.operator.lock(bob, byOperator);
		await world.operator.deactivate(carol, { erase: false }, byOperator);
		const all = await world.operator.list();
		assert.deepEqual(
			all.map((one) => [one.localpart, one.lockedAt !== undefined, one.deactivatedAt !== undefined]),
			[
				["alice", false, false],
				["bob", true, false],
				["carol", false, true],
			],
		);
	});

	test("opens a closed account again with a new password, and a line in its log; an open one stays as it is", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		assert.deepEqual(await world.operator.reactivate(accountId, another, byOperator), {
			...{ ok: false, reason: "account-open" },
		});
		await world.operator.deactivate(accountId, { erase: true }, byOperator);
		assert.deepEqual(await world.operator.reactivate(accountId, "short", byOperator), {
			...{ ok: false, reason: "password-too-short" },
		});
		assert.deepEqual(await world.operator.reactivate(accountId, "password123", byOperator), {
			...{ ok: false, reason: "password-common" },
		});
		assert.deepEqual(await world.operator.reactivate(accountId, another, byOperator), {
			...{ ok: true, isLocked: false },
		});
		const enter = (typed: string) => world.proofs.signIn({ name: "alice", password: typed, address: home });
		assert.deepEqual([(await enter(password)).ok, (await enter(another)).ok], [false, true]);
		const log = await world.storage.read.events.list(accountId, { limit: 10 });
		assert.ok(log.some(({ kind }) => kind === "account-reactivated"));
	});
});

test("a lock and a new password take back devices that were allowed and have not come yet", async () => {
	for (const change of ["nothing", "lock", "setPassword"] as const) {
		const { world, accountId } = await openWithRequests();
		await using _ = world;
		const spend = await allowDevice(world, accountId);
		if (change === "lock") {
			await world.operator.lock(accountId, byOperator);
			await world.operator.unlock(accountId, byOperator);
		}
		if (change === "setPassword") await world.operator.setPassword(accountId, another, byOperator);
		assert.equal(await spend(), change === "nothing", change);
	}
});

describe("locking an account", () => {
	test("ends its requests, approved ones too, and its browsers, in one go", async () => {
		const { world, accountId, browser } = await openWithRequests();
		await using _ = world;
		assert.equal(await world.operator.lock(accountId, byOperator), true);
		assert.deepEqual(await reasonsOf(world), ["account-locked", "account-locked"]);
		assert.equal(await world.operator.unlock(accountId, byOperator), true);
		assert.equal(await world.browserSessions.find(browser.cookieValue), undefined);
		assert.deepEqual(
			await reasonsOf(world),
			["account-locked", "account-locked"],
			"unlocking revives nothing",
		);
		const events = await world.eventsOf(accountId);
		assert.deepEqual([...events].sort(), ["account-locked", "account-unlocked", "signed-in"]);
	});

	test("happens once, however many ask, and is undone once", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const locked = await Promise.all(Array.from({ length: 20 }, () => world.operator.lock(id, byOperator)));
		assert.equal(locked.filter(Boolean).length, 1);
		const refused = await world.proofs.signIn({ name: "alice", password, address: home });
		assert.deepEqual(refused, { ok: false, reason: "locked" });
		const unlocked = await Promise.all(
			Array.from({ length: 20 }, () => world.operator.unlock(id, byOperator)),
		);
		assert.equal(unlocked.filter(Boolean).length, 1);
		assert.ok((await world.proofs.signIn({ name: "alice", password, address: home })).ok);
		const events = await world.eventsOf(id);
		assert.equal(events.filter((kind) => kind === "account-locked").length, 1);
	});

	test("keeps out who was signing in at that moment, unlocked or not", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const checked = await world.proofs.signIn({ name: "alice", password, address: home });
		assert.ok(checked.ok);
		await world.operator.lock(id, byOperator);
		await world.operator.unlock(id, byOperator);
		assert.equal(await world.browserSessions.start({ proof: checked.proof, address: home }), undefined);
	});

	test("is refused for a closed account", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.operator.deactivate(id, { erase: false }, byOperator);
		assert.deepEqual(
			[await world.operator.lock(id, byOperator), await world.operator.unlock(id, byOperator)],
			[false, false],
		);
	});
});

test("taking passkeys and codes away ends the requests and browsers of whoever had them", async () => {
	const { world, accountId, browser } = await openWithRequests();
	await using _ = world;
	const reset = () => world.operator.resetProof(accountId, byOperator);
	assert.equal(await reset(), false);
	assert.deepEqual(await reasonsOf(world), ["pending", "approved"], "nothing was taken away");
	await world.storage.write(({ passkeys }) =>
		passkeys.add({
			...{ id: "planted", accountId, credentialId: "planted", publicKey: "", counter: 0, transports: [] },
			...{ host: "localhost", name: "Phone", createdAt: world.clock() },
		}),
	);
	assert.equal(await reset(), true);
	assert.deepEqual(await reasonsOf(world), ["proof-reset", "proof-reset"]);
	assert.equal(await world.browserSessions.find(browser.cookieValue), undefined);
});

test("requests are ended by themselves, approved ones too, with one line in the log, and none that is over", async () => {
	const { world, accountId, browser } = await openWithRequests();
	await using _ = world;
	const { storage, clock } = world;
	world.advance(7);
	const { end } = createOperatorRequests({ storage, clock, random });
	const earlier = (await world.eventsOf(accountId)).length;
	assert.equal(await end(accountId, byOperator), 2);
	assert.deepEqual(await reasonsOf(world), ["ended-by-operator", "ended-by-operator"]);
	assert.equal(await end(accountId, byOperator), 0);
	const [line, ...rest] = await storage.read.events.list(accountId, { limit: 50 });
	assert.deepEqual(
		[line?.kind, line?.actor, line?.detail],
		["requests-ended", byOperator, { requests: "2" }],
	);
	assert.equal(rest.length, earlier);
	assert.ok(await world.browserSessions.find(browser.cookieValue), "its browsers stay");
});

describe("a password set by the operator", () => {
	test("ends the requests and browsers of whoever had the old one", async () => {
		const { world, accountId, browser } = await openWithRequests();
		await using _ = world;
		assert.deepEqual(await world.operator.setPassword(accountId, another, byOperator), { ok: true });
		assert.deepEqual(await reasonsOf(world), ["password-changed", "password-changed"]);
		assert.equal(await world.browserSessions.find(browser.cookieValue), undefined);
		const attempt = (text: string) => world.proofs.signIn({ name: "alice", password: text, address: home });
		assert.ok((await attempt(another)).ok);
		assert.ok((await world.eventsOf(accountId)).includes("password-reset"));
	});

	test("loses no race to a change that was under way: the old password is not enough any more", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const proof = await world.proofFor("change-password", await world.browserOf(accountId));
		const change = { proof, next: "what the thief wants", address: home };
		const [changed, set] = await Promise.all([
			world.people.changePassword(change),
			world.operator.setPassword(accountId, another, byOperator),
		]);
		assert.equal(set.ok, true);
		const now = await world.proofs.signIn({ name: "alice", password: another, address: home });
		assert.ok(now.ok, `the operator's password counts, whether the other came first (${changed.ok}) or not`);
	});

	test("is refused when it is too short, too long, or the account is closed", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const reasonFor = async (chosen: string) => {
			const outcome = await world.operator.setPassword(id, chosen, byOperator);
			return outcome.ok ? "set" : outcome.reason;
		};
		assert.equal(await reasonFor("short"), "password-too-short");
		assert.equal(await reasonFor("x".repeat(1025)), "password-too-long");
		assert.equal(await reasonFor("qwertyuiop"), "password-common");
		assert.equal(await reasonFor("alice-alice"), "password-personal");
		await world.operator.deactivate(id, { erase: false }, byOperator);
		assert.equal(await reasonFor(another), "account-closed");
	});
});

function pendingRequest(accountId: AccountId, reference: string): RequestIn<"pending"> {
	return {
		...{
			accountId,
			sessionId: asSessionId("alice/ONE"),
			deviceId: asDeviceId("ONE"),
			reference,
			uiaSession: `uia-${reference}`,
		},
		...{ digest: reference, keys: {}, masterKey: "M", createdAt: 1, lastUploadAt: 1 },
		...{ state: "pending", expiresAt: Number.MAX_SAFE_INTEGER },
	};
}
