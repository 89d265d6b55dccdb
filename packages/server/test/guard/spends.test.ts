/**
 * The guard before a homeserver that dies between its writes, answers late, twice or never, beside a server that dies
 * at any of its own: random courses of all of it, on the real storage.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identityHeld } from "@countersign/core/testing/guard-world";
import { faults } from "@countersign/core/testing/imagined-homeserver";
import {
	accountOf,
	bodyFor,
	type Device,
	devices,
	keySets,
	people,
	sessionOf,
} from "@countersign/core/testing/people";
import fc from "fast-check";
import { dyingAt } from "../model/world.ts";
import { dialect } from "../support/storage.ts";
import { type GuardModelWorld, openGuardModelWorld } from "./world.ts";

interface Model {
	readonly ended: Set<string>;
	/** People whose first identity, which nobody has to approve, broke off half way. */
	readonly halfFirst: Set<string>;
	/** People of whose approved identity the homeserver took a part and refused the rest. */
	readonly halfRefused: Set<string>;
	/** Every request anybody was told of. */
	readonly references: Set<string>;
}

type Command = fc.AsyncCommand<Model, GuardModelWorld>;

const anyDevice = fc.constantFrom(
	...people.flatMap((localpart) => devices.map((device) => ({ localpart, device }))),
);
const anyKeySet = fc.constantFrom(...keySets);
const anyFault = fc.constantFrom(...faults);
/** What leaves is over within the margin before the end of its lease. */
const anyLateness = fc.integer({ min: 1, max: 25_000 - 1 });

function command(name: string, run: (model: Model, world: GuardModelWorld) => Promise<void>): Command {
	return {
		check: () => true,
		toString: () => name,
		async run(model, world) {
			const before = world.imagined.refusals();
			await run(model, world);
			await noteHalves(model, world, world.imagined.refusals() > before);
		},
	};
}

/** An identity is half way while it is being spent. Otherwise nobody but the homeserver may leave it there, by a no. */
async function noteHalves(model: Model, world: GuardModelWorld, refused: boolean): Promise<void> {
	for (const localpart of people) {
		if (model.halfFirst.has(localpart)) continue;
		if (identityHeld(world, localpart, keySets) !== "half") {
			model.halfRefused.delete(localpart);
			continue;
		}
		const rows = await world.storage.read.requests.ofAccount(accountOf(localpart), 0);
		if (rows.some(({ state }) => state === "spending") || model.halfRefused.has(localpart)) continue;
		assert.ok(refused, "no identity is left half way");
		model.halfRefused.add(localpart);
	}
}

function upload(by: Device, keySet: string, how: { fault: (typeof faults)[number]; ms: number; at: number }) {
	return command(`${sessionOf(by)} uploads ${keySet} (${how.fault} ${how.ms})`, async (model, world) => {
		const before = identityHeld(world, by.localpart, keySets);
		const sent = world.sent();
		world.fail(how.fault, how.ms);
		const outcome = await world.upload(by, keySet, { server: how.at });
		if (model.ended.has(sessionOf(by)))
			assert.equal(world.sent(), sent, "nothing is sent for who is signed out");
		if (outcome.kind === "stored" || outcome.kind === "unchanged")
			assert.equal(identityHeld(world, by.localpart, keySets), keySet, "who is told so has it stored");
		if (outcome.kind === "challenge") model.references.add(outcome.request.reference);
		noteFirst(model, world, by, before);
	});
}

/** A first identity that came in half, or comes later. */
function noteFirst(model: Model, world: GuardModelWorld, by: Device, before: string | undefined): void {
	if (before === undefined && identityHeld(world, by.localpart, keySets) !== undefined)
		model.halfFirst.delete(by.localpart);
	if (before === undefined && !isWhole(world, by.localpart)) model.halfFirst.add(by.localpart);
}

function isWhole(world: GuardModelWorld, localpart: string): boolean {
	return (keySets as readonly string[]).includes(identityHeld(world, localpart, keySets) ?? "");
}

/** The same upload many times at once, at both servers. */
function race(by: Device, keySet: string, fault: (typeof faults)[number]) {
	return command(`race of ${sessionOf(by)} for ${keySet} (${fault})`, async (model, world) => {
		if (model.ended.has(sessionOf(by))) return;
		const before = identityHeld(world, by.localpart, keySets);
		world.fail(fault);
		const all = Array.from({ length: 6 }, (_, server) => world.upload(by, keySet, { server }));
		const outcomes = await Promise.all(all);
		if (outcomes.some(({ kind }) => kind === "stored" || kind === "unchanged"))
			assert.equal(identityHeld(world, by.localpart, keySets), keySet);
		for (const outcome of outcomes)
			if (outcome.kind === "challenge") model.references.add(outcome.request.reference);
		noteFirst(model, world, by, before);
	});
}

