/** One upload at a time before an imagined homeserver: what each is told, and what is written down of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { GuardedOutcome } from "../src/guarded-outcome.ts";
import {
	ask,
	askAndApprove,
	held,
	laptop,
	type OpenGuardWorld,
	phone,
	stateOf,
	upload,
	withFirst,
} from "./guard-steps.ts";
import { type GuardWorld, identityHeld } from "./guard-world.ts";
import { accountOf, bodyFor, type Device } from "./people.ts";

async function logOf(world: GuardWorld): Promise<readonly string[]> {
	return (await world.log(accountOf("alice"))).toReversed();
}

function status(outcome: GuardedOutcome): number | undefined {
	return outcome.kind === "refused" ? outcome.status : undefined;
}

export function guardedUploadSuite(name: string, open: OpenGuardWorld): void {
	const withWorld = (work: (world: GuardWorld) => Promise<void>) => withFirst(open, work);

	describe(`an upload before a homeserver with a storage of its own, on ${name}`, () => {
		test("the first identity, a request, its approval and its use are lines of the log", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				const outcome = await upload(world, "b");
				assert.ok(outcome.kind === "stored" && outcome.approvedBy?.state === "spent");
				const lines = ["identity-created", "reset-asked", "reset-approved", "identity-replaced"];
				assert.deepEqual(new Set(await logOf(world)), new Set(lines));
				assert.equal((await upload(world, "b")).kind, "unchanged");
				assert.equal((await logOf(world)).length, lines.length);
			}));

		test("approved for one access token is carried out for that one, once, at either server", () =>
			withWorld(async (world) => {
				const request = await ask(world, "b");
				for (const [reference, by] of [
					["unknown", phone],
					[request.reference, laptop],
				] as const)
					assert.equal(await world.elevate(reference, by, "bought"), false);
				assert.equal(await world.elevate(request.reference, phone, "bought"), true);
				assert.equal(await world.elevate(request.reference, phone, "another"), false, "a yes is one token");
				const first = await stateOf(world, request);
				assert.ok(first.state === "approved" && first.onlyToken === "bought");
				for (const token of ["another", ""])
					assert.equal((await world.upload(phone, "b", { server: 0, token })).kind, "challenge");
				assert.equal((await world.upload(phone, "c", { server: 0, token: "bought" })).kind, "challenge");
				assert.equal(world.sent(), 0);
				const outcomes = await Promise.all(
					[0, 1, 0, 1].map((server) => world.upload(phone, "b", { server, token: "bought" })),
				);
				assert.ok(outcomes.some(({ kind }) => kind === "stored"));
				assert.equal(world.sent(), 1);
				assert.equal((await stateOf(world, request)).state, "spent");
			}));

		test("approved, and its person may object: nothing is sent before that is over, at neither server", () =>
			withWorld(async (world) => {
				const day = 24 * 60 * 60_000;
				const { reference, uiaSession } = await ask(world, "b");
				await world.approve(reference, "alice", day);
				world.advance(day - 5_001);
				for (const server of [0, 1]) {
					const waits = await world.upload(phone, "b", { server });
					assert.ok(waits.kind === "challenge" && waits.request.uiaSession === uiaSession);
				}
				assert.equal(world.sent(), 0);
				world.advance(5_001);
				assert.equal((await world.upload(phone, "b", { server: 1 })).kind, "stored");
				assert.equal(world.sent(), 1);
			}));

		test("one that the homeserver lets in without asking is a line of its own", () =>
			withWorld(async (world) => {
				world.imagined.openWindow();
				assert.equal((await upload(world, "b")).kind, "stored");
				assert.equal((await logOf(world)).at(-1), "identity-replaced-unasked");
				assert.equal(world.sent(), 0);
			}));

		test("a session that ended on the way is told so, and asks nobody", () =>
			withWorld(async (world) => {
				world.imagined.beforeLook(() => world.endSession(phone));
				assert.equal((await upload(world, "b")).kind, "signed-out");
				assert.equal((await logOf(world)).includes("reset-asked"), false);
			}));

		test("of a session that ended on the way nothing reaches the homeserver, be it a first identity or one that it would let in", () =>
			withWorld(async (world) => {
				const stranger: Device = { localpart: "bob", device: "ONE" };
				world.imagined.openWindow();
				for (const [by, before] of [
					[phone, "a"],
					[stranger, undefined],
				] as const) {
					world.imagined.beforeLook(() => world.endSession(by));
					assert.equal((await upload(world, "b", by)).kind, "signed-out");
					assert.equal(identityHeld(world, by.localpart, ["a", "b"]), before);
				}
			}));

		test("a key that is called like a device is refused before anybody is asked", () =>
			withWorld(async (world) => {
				const { userSigning } = bodyFor("alice", "b", undefined);
				world.imagined.setDevices(["OTHER", userSigning?.publicKey ?? ""]);
				assert.equal(status(await upload(world, "b")), 403);
				assert.equal((await logOf(world)).includes("reset-asked"), false);
			}));

		test("keys that an approval put there, and another replaced, are refused before anybody is asked", () =>
			withWorld(async (world) => {
				for (const keySet of ["b", "c"]) {
					await askAndApprove(world, keySet);
					assert.equal((await upload(world, keySet)).kind, "stored");
				}
				assert.equal(status(await upload(world, "b")), 403);
				assert.equal((await upload(world, "c")).kind, "unchanged");
			}));

		test("who polls without a session is told once that the person said no", () =>
			withWorld(async (world) => {
				const { reference } = await ask(world, "b");
				await world.decide("deny", { localpart: "alice", reference, proofAgeMs: 0 });
				assert.equal((await upload(world, "b")).kind, "denied");
				const after = await upload(world, "b");
				assert.ok(after.kind === "challenge" && after.refusal?.errcode === "M_FORBIDDEN");
			}));

		test("a follow-up without keys stands for the upload that its session was given for, of that session alone", () =>
			withWorld(async (world) => {
				const { uiaSession } = await askAndApprove(world, "b");
				const followUp = (by: Device) => world.followUp(by, { session: uiaSession });
				assert.equal((await followUp(laptop)).kind, "unchanged");
				assert.equal(held(world), "a");
				assert.equal((await followUp(phone)).kind, "stored");
				assert.equal(held(world), "b");
			}));

		test("an app whose request is known waits on while the homeserver is away; others are told", () =>
			withWorld(async (world) => {
				const request = await ask(world, "b");
				await world.advance(10_000);
				world.fail("down");
				const again = await upload(world, "b");
				assert.ok(again.kind === "challenge" && again.request.uiaSession === request.uiaSession);
				assert.equal((await upload(world, "c")).kind, "unavailable");
			}));

		test("a first identity that came in half is completed by an approval, with the missing keys alone", async () => {
			const world = await open();
			world.fail("dies-after-1");
			assert.equal((await upload(world, "a")).kind, "unavailable");
			assert.equal(held(world), "half");
			await askAndApprove(world, "a");
			assert.equal((await upload(world, "a")).kind, "stored");
			assert.equal(held(world), "a");
			await world.close();
		});
	});

	describe(`an approval before a homeserver with a storage of its own, on ${name}`, () => {
		test("is carried out with the signatures that came with the request, whatever comes with a retry", () =>
			withWorld(async (world) => {
				const { uiaSession, keys } = await askAndApprove(world, "b");
				const { master, selfSigning } = bodyFor("alice", "b", undefined);
				assert.ok(master !== undefined && selfSigning !== undefined);
				const forged = { "@alice:localhost": { "ed25519:ONE": "A".repeat(86) } };
				const outcome = await world.uploadChanged(phone, "b", {
					master: { ...master, object: { ...master.object, signatures: forged } },
					selfSigning: { ...selfSigning, object: { ...selfSigning.object, signatures: {} } },
				});
				assert.ok(outcome.kind === "stored" && outcome.approvedBy?.uiaSession === uiaSession);
				const stored = world.imagined.held("@alice:localhost");
				assert.deepEqual(stored.get("master")?.object, keys.master_key);
				assert.deepEqual(stored.get("self_signing")?.object, keys.self_signing_key);
			}));

		test("cannot be used up by retries whose signatures are broken", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				const { selfSigning } = bodyFor("alice", "b", undefined);
				assert.ok(selfSigning !== undefined);
				const unsigned = { ...selfSigning, object: { ...selfSigning.object, signatures: {} } };
				for (let time = 0; time <= 5; time++)
					await world.uploadChanged(phone, "b", { selfSigning: unsigned });
				await upload(world, "b");
				assert.equal((await stateOf(world, request)).state, "spent");
				assert.equal(held(world), "b");
			}));

		test("that was taken and never sent is as old as any other after its ten minutes, and is not sent", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				world.fail("down");
				await upload(world, "b");
				assert.equal((await stateOf(world, request)).state, "spending");
				await world.advance(10 * 60_000 + 1);
				world.fail("none");
				const after = await upload(world, "b");
				assert.equal(after.kind, "challenge");
				assert.equal(world.sent(), 0);
				assert.equal(held(world), "a");
				const again = await ask(world, "b");
				assert.notEqual(again.uiaSession, request.uiaSession, "a person is asked anew");
				assert.equal((await stateOf(world, request)).state, "expired");
			}));

		test("that was taken and never sent goes with the password it was given under", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				world.fail("down");
				await upload(world, "b");
				await world.storage.write((unit) =>
					unit.requests.withdraw(
						{ of: "approvals", accountId: accountOf("alice") },
						"password-changed",
						world.now(),
					),
				);
				world.fail("none");
				assert.equal((await upload(world, "b")).kind, "challenge");
				assert.notEqual((await ask(world, "b")).uiaSession, request.uiaSession, "a person is asked anew");
				assert.equal(world.sent(), 0);
				assert.equal(held(world), "a");
			}));

		test("of which a part arrived is completed, however late", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				world.fail("dies-after-1");
				await upload(world, "b");
				await world.advance(10 * 60_000 + 60_000);
				assert.equal((await upload(world, "b")).kind, "stored");
				assert.equal(held(world), "b");
			}));
	});

	describe(`an approved upload that the homeserver does not take as it should, on ${name}`, () => {
		test("five refusals end it, with the reason; each is told to the app", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				for (let time = 1; time <= 5; time++) {
					world.fail("refuses");
					assert.equal(status(await upload(world, "b")), 403);
				}
				const after = await stateOf(world, request);
				assert.ok(after.state === "failed" && after.reason === "M_FORBIDDEN: no", after.state);
				assert.equal(held(world), "a");
			}));

		test("one that broke off inside is completed at once, without its first key again", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				world.fail("breaks-after-1");
				assert.equal((await upload(world, "b")).kind, "stored");
				assert.equal(held(world), "b");
			}));

		test("keys that it had before are refused by it for ever, and that is no endless wait", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				await upload(world, "b");
				await askAndApprove(world, "a");
				assert.equal(status(await upload(world, "a")), 403);
				assert.equal(held(world), "b");
			}));

		for (const [fault, afterwards] of [
			["dies-after-0", "a"],
			["dies-after-1", "half"],
			["dies-after-2", "half"],
			["answer-lost", "b"],
		] as const) {
			test(`after “${fault}” the app waits, and the same approval completes it once the lease is over`, () =>
				withWorld(async (world) => {
					const request = await askAndApprove(world, "b");
					world.fail(fault);
					const waits = await upload(world, "b");
					assert.ok(waits.kind === "challenge" && waits.request.uiaSession === request.uiaSession);
					world.fail("none");
					assert.equal(held(world), afterwards);
					const sent = world.sent();
					assert.equal((await upload(world, "b", phone, 1)).kind, "challenge", "another server waits too");
					assert.equal(world.sent(), sent);
					await world.advance(60_000);
					assert.equal((await upload(world, "b", phone, 1)).kind, "stored");
					assert.equal(held(world), "b");
					assert.equal((await logOf(world)).filter((kind) => kind === "reset-approved").length, 1);
				}));
		}

		for (const fault of ["down", "unreachable"] as const) {
			test(`“${fault}” is no reason to wait longer than it lasts: nothing is under way`, () =>
				withWorld(async (world) => {
					const request = await askAndApprove(world, "b");
					for (let time = 0; time < 10; time++) {
						world.fail(fault);
						const waits = await upload(world, "b");
						assert.ok(waits.kind === "challenge" && waits.request.uiaSession === request.uiaSession);
					}
					world.fail("none");
					assert.equal((await upload(world, "b", phone, 1)).kind, "stored");
					assert.equal(held(world), "b");
				}));
		}

		test("nothing leaves so late that its lease could end while it is under way", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				const tooLate = 60_000 - 25_000 + 1;
				world.imagined.beforeLook(() => world.advance(tooLate));
				assert.equal((await upload(world, "b")).kind, "challenge");
				assert.equal(world.sent(), 0);
			}));

		test("a session that has ended since resumes nothing", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				world.fail("dies-after-0");
				await upload(world, "b");
				await world.endSession(phone);
				await world.advance(60_000);
				const sent = world.sent();
				await upload(world, "b");
				assert.equal(world.sent(), sent);
				await world.finish();
				const after = await stateOf(world, request);
				assert.ok(after.state === "withdrawn" && after.reason === "session-ended", after.state);
				assert.equal(held(world), "a");
			}));

		test("another request of the person is not spent beside it, and neither is lost", () =>
			withWorld(async (world) => {
				await askAndApprove(world, "b");
				world.fail("dies-after-1");
				await upload(world, "b");
				await askAndApprove(world, "c", laptop);
				assert.equal((await upload(world, "c", laptop)).kind, "challenge");
				await world.advance(60_000);
				assert.equal((await upload(world, "b")).kind, "stored");
				assert.equal((await upload(world, "c", laptop)).kind, "stored");
				assert.equal(held(world), "c");
			}));
	});

	describe(`what nobody comes back for, on ${name}`, () => {
		const afterFault = (fault: "dies-after-0" | "dies-after-1" | "answer-lost", expected: string) =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				world.fail(fault);
				await upload(world, "b");
				assert.equal(await world.finish(), 0, "its lease is not over");
				await world.advance(60_000);
				world.fail("down");
				assert.equal(await world.finish(), 0, "nothing is decided without the homeserver");
				world.fail("none");
				await world.advance(60_000);
				assert.equal(await world.finish(), 1);
				assert.equal((await stateOf(world, request)).state, expected);
				assert.equal(held(world), expected === "spent" ? "b" : "a");
			});

		test("is spent, where all of it arrived", () => afterFault("answer-lost", "spent"));
		test("is completed, where a part of it arrived", () => afterFault("dies-after-1", "spent"));
		test("is approved as before, where nothing arrived", () => afterFault("dies-after-0", "approved"));

		test("counts as no refusal", () =>
			withWorld(async (world) => {
				const request = await askAndApprove(world, "b");
				for (let time = 0; time < 5 + 1; time++) {
					world.fail("dies-after-0");
					await upload(world, "b");
					await world.advance(60_000);
					await world.finish();
				}
				const after = await stateOf(world, request);
				assert.ok(after.state === "approved" && after.failures === 0);
				assert.equal((await upload(world, "b")).kind, "stored");
			}));
	});
}
