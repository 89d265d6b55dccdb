import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId, makeUserId } from "@countersign/protocol";
import { ask, phone, stateOf, upload } from "../test/guard-steps.ts";
import { openGuardWorldOn } from "../test/guard-world.ts";
import { sha256, signing } from "../test/identity.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { bodyFor } from "../test/people.ts";
import type { ForwardAnswer, ForwardedCaller, GuardedHomeserver, HeldKeys } from "./guarded-homeserver.ts";
import { createGuardedUpload } from "./guarded-upload.ts";
import { HomeserverUnavailable } from "./homeserver.ts";
import { asAccountId, asSessionId } from "./identifiers.ts";
import type { StoredIdentity } from "./ports.ts";
import { createSpends } from "./spends.ts";

const userId = makeUserId("alice", "localhost");

/** One upload of `b` before a homeserver that answers so, look by look. */
async function before(answers: {
	readonly held: readonly (readonly string[])[];
	readonly forward: ForwardAnswer | Error;
}) {
	const ground = memoryGround();
	const callers: ForwardedCaller[] = [];
	let looks = 0;
	const homeserver: GuardedHomeserver = {
		async look(): Promise<HeldKeys> {
			const names = answers.held[Math.min(looks++, answers.held.length - 1)] ?? [];
			return { identity: names.length === 0 ? {} : identityOf("a"), deviceIds: [] };
		},
		store: async () => ({ answer: "not-sent" }),
		async forward(caller) {
			callers.push(caller);
			if (answers.forward instanceof Error) throw answers.forward;
			return answers.forward;
		},
	};
	const means = { storage: ground.storage, homeserver, clock: () => 1_000_000, newToken: () => "token" };
	const all = { ...means, sha256, ...signing };
	const outcome = await createGuardedUpload(
		all,
		createSpends(all),
	)({
		body: bodyFor("alice", "b", undefined),
		accessToken: "own token",
		uploader: {
			clientId: "client-1",
			...{
				accountId: asAccountId("account-alice"),
				userId,
				sessionId: asSessionId("alice/ONE"),
				deviceId: asDeviceId("ONE"),
				tokenHash: "a token",
			},
			...{ address: "192.0.2.1", userAgent: "App/1" },
		},
	});
	return { outcome, callers, log: await ground.log(asAccountId("account-alice")), looks };
}

function identityOf(keySet: string): StoredIdentity {
	const { master, selfSigning, userSigning } = bodyFor("alice", keySet, undefined);
	assert.ok(master && selfSigning && userSigning);
	return { master, self_signing: selfSigning, user_signing: userSigning };
}

describe("where nothing approved an upload the homeserver is asked", () => {
	test("in the name of the caller, with address and browser", async () => {
		const { callers } = await before({ held: [["a"]], forward: { answer: "approval-needed" } });
		const [caller] = callers;
		assert.deepEqual(
			[caller?.accessToken, caller?.address, caller?.userAgent],
			["own token", "192.0.2.1", "App/1"],
		);
	});

	test("and a person, where it wants an approval; it is looked at once", async () => {
		const { outcome, looks } = await before({ held: [["a"]], forward: { answer: "approval-needed" } });
		assert.ok(outcome.kind === "challenge");
		assert.equal(outcome.request.masterKey, bodyFor("alice", "b", undefined).master?.publicKey);
		assert.equal(looks, 1);
	});

	test("and looked at again, where it wants one for what seemed the first identity", async () => {
		const first = await before({ held: [[], ["a"]], forward: { answer: "approval-needed" } });
		assert.equal(first.outcome.kind, "challenge");
		assert.equal(first.looks, 2);
		const never = await before({ held: [[]], forward: { answer: "approval-needed" } });
		assert.deepEqual(never.outcome, { kind: "unavailable" }, "it contradicts itself");
	});

	test("and what it let in is a line of the log: the first identity, or one that nobody approved", async () => {
		const first = await before({ held: [[]], forward: { answer: "stored" } });
		assert.deepEqual([first.outcome.kind, first.log], ["stored", ["identity-created"]]);
		const unasked = await before({ held: [["a"]], forward: { answer: "stored" } });
		assert.deepEqual(unasked.log, ["identity-replaced-unasked"]);
	});

	test("and while it is away, that is said with its cause", async () => {
		const cause = new HomeserverUnavailable("down");
		const { outcome } = await before({ held: [["a"]], forward: cause });
		assert.deepEqual(outcome, { kind: "unavailable", cause });
	});

	test("and what is no outage is no answer", async () => {
		await assert.rejects(before({ held: [["a"]], forward: new Error("a bug") }), /a bug/);
	});
});

test("a follow-up without keys asks for the same, however long the request has waited", async () => {
	const world = openGuardWorldOn(memoryGround());
	await upload(world, "a");
	const request = await ask(world, "a2", phone);
	await world.advance(10_000);
	const outcome = await world.followUp(phone, { session: request.uiaSession });
	assert.ok(outcome.kind === "challenge" && outcome.request.reference === request.reference, outcome.kind);
	assert.equal((await stateOf(world, request)).state, "pending");
});