/** While one server hangs at the homeserver its lease runs out, and the other takes over; then the first goes on. */
function overtaken(by: Device, keySet: string, fault: (typeof faults)[number]) {
	return command(`${sessionOf(by)} is overtaken with ${keySet} (${fault})`, async (model, world) => {
		if (model.ended.has(sessionOf(by)) || identityHeld(world, by.localpart, keySets) === undefined) return;
		world.fail("slow-refusal");
		world.imagined.meanwhile(async () => {
			await world.advance(60_000 + 1);
			world.fail(fault);
			await world.upload(by, keySet, { server: 1 });
		});
		await world.upload(by, keySet, { server: 0 });
		world.imagined.meanwhile(async () => {});
	});
}

function death(by: Device, keySet: string, at: number) {
	return command(
		`the server dies at ${at} while ${sessionOf(by)} uploads ${keySet}`,
		async (model, world) => {
			if (model.ended.has(sessionOf(by))) return;
			const before = identityHeld(world, by.localpart, keySets);
			world.fail("none");
			await world.uploadToDying(by, keySet, dyingAt(world.storage, at));
			noteFirst(model, world, by, before);
		},
	);
}

function decide(how: "approve" | "deny", index: number) {
	return command(`${how} #${index}`, async (model, world) => {
		const reference = [...model.references][index % Math.max(1, model.references.size)];
		if (reference === undefined) return;
		const request = await world.storage.read.requests.find({ reference });
		const localpart = request?.accountId.slice("account-".length) ?? "";
		if (how === "approve") await world.approve(reference, localpart);
		else await world.decide("deny", { localpart, reference, proofAgeMs: 0 });
	});
}

const anyCommand = [
	...Array.from({ length: 5 }, () =>
		fc
			.tuple(anyDevice, anyKeySet, fc.record({ fault: anyFault, ms: anyLateness, at: fc.nat(1) }))
			.map((words) => upload(...words)),
	),
	...Array.from({ length: 5 }, () => fc.nat(20).map((index) => decide("approve", index))),
	fc.nat(20).map((index) => decide("deny", index)),
	fc.tuple(anyDevice, anyKeySet, anyFault).map((words) => race(...words)),
	fc.tuple(anyDevice, anyKeySet, fc.nat(5)).map((words) => death(...words)),
	fc.tuple(anyDevice, anyKeySet, anyFault).map((words) => overtaken(...words)),
	fc
		.constantFrom(1_000, 25_000, 60_000, 10 * 60_000)
		.map((ms) => command(`wait ${ms}`, (_, world) => world.advance(ms))),
	anyFault.map((fault) =>
		command(`the job runs (${fault})`, async (_, world) => {
			world.fail(fault);
			await world.finish();
		}),
	),
	anyDevice.map((by) =>
		command(`end ${sessionOf(by)}`, async (model, world) => {
			model.ended.add(sessionOf(by));
			await world.endSession(by);
		}),
	),
];

/** Once the homeserver answers again, everything that was begun comes to an end, and what is approved goes through. */
async function everythingEnds(model: Model, world: GuardModelWorld): Promise<void> {
	world.fail("none");
	await world.advance(60_000 + 1);
	await world.finish();
	world.imagined.assertIdle();
	await noteHalves(model, world, false);
	for (const localpart of people) {
		const rows = await world.storage.read.requests.ofAccount(accountOf(localpart), 0);
		assert.deepEqual(
			rows.filter(({ state }) => state === "spending"),
			[],
		);
		for (const row of rows) {
			if (row.state !== "approved" || row.expiresAt <= world.now()) continue;
			const by = people.flatMap((name) => devices.map((device) => ({ localpart: name, device })));
			const device = by.find((each) => sessionOf(each) === row.sessionId);
			const keySet = keySets.find((name) => row.masterKey === masterKeyOf(localpart, name));
			assert.ok(device !== undefined && keySet !== undefined);
			const outcome = await world.upload(device, keySet, { server: 0 });
			// What was there before and was replaced, the homeserver does not take again.
			assert.ok(outcome.kind === "stored" || outcome.kind === "refused", outcome.kind);
			if (outcome.kind === "stored") assert.equal(identityHeld(world, localpart, keySets), keySet);
		}
	}
}

test("keys change only for an approval of that person, session and keys, once; and every spend ends", async () => {
	await fc.assert(
		fc.asyncProperty(fc.commands(anyCommand, { size: "+2", maxCommands: 60 }), async (sequence) => {
			const world = await openGuardModelWorld();
			const model: Model = {
				...{ ended: new Set(), references: new Set() },
				...{ halfFirst: new Set(), halfRefused: new Set() },
			};
			try {
				await fc.asyncModelRun(() => ({ model, real: world }), sequence);
				await everythingEnds(model, world);
			} finally {
				await world.storage.close();
			}
		}),
		{ numRuns: dialect === "SQLite" ? 150 : 30 },
	);
});

function masterKeyOf(localpart: string, keySet: string): string | undefined {
	return bodyFor(localpart, keySet, undefined).master?.publicKey;
}
