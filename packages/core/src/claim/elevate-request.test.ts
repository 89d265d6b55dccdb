import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { laptop, minute, openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf, sessionOf } from "../../test/people.ts";
import type { DecisionUnit } from "../ports.ts";
import { elevateRequest, isElevated, mayBeElevated } from "./elevate-request.ts";
import type { ResetRequest } from "./reset-request.ts";

type World = Awaited<ReturnType<typeof openMemoryWorld>>;
type Elevation = Parameters<typeof elevateRequest>[1];

/** The yes of alice to the request of her phone; whether it counted, and how often it was spent. */
async function elevate(
	world: World,
	request: ResetRequest,
	instead: Partial<Elevation> = {},
	unitOf = (unit: DecisionUnit) => unit,
) {
	let spent = 0;
	const now = world.now();
	const whole: Elevation = {
		...{ reference: request.reference, accountId: accountOf("alice"), sessionId: sessionOf(phone) },
		...{ token: "its", generation: 0, agreedAt: now, now, newToken: () => "line" },
		spendYes: async () => ++spent === 1,
		...instead,
	};
	const isApproved = await world.storage.write((unit) => elevateRequest(unitOf(unit), whole));
	return { isApproved, spent };
}

const refused = { isApproved: false, spent: 0 };

describe("a yes to an app that steps up", () => {
	test("approves the request for that token alone, for five minutes, and is a line of the log", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		const agreedAt = world.now();
		world.advance(minute);
		const address = "192.0.2.1";
		assert.deepEqual(await elevate(world, request, { agreedAt, address }), { isApproved: true, spent: 1 });
		const row = await world.row(request);
		assert.ok(row.state === "approved");
		const { onlyToken, decidedAt, expiresAt } = row;
		assert.deepEqual([onlyToken, decidedAt, expiresAt], ["its", agreedAt, world.now() + 5 * minute]);
		const line = world.memory.events().at(-1);
		assert.deepEqual(
			[line?.kind, line?.address, line?.detail],
			["reset-approved", address, { request: request.reference, masterKey: request.masterKey }],
		);
		const at = (now: number, token = "its") => isElevated(row, { token, now });
		assert.deepEqual([at(expiresAt - 1), at(expiresAt), at(world.now(), "another")], [true, false, false]);
	});

	test("is not spent, and changes nothing, for a request that is unknown, or not that session's or account's", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		const before = world.memory.events().length;
		for (const instead of [
			{ reference: "unknown" },
			{ sessionId: sessionOf(laptop) },
			{ accountId: accountOf("bob") },
			{ accountId: accountOf("bob"), sessionId: sessionOf({ localpart: "bob", device: "ONE" }) },
		])
			assert.deepEqual(await elevate(world, request, instead), refused, JSON.stringify(instead));
		assert.equal((await world.row(request)).state, "pending");
		assert.equal(world.memory.events().length, before);
	});

	test("is not spent for a request that is out of time, marked or not", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		const by = { accountId: accountOf("alice"), sessionId: sessionOf(phone) };
		assert.ok(mayBeElevated(request, { ...by, now: world.now() + 15 * minute - 1 }));
		world.advance(15 * minute);
		assert.equal(mayBeElevated(request, { ...by, now: world.now() }), false);
		assert.deepEqual(await elevate(world, request), refused);
		assert.equal((await world.row(request)).state, "pending", "nobody has marked it");
		await world.storage.write(({ requests }) => requests.expire(by.accountId, world.now()));
		assert.deepEqual(await elevate(world, request), refused);
	});

	test("is not spent for a request that waits no longer: approved, refused or withdrawn", async () => {
		for (const end of [
			(world: World, request: ResetRequest) => world.approve(request),
			(world: World, request: ResetRequest) => world.deny(request),
			(world: World) => world.endSession(phone),
		]) {
			const world = await openMemoryWorld();
			const request = await world.ask("b");
			await end(world, request);
			const before = await world.row(request);
			assert.notEqual(before.state, "pending");
			assert.deepEqual(await elevate(world, request), refused);
			assert.deepEqual(await world.row(request), before);
		}
	});

	test("is not spent when its person approved another since, be that used or not; a refusal or an older yes is none", async () => {
		for (const [how, counts] of [
			["approved", false],
			["spent", false],
			["refused", true],
			["approved before", true],
		] as const) {
			const world = await openMemoryWorld();
			const request = await world.ask("b");
			const other = await world.ask("c", laptop);
			const agreedAt = how === "approved before" ? world.now() : world.now() - 1;
			await (how === "refused" ? world.deny(other) : world.approve(other));
			if (how === "spent") assert.equal((await world.uploadSet("c", laptop)).kind, "stored");
			const { isApproved, spent } = await elevate(world, request, { agreedAt });
			assert.deepEqual([isApproved, spent], counts ? [true, 1] : [false, 0], how);
			const left = {
				approved: "approved",
				spent: "spent",
				refused: "denied",
				"approved before": "withdrawn",
			};
			assert.equal((await world.row(other)).state, left[how], how);
		}
	});

	test("counts once: one that was spent before changes nothing, and ends no older approval", async () => {
		const world = await openMemoryWorld();
		const older = await world.ask("c", laptop);
		await world.approve(older);
		const request = await world.ask("b");
		const instead = { spendYes: async () => false };
		assert.equal((await elevate(world, request, instead)).isApproved, false);
		assert.equal((await world.row(request)).state, "pending");
		assert.equal((await world.row(older)).state, "approved");
	});

	test("notes what ran out before, and takes the place of an older approval", async () => {
		const world = await openMemoryWorld();
		const [gone, older] = [await world.ask("c", laptop), await world.ask("d", laptop)];
		world.advance(14 * minute);
		assert.equal((await world.uploadSet("d", laptop)).kind, "challenge");
		await world.approve(older);
		const request = await world.ask("b");
		world.advance(minute);
		assert.ok((await elevate(world, request)).isApproved);
		const rows = [await world.row(gone), await world.row(older)];
		assert.deepEqual(
			rows.map((row) => ("reason" in row ? `${row.state} ${row.reason}` : row.state)),
			["expired", "withdrawn newer-approval"],
		);
		assert.ok(world.memory.events().some(({ kind }) => kind === "reset-expired"));
	});

	test("that could not be carried out is an error which undoes all of it", async () => {
		const world = await openMemoryWorld();
		const older = await world.ask("c", laptop);
		await world.approve(older);
		const request = await world.ask("b");
		const unmoved = (unit: DecisionUnit): DecisionUnit => ({
			...unit,
			requests: { ...unit.requests, move: async () => undefined },
		});
		await assert.rejects(elevate(world, request, {}, unmoved), /was waiting, and could not be approved/);
		assert.equal((await world.row(older)).state, "approved", "nothing of the transaction stays");
		// Somebody whose password changed since their yes: the row does not move, and so nothing does.
		await assert.rejects(elevate(world, request, { generation: 7 }), /could not be approved/);
		assert.equal((await world.row(request)).state, "pending");
		assert.equal((await world.row(older)).state, "approved");
	});
});

test("a token of an approval that seems to have been given in the future is worth nothing", async () => {
	const world = await openMemoryWorld();
	const request = await world.ask("b");
	const now = world.now();
	assert.ok((await elevate(world, request)).isApproved);
	const row = await world.row(request);
	assert.ok(isElevated(row, { token: "its", now: now - 5_000 }));
	assert.equal(isElevated(row, { token: "its", now: now - 5_001 }), false);
});
