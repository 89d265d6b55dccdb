import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import type { RequestIn, RequestStateName, ResetRequest } from "../src/claim/reset-request.ts";
import type { RequestMove } from "../src/claim/transitions.ts";
import type { AccountId, SessionId } from "../src/identifiers.ts";
import type { ResetRequests } from "../src/ports.ts";
import type { Transactions } from "../src/transactions.ts";

/** A person of a storage, signed in twice, and what the suite does to them. */
export interface TransitionsWorld {
	readonly storage: Transactions<{ readonly requests: ResetRequests }>;
	readonly accountId: AccountId;
	/** The session that asks. */
	readonly one: SessionId;
	readonly two: SessionId;
	/** Ends the session that asks. */
	signOut(): Promise<void>;
	lock(): Promise<void>;
	closeAccount(): Promise<void>;
	/** As a change of password does it: from 0 to 1. */
	raiseGeneration(): Promise<void>;
	close(): Promise<void>;
}

const now = 1_000_000_000;
const minute = 60_000;
type MoveName = RequestMove["move"];

/** The claim once more, by value: from where each move leads, and where to. */
const leads: Readonly<Record<MoveName, readonly [from: readonly RequestStateName[], to: RequestStateName]>> =
	{
		approve: [["pending"], "approved"],
		elevate: [["pending"], "approved"],
		deny: [["pending", "approved"], "denied"],
		"tell-denial": [["denied"], "denied"],
		reopen: [["denied"], "pending"],
		spend: [["approved"], "spent"],
		begin: [["approved"], "spending"],
		"take-over": [["spending"], "spending"],
		"take-over-to-end": [["spending"], "spending"],
		send: [["spending"], "spending"],
		release: [["spending"], "spending"],
		settle: [["spending"], "spent"],
		"give-back": [["spending"], "approved"],
		drop: [["spending"], "withdrawn"],
		fail: [["spending"], "failed"],
	};
const names = Object.keys(leads) as readonly MoveName[];
const allStates: readonly RequestStateName[] = [
	...(["pending", "approved", "spending", "spent", "denied", "expired", "withdrawn", "failed"] as const),
];

/** What each move writes, besides the state; the first key is asked for at `now`, everything else happens one later. */
const written: Readonly<Record<MoveName, Readonly<Record<string, unknown>>>> = {
	approve: { decidedAt: now + 1, usableFrom: now + 1, expiresAt: now + 1 + 10 * minute, failures: 0 },
	elevate: {
		...{ decidedAt: now + 1, usableFrom: now + 1, expiresAt: now + 1 + 5 * minute },
		...{ failures: 0, onlyToken: "its" },
	},
	deny: { decidedAt: now + 1, expiresAt: now + 1 + 15 * minute, told: false },
	"tell-denial": { decidedAt: now, expiresAt: now + 15 * minute, told: true },
	reopen: { expiresAt: now + 7 },
	spend: { decidedAt: now, endedAt: now + 1 },
	begin: {
		decidedAt: now,
		expiresAt: now + 10 * minute,
		leaseUntil: now + 1 + minute,
		sending: [],
		failures: 0,
	},
	"take-over": { leaseUntil: now + 2 * minute, sending: ["master"], expiresAt: now + 10 * minute },
	"take-over-to-end": { leaseUntil: now + 2 * minute, sending: ["master"], decidedAt: now },
	send: { sending: ["self_signing"], leaseUntil: now + minute, expiresAt: now + 10 * minute },
	release: { leaseUntil: now + 1, sending: ["master"], expiresAt: now + 10 * minute },
	settle: { decidedAt: now, endedAt: now + 1 },
	"give-back": { decidedAt: now, expiresAt: now + 10 * minute, failures: 3 },
	drop: { endedAt: now + 1, reason: "newer-approval" },
	fail: { decidedAt: now, endedAt: now + 1, reason: "it said no" },
};

const lease = now + minute;

