import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";
import { recoveryHash } from "./recovery-codes.ts";

const code = "abcd-efgh-jkmn-pqrs-tuvw-xyz2";

/** Alice, who has codes. */
async function opened() {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	await world.storage.write(async ({ oneTimeCodes, recoveryCodes }) => {
		await oneTimeCodes.put({ accountId, secret: "sealed", lastStep: 0, createdAt: 1 });
		await recoveryCodes.add(accountId, [recoveryHash(accountId, code)]);
	});
	return Object.assign(world, { accountId });
}

type World = Awaited<ReturnType<typeof opened>>;

async function finish(world: World, outcome: Awaited<ReturnType<World["proofs"]["signInFromUpstream"]>>) {
	assert.ok(!outcome.ok && outcome.reason === "second-factor");
	const cookieValue = await world.proofs.secondStep.begin(outcome.first);
	world.advance(60_000);
	const finished = await world.proofs.secondStep.finish({ cookieValue, passkey: "", code, address: home });
	assert.ok(finished.ok);
	return finished.proof;
}

describe("two factors", () => {
	for (const age of [0, 3_600_000])
		test(`are as old as what another service said of the first: ${age} ms`, async () => {
			await using world = await opened();
			const at = world.clock() - age;
			const vouched = await world.proofs.signInFromUpstream({ accountId: world.accountId, at });
			const proof = await finish(world, vouched);
			assert.deepEqual([proof.how, proof.at], ["upstream-and-recovery-code", at]);
		});

	test("are as old as the first where the service does not say when that was", async () => {
		await using world = await opened();
		const vouched = await world.proofs.signInFromUpstream({ accountId: world.accountId, at: 0 });
		assert.equal((await finish(world, vouched)).at, 0);
	});

	test("are as old as the password", async () => {
		await using world = await opened();
		const at = world.clock();
		const outcome = await world.proofs.signIn({ name: "alice", password, address: home });
		assert.ok(!outcome.ok && outcome.reason === "second-factor");
		const cookieValue = await world.proofs.secondStep.begin(outcome.first);
		world.advance(60_000);
		const finished = await world.proofs.secondStep.finish({ cookieValue, passkey: "", code, address: home });
		assert.ok(finished.ok);
		assert.deepEqual([finished.proof.how, finished.proof.at], ["password-and-recovery-code", at]);
	});
});
