import assert from "node:assert/strict";
import { asAccountId } from "@countersign/core";
import { bodyFor, type Device, keySets, sessionOf } from "@countersign/core/testing/people";
import fc from "fast-check";
import { approvalFor, everyDevice, type KnownRequest, type Model, noteApproval } from "./model.ts";
import { dyingAt, type World } from "./world.ts";

type Command = fc.AsyncCommand<Model, World>;

const anyDevice = fc.constantFrom(...everyDevice);
const anyKeySet = fc.constantFrom(...keySets);
/** Which of the known requests a command is about; taken modulo how many there are. */
const anyRequest = fc.nat(50);
const authKinds = ["none", "own", "foreign", "typed", "junk"] as const;

function pick(model: Model, index: number): KnownRequest | undefined {
	const all = [...model.requests.values()];
	return all[index % Math.max(1, all.length)];
}

/** `auth` in every shape clients send, and with other people's sessions. It must never decide anything. */
function authOf(model: Model, kind: (typeof authKinds)[number], index: number): unknown {
	const session = pick(model, index)?.uiaSession ?? "unknown";
	switch (kind) {
		case "none":
			return undefined;
		case "typed":
			return { type: "m.oauth", session };
		case "junk":
			return { type: "m.login.password", session: null };
		default:
			return { session };
	}
}

function upload(by: Device, keySet: string, auth: readonly [(typeof authKinds)[number], number]): Command {
	return {
		check: (model) => !model.endedSessions.has(sessionOf(by)),
		toString: () => `upload ${sessionOf(by)} ${keySet} auth=${auth[0]}`,
		async run(model, world) {
			const owner = by.localpart;
			const approval = approvalFor(model, { by, keySet }, world.now());
			const before = model.keys.get(owner);
			const outcome = await world.upload(by, bodyFor(owner, keySet, authOf(model, ...auth)));
			if (before === undefined) {
				assert.equal(outcome.kind, "stored");
			} else if (before === keySet) {
				assert.equal(outcome.kind, "unchanged");
			} else if (model.used.has(`${owner}/${keySet}`)) {
				// A request that waited when another device was quicker is told of for a few seconds more.
				const waits = outcome.kind === "challenge" && outcome.request.state === "pending";
				assert.ok(outcome.kind === "refused" || waits, outcome.kind);
			} else if (approval !== undefined) {
				assert.equal(outcome.kind, "stored", "an approved upload goes through");
				approval.state = "spent";
			} else {
				assert.notEqual(outcome.kind, "stored", "nothing goes through unapproved");
				assert.notEqual(outcome.kind, "unchanged");
			}
			if (outcome.kind === "stored") {
				model.keys.set(owner, keySet);
				model.used.add(`${owner}/${keySet}`);
			}
			if (outcome.kind === "challenge") {
				const { reference, uiaSession, state } = outcome.request;
				const known = model.requests.get(reference);
				if (known === undefined) {
					assert.equal(state, "pending", "a new request waits");
					model.requests.set(reference, { reference, uiaSession, by, keySet, state });
				} else {
					assert.equal(sessionOf(known.by), sessionOf(by), "a request is never told to another session");
					assert.equal(known.keySet, keySet);
				}
			}
		},
	};
}

function decision(
	how: "approve" | "deny" | "reopen",
	index: number,
	by: Device,
	proofAgeMs: number,
): Command {
	return {
		check: (model) => model.requests.size > 0,
		toString: () => `${how} #${index} as ${by.localpart}, proof ${proofAgeMs} ms old`,
		async run(model, world) {
			const request = pick(model, index);
			if (request === undefined) {
				return;
			}
			const outcome = await world.decide(how, {
				localpart: by.localpart,
				reference: request.reference,
				proofAgeMs,
			});
			if (!outcome.ok) {
				return;
			}
			assert.equal(by.localpart, request.by.localpart, "nobody decides for somebody else");
			switch (how) {
				case "approve":
					assert.ok(proofAgeMs <= 5 * 60_000, "approving needs a fresh proof");
					assert.equal(request.state, "pending", "only what waits can be approved");
					assert.ok(!model.endedSessions.has(sessionOf(request.by)));
					noteApproval(model, request, world.now());
					break;
				case "deny":
					assert.ok(["pending", "approved"].includes(request.state));
					request.state = "denied";
					break;
				case "reopen":
					assert.equal(request.state, "denied");
					request.state = "pending";
					break;
			}
		},
	};
}