/** Each move with all that it has to know, at the time when nothing speaks against it. */
function moveOf(name: MoveName, { accountId, one }: TransitionsWorld, at = timeOf(name)): RequestMove {
	const person = { reference: referenceOf(accountId), accountId, now: at };
	const identity = { accountId, sessionId: one, digest: "d1", token: "its", now: at };
	switch (name) {
		case "approve":
			return { move: name, ...person, generation: 0, delayMs: 0 };
		case "elevate":
			return { move: name, ...person, generation: 0, token: "its", agreedAt: at };
		case "reopen":
			return { move: name, ...person, expiresAt: now + 7 };
		case "deny":
		case "tell-denial":
		case "take-over":
		case "take-over-to-end":
			return { move: name, ...person };
		case "spend":
		case "begin":
			return { move: name, ...identity };
		case "send":
			return { move: name, ...person, lease, sending: ["self_signing"] };
		case "release":
		case "settle":
			return { move: name, ...person, lease };
		case "give-back":
			return { move: name, ...person, lease, failures: 3 };
		case "drop":
			return { move: name, ...person, lease, reason: "newer-approval" };
		case "fail":
			return { move: name, ...person, lease, reason: "it said no" };
	}
}

function timeOf(name: MoveName): number {
	return name === "take-over" || name === "take-over-to-end" ? lease : now + 1;
}

function referenceOf(accountId: AccountId): string {
	return `ref-1 ${accountId}`;
}

/** Puts the row there, and brings it into a state. */
async function bring(world: TransitionsWorld, state: RequestStateName): Promise<void> {
	const { accountId } = world;
	const steps: Readonly<Record<RequestStateName, readonly MoveName[]>> = {
		...{ pending: [], approved: ["approve"], spending: ["approve", "begin"], spent: ["approve", "spend"] },
		...{ denied: ["deny"], expired: [], withdrawn: [], failed: ["approve", "begin", "fail"] },
	};
	await world.storage.write(async ({ requests }) => {
		await requests.add(draft(world));
		for (const name of steps[state])
			assert.ok(await requests.move(moveOf(name, world, now)), `${name} on the way to ${state}`);
		if (state === "spending") {
			const first = { ...moveOf("send", world, now), sending: ["master"] } as RequestMove;
			assert.ok(await requests.move(first));
		}
		if (state === "withdrawn") await requests.withdraw({ of: "account", accountId }, "account-locked", now);
		if (state === "expired") await requests.expire(accountId, now + 15 * minute);
	});
}

function draft(
	{ accountId, one }: TransitionsWorld,
	changes: Partial<RequestIn<"pending">> = {},
): RequestIn<"pending"> {
	const reference = changes.reference ?? referenceOf(accountId);
	return {
		...{ reference, uiaSession: `uia ${reference}`, accountId, sessionId: one, deviceId: asDeviceId("ONE") },
		...{ digest: "d1", keys: { master_key: { n: 1 } }, masterKey: "M" },
		...{ createdAt: now, lastUploadAt: now, state: "pending", expiresAt: now + 15 * minute },
		...changes,
	};
}

/** What speaks against a move, and which moves have to be stopped by it; the others go on. */
const obstacles: readonly {
	readonly what: string;
	readonly stops: readonly MoveName[];
	readonly put?: (world: TransitionsWorld) => Promise<unknown>;
	readonly change?: (move: RequestMove, world: TransitionsWorld) => object;
}[] = [
	{
		what: "its session has ended",
		stops: ["approve", "elevate", "reopen", "spend", "begin", "take-over", "send", "give-back"],
		put: (world) => world.signOut(),
	},
	{
		what: "its account is locked",
		stops: ["approve", "elevate", "reopen", "spend", "begin", "take-over", "send", "give-back"],
		put: (world) => world.lock(),
	},
	{
		what: "its account is closed",
		stops: ["approve", "elevate", "reopen", "spend", "begin", "take-over", "send", "give-back"],
		put: (world) => world.closeAccount(),
	},
	{
		what: "the password was changed meanwhile",
		stops: ["approve", "elevate"],
		put: (world) => world.raiseGeneration(),
	},
	{
		what: "its time is over",
		stops: ["approve", "elevate", "deny", "tell-denial", "reopen", "spend", "begin", "send"],
		change: ({ move }) => ({ now: now + (["spend", "begin", "send"].includes(move) ? 10 : 15) * minute }),
	},
	{
		what: "its time is over in a moment",
		stops: [],
		change: ({ move }) => ({ now: now + (["spend", "begin", "send"].includes(move) ? 10 : 15) * minute - 1 }),
	},
	{
		what: "the approval was given by a server whose clock is a little ahead",
		stops: [],
		change: ({ move }) => (["spend", "begin", "send"].includes(move) ? { now: now - 5_000 } : {}),
	},
	{
		what: "the approval seems to have been given in the future",
		stops: ["spend", "begin", "send"],
		change: ({ move }) => (["spend", "begin", "send"].includes(move) ? { now: now - 5_001 } : {}),
	},
	{
		what: "the lease is another's",
		stops: ["send", "release", "settle", "give-back", "drop", "fail"],
		change: (move) => ("lease" in move ? { lease: lease + 1 } : {}),
	},
	{
		what: "the lease is not over",
		stops: ["take-over", "take-over-to-end"],
		change: ({ move }) => (move.startsWith("take-over") ? { now: lease - 1 } : {}),
	},
	{
		what: "it is somebody else's",
		stops: names,
		change: (_, { accountId }) => ({ accountId: `${accountId}-2` }),
	},
	{
		what: "another request is meant",
		stops: names,
		change: (move) => ("reference" in move ? { reference: "ref-9" } : { digest: "d9" }),
	},
	{
		what: "another session asks",
		stops: ["spend", "begin"],
		change: (move, { two }) => ("sessionId" in move ? { sessionId: two } : {}),
	},
];

