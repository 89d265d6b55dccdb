import assert from "node:assert/strict";
import type { KeySlot } from "@countersign/protocol";
import type { ForwardAnswer, GuardedHomeserver, StoreAnswer } from "../src/guarded-homeserver.ts";
import { HomeserverUnavailable } from "../src/homeserver.ts";
import type { NewKey, StoredIdentity } from "../src/ports.ts";

/** What goes wrong with the next upload that reaches it. */
export const faults = [
	"none",
	/** It says no. */
	"refuses",
	/** Nothing arrives, and nothing can be asked. */
	"down",
	/** It can be asked, but an upload does not reach it. */
	"unreachable",
	/** All is stored, and nobody is told. */
	"answer-lost",
	/** The same request arrives a second time after it was answered. */
	"twice",
	/** It says no, but only after `whileSlow` is over. */
	"slow-refusal",
	/** The connection is dead; the request is carried out some seconds later. */
	"late",
	/** It dies after so many of its three writes. */
	"dies-after-0",
	"dies-after-1",
	"dies-after-2",
	/** After so many writes it fails inside, and says so. */
	"breaks-after-0",
	"breaks-after-1",
	"breaks-after-2",
] as const;
export type Fault = (typeof faults)[number];

type Held = Map<KeySlot, NewKey>;
const order: readonly KeySlot[] = ["master", "self_signing", "user_signing"];

/**
 * A homeserver as the guard meets one: stores keys one by one, takes the first identity of a person from anybody who
 * has their token, everything else from us alone, and fails for ever on a key it holds or has ever held.
 */
export function createImaginedHomeserver(deps: {
	readonly now: () => number;
	/** Told before it stores a key that was sent by our own right; returns what may be checked when it is stored later. */
	readonly onSent: (userId: string, keys: readonly NewKey[]) => Promise<(slot: KeySlot) => Promise<void>>;
}) {
	const people = new Map<string, Held>();
	const everHeld = new Set<string>();
	const waiting: { readonly at: number; readonly run: () => Promise<void> }[] = [];
	let fault: Fault = "none";
	let latencyMs = 1;
	let whileSlow = async () => {};
	let onLook = async () => {};
	let deviceIds: readonly string[] = [];
	let isWindowOpen = false;
	let refusals = 0;

	function heldBy(userId: string): Held {
		const held = people.get(userId) ?? new Map();
		people.set(userId, held);
		return held;
	}

	function differs(userId: string, keys: readonly NewKey[]): boolean {
		return keys.some((key) => heldBy(userId).get(key.slot)?.signed !== key.signed);
	}

	/** Returns how many it wrote before it failed, or undefined where it did not. */
	async function write(
		userId: string,
		keys: readonly NewKey[],
		how: { readonly atMost: number; readonly onWrite: (slot: KeySlot) => Promise<void> },
	): Promise<number | undefined> {
		if (!differs(userId, keys)) return undefined;
		let written = 0;
		for (const slot of order) {
			const key = keys.find((each) => each.slot === slot);
			if (key === undefined) continue;
			await new Promise((resolve) => setImmediate(resolve));
			const name = `${userId} ${key.publicKey}`;
			if (written >= how.atMost || everHeld.has(name)) return written;
			await how.onWrite(slot);
			everHeld.add(name);
			heldBy(userId).set(slot, key);
			written += 1;
		}
		return undefined;
	}

	async function receive(
		userId: string,
		keys: readonly NewKey[],
		onWrite: (slot: KeySlot) => Promise<void>,
	): Promise<StoreAnswer> {
		const happens = fault;
		fault = "none";
		const [, kind, after] = /^(dies|breaks)-after-(\d)$/.exec(happens) ?? [];
		const atMost = after === undefined ? 3 : Number(after);
		if (happens === "down") {
			fault = "down";
			throw new HomeserverUnavailable("down");
		}
		if (happens === "unreachable") return { answer: "not-sent" };
		if (happens === "refuses") return { answer: "refused", reason: "M_FORBIDDEN: no" };
		if (happens === "slow-refusal") {
			await whileSlow();
			return { answer: "refused", reason: "M_FORBIDDEN: no, at last" };
		}
		if (happens === "late") {
			const run = async () => void (await write(userId, keys, { atMost, onWrite }));
			waiting.push({ at: deps.now() + latencyMs, run });
			throw new HomeserverUnavailable("timeout");
		}
		const failedAfter = await write(userId, keys, { atMost, onWrite });
		if (happens === "answer-lost" || kind === "dies") throw new HomeserverUnavailable("reset");
		if (happens === "twice") await write(userId, keys, { atMost, onWrite });
		return failedAfter === undefined
			? { answer: "stored" }
			: { answer: "broke", reason: "M_UNKNOWN: failed" };
	}

	const homeserver: GuardedHomeserver = {
		async look(userId) {
			await new Promise((resolve) => setImmediate(resolve));
			await onLook();
			if (fault === "down") throw new HomeserverUnavailable("down");
			const identity: StoredIdentity = Object.fromEntries(heldBy(userId));
			return { identity, deviceIds };
		},
		async store(userId, keys) {
			const answer = await receive(userId, keys, await deps.onSent(userId, keys));
			if (answer.answer === "refused" || answer.answer === "broke") refusals += 1;
			return answer;
		},
		async forward({ accessToken: userId }, keys): Promise<ForwardAnswer> {
			if (fault === "down") throw new HomeserverUnavailable("down");
			if (!differs(userId, keys)) return { answer: "stored" };
			if (heldBy(userId).has("master") && !isWindowOpen) return { answer: "approval-needed" };
			const answer = await receive(userId, keys, async () => {});
			if (answer.answer === "stored") return answer;
			if (answer.answer === "not-sent") throw new HomeserverUnavailable("unreachable");
			const body = { errcode: "M_UNKNOWN", error: answer.reason };
			return { answer: "passed-on", passedOn: { status: 500, body } };
		},
	};

	return {
		homeserver,
		fail(next: Fault, ms = 1): void {
			fault = next;
			latencyMs = ms;
		},
		/** What happens elsewhere while the next `slow-refusal` is thought about. */
		meanwhile(work: () => Promise<void>): void {
			whileSlow = async () => {
				whileSlow = async () => {};
				await work();
			};
		},
		/** What happens elsewhere before its next answer about what it holds. */
		beforeLook(work: () => Promise<void>): void {
			onLook = async () => {
				onLook = async () => {};
				await work();
			};
		},
		/** It knows these devices from now on. */
		setDevices(ids: readonly string[]): void {
			deviceIds = ids;
		},
		/** Somebody opened its own, account-wide window: it asks nobody. */
		openWindow(): void {
			isWindowOpen = true;
		},
		/** How often it said no to what we sent by our own right. */
		refusals: () => refusals,
		held: (userId: string): ReadonlyMap<KeySlot, NewKey> => heldBy(userId),
		/** Carries out what was late and is due by now. */
		async catchUp(): Promise<void> {
			for (const late of waiting.splice(0)) {
				if (late.at <= deps.now()) await late.run();
				else waiting.push(late);
			}
		},
		assertIdle: () => assert.equal(waiting.length, 0),
	};
}