/** A process that dies between two writes: whatever it had begun is not there. */
function death(at: number, index: number, by: Device, keySet: string): Command {
	return {
		check: () => true,
		toString: () => `die at call ${at} while ${sessionOf(by)} uploads ${keySet} and #${index} is approved`,
		async run(model, world) {
			const dying = dyingAt(world.storage, at);
			const request = pick(model, index);
			const before = await snapshot(world, by.localpart);
			const died = await Promise.allSettled([
				world.upload(by, bodyFor(by.localpart, keySet, undefined), dying),
			]);
			if (died[0]?.status === "rejected") {
				assert.deepEqual(await snapshot(world, by.localpart), before, "half a write stayed");
			} else if (died[0] !== undefined) {
				// It came through before the point of death: let the ordinary rules judge what it did.
				await settleAfterwards(model, world, by, keySet, before);
			}
			if (request !== undefined && request.by.localpart === by.localpart) {
				const state = await snapshot(world, by.localpart);
				const approving = await Promise.allSettled([
					world.decide(
						"approve",
						{ localpart: by.localpart, reference: request.reference, proofAgeMs: 0 },
						dyingAt(world.storage, at),
					),
				]);
				if (approving[0]?.status === "rejected") {
					assert.deepEqual(await snapshot(world, by.localpart), state, "half an approval stayed");
				} else if (approving[0]?.value.ok === true) {
					noteApproval(model, request, world.now());
				}
			}
		},
	};
}

async function snapshot(world: World, localpart: string) {
	const accountId = asAccountId(`account-${localpart}`);
	return {
		keys: await world.storage.read.keys.stored(accountId),
		requests: await world.storage.read.requests.ofAccount(accountId, 0),
	};
}

async function settleAfterwards(
	model: Model,
	world: World,
	by: Device,
	keySet: string,
	before: Awaited<ReturnType<typeof snapshot>>,
): Promise<void> {
	const after = await snapshot(world, by.localpart);
	if (JSON.stringify(after.keys) !== JSON.stringify(before.keys)) {
		const approval = approvalFor(model, { by, keySet }, world.now());
		assert.ok(model.keys.get(by.localpart) === undefined || approval !== undefined);
		if (approval !== undefined) {
			approval.state = "spent";
		}
		model.keys.set(by.localpart, keySet);
		model.used.add(`${by.localpart}/${keySet}`);
	}
	for (const { reference, uiaSession, state } of after.requests) {
		if (!model.requests.has(reference)) {
			model.requests.set(reference, { reference, uiaSession, by, keySet, state });
		}
	}
}

function endSession(of: Device): Command {
	return {
		check: (model) => !model.endedSessions.has(sessionOf(of)),
		toString: () => `end ${sessionOf(of)}`,
		async run(model, world) {
			await world.endSession(of);
			model.endedSessions.add(sessionOf(of));
			for (const request of model.requests.values()) {
				if (sessionOf(request.by) === sessionOf(of) && ["pending", "approved"].includes(request.state)) {
					request.state = "withdrawn";
				}
			}
		},
	};
}

function wait(ms: number): Command {
	return {
		check: () => true,
		toString: () => `wait ${ms} ms`,
		async run(_model, world) {
			world.advance(ms);
		},
	};
}

const anyUpload = fc
	.tuple(anyDevice, anyKeySet, fc.tuple(fc.constantFrom(...authKinds), anyRequest))
	.map((words) => upload(...words));

/** The ordinary course of a reset, so that what may go wrong has something to go wrong with. */
const promptApproval = fc
	.tuple(anyRequest, fc.constantFrom(...everyDevice))
	.map(([index, by]) => decision("approve", index, by, 0));

const anyDecision = fc
	.tuple(
		fc.constantFrom("approve" as const, "deny" as const, "reopen" as const),
		anyRequest,
		anyDevice,
		fc.constantFrom(0, 1_000, 5 * 60_000, 5 * 60_000 + 1),
	)
	.map((words) => decision(...words));

/** Random sequences of all of it. What stands here more often happens more often. */
export const commands = [
	...Array.from({ length: 6 }, () => anyUpload),
	...Array.from({ length: 5 }, () => promptApproval),
	anyDecision,
	anyDecision,
	fc.tuple(fc.nat(6), anyRequest, anyDevice, anyKeySet).map((words) => death(...words)),
	fc.constantFrom(1, 5_000, 60_000, 10 * 60_000, 15 * 60_000).map(wait),
	anyDevice.map(endSession),
];