/** What every storage of requests must hold of each single move: the table of transitions, and nothing beside it. */
export function transitionsSuite(name: string, open: () => Promise<TransitionsWorld>): void {
	async function inState<T>(
		state: RequestStateName,
		work: (world: TransitionsWorld) => Promise<T>,
	): Promise<T> {
		const world = await open();
		try {
			await bring(world, state);
			return await work(world);
		} finally {
			await world.close();
		}
	}
	const row = (world: TransitionsWorld) =>
		world.storage.read.requests.find({ reference: referenceOf(world.accountId) });
	const moved = (world: TransitionsWorld, move: RequestMove) =>
		world.storage.write(({ requests }) => requests.move(move));

	describe(`a request to replace keys, stored in ${name}, moves`, () => {
		for (const [move, [from, to]] of Object.entries(leads) as [MoveName, (typeof leads)[MoveName]][]) {
			test(`by "${move}" from ${from.join(" or ")} to ${to}, and from nowhere else`, async () => {
				for (const state of allStates) {
					await inState(state, async (world) => {
						const before = await row(world);
						const after = await moved(world, moveOf(move, world));
						assert.deepEqual(await row(world), after ?? before, "what it returns is what is stored");
						assert.equal(after?.state, from.includes(state) ? to : undefined, `from ${state}`);
						if (after !== undefined && state === from[0]) assertHolds(after, written[move]);
					});
				}
			});
		}
	});

	describe(`a request to replace keys, stored in ${name}, does not move`, () => {
		for (const { what, stops, put, change } of obstacles) {
			test(`when ${what}, by ${stops.length === names.length ? "anything" : stops.join(", ")}`, async () => {
				for (const move of names) {
					const [[from = "pending"]] = leads[move];
					await inState(from, async (world) => {
						await put?.(world);
						const before = await row(world);
						const whole = moveOf(move, world);
						const after = await moved(world, { ...whole, ...change?.(whole, world) } as RequestMove);
						assert.equal(after === undefined, stops.includes(move), move);
						if (after === undefined) assert.deepEqual(await row(world), before);
					});
				}
			});
		}

		test("while its person may object, by spend, begin; from then on it is good for ten minutes", async () => {
			const hour = 60 * minute;
			for (const move of ["spend", "begin"] as const)
				await inState("pending", async (world) => {
					const at = (time: number) =>
						moved(world, { ...moveOf(move, world), now: now + time } as RequestMove);
					const approve = { ...moveOf("approve", world, now), delayMs: 24 * hour } as RequestMove;
					const members = {
						decidedAt: now,
						usableFrom: now + 24 * hour,
						expiresAt: now + 24 * hour + 10 * minute,
					};
					assertHolds((await moved(world, approve)) ?? assert.fail(), members);
					const before = await row(world);
					for (const time of [0, 10 * minute, 24 * hour - 5_001]) assert.equal(await at(time), undefined);
					assert.equal(await at(24 * hour + 10 * minute), undefined);
					assert.deepEqual(await row(world), before);
					const deny = { ...moveOf("deny", world), now: now + 24 * hour - 1 } as RequestMove;
					await world.storage
						.write(async ({ requests }) => {
							assert.equal((await requests.move(deny))?.state, "denied");
							throw new Error("undone");
						})
						.catch(() => {});
					assert.ok(await at(24 * hour + (move === "spend" ? -5_000 : 10 * minute - 1)));
				});
		});

		test("when it was approved for another access token, by spend, begin", async () => {
			for (const move of ["spend", "begin"] as const)
				await inState("pending", async (world) => {
					const { accountId, one: sessionId } = world;
					assert.equal((await moved(world, moveOf("elevate", world)))?.state, "approved");
					const before = await row(world);
					for (const token of ["", "another", "ITS"])
						assert.equal(await moved(world, { ...moveOf(move, world), token } as RequestMove), undefined);
					assert.deepEqual(await row(world), before);
					const of = { of: "elevation", sessionId } as const;
					const ended = (session: SessionId) =>
						world.storage.write(({ requests }) =>
							requests.withdraw({ ...of, sessionId: session }, "token-refreshed", now + 2),
						);
					assert.equal(await ended(world.two), 0, "of another session nothing is ended");
					assert.equal((await moved(world, moveOf(move, world)))?.accountId, accountId);
					assert.equal(await ended(sessionId), 0, "what is used is not taken back");
				});
		});

		test("when its app refreshed while its use hung: nothing more is sent, and an approval for any token goes on", async () => {
			for (const by of ["elevate", "approve"] as const)
				await inState("pending", async (world) => {
					for (const move of [by, "begin"] as const)
						assert.ok(await moved(world, moveOf(move, world, now)), move);
					const which = { of: "elevation", sessionId: world.one } as const;
					const withdraw = (sessionId: SessionId) =>
						world.storage.write(({ requests }) =>
							requests.withdraw({ ...which, sessionId }, "token-refreshed", now + 2),
						);
					assert.equal(await withdraw(world.two), 0);
					assert.equal(await withdraw(world.one), 0);
					const sent = await moved(world, { ...moveOf("send", world), now: now + 2 } as RequestMove);
					assert.equal(sent?.state, by === "approve" ? "spending" : undefined);
				});
		});

		test("when its app refreshed since, and an approval for any token stays", async () => {
			for (const [by, count] of [
				["elevate", 1],
				["approve", 0],
			] as const)
				await inState("pending", async (world) => {
					await moved(world, moveOf(by, world));
					const which = { of: "elevation", sessionId: world.one } as const;
					const withdraw = world.storage.write(({ requests }) =>
						requests.withdraw(which, "token-refreshed", now + 2),
					);
					assert.equal(await withdraw, count);
					const spent = await moved(world, {
						...moveOf("spend", world),
						token: by === "approve" ? "x" : "its",
					} as RequestMove);
					assert.equal(spent?.state, count === 1 ? undefined : "spent");
				});
		});

		test("by the token of an approval that was taken back, once another yes is for any", async () => {
			await inState("pending", async (world) => {
				for (const move of ["elevate", "deny", "reopen", "approve"] as const)
					assert.ok(await moved(world, moveOf(move, world)), move);
				const spent = await moved(world, { ...moveOf("spend", world), token: "any" } as RequestMove);
				assert.equal(spent?.state, "spent");
			});
		});

		test("towards a homeserver beside another request of the person that is being spent", async () => {
			await inState("spending", async (world) => {
				const { accountId, one: sessionId } = world;
				const reference = `ref-2 ${accountId}`;
				await world.storage.write(async ({ requests }) => {
					await requests.add(draft(world, { reference, digest: "d2" }));
					await requests.move({ move: "approve", reference, accountId, generation: 0, delayMs: 0, now });
				});
				const whole = { accountId, sessionId, digest: "d2", token: "its", now };
				assert.equal(await moved(world, { move: "begin", ...whole }), undefined);
				assert.equal((await moved(world, { move: "spend", ...whole }))?.state, "spent");
			});
		});
	});
}

function assertHolds(request: ResetRequest, members: Readonly<Record<string, unknown>>): void {
	for (const [name, value] of Object.entries(members))
		assert.deepEqual(Reflect.get(request, name), value, name);
}
