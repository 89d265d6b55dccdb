import type { Transactions } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import {
	bcryptSchemeOf,
	carriedSchemeOf,
	type PasswordScheme,
	type PasswordSchemes,
} from "../proofs/index.ts";
import type { MovingUnit } from "./ports.ts";
import { readMove } from "./state.ts";

const own = { kind: "argon2id" } as const;
/** Passwords change their kind one by one; what most are is asked no more often. */
const askEveryMs = 60_000;

/**
 * How new passwords are hashed: as where people came from, as long as they may go back to it, by argon2id from then on
 * and where nobody moved in. What most people's are of is what a name costs that nobody has.
 */
export function createPasswordSchemes<Unit extends MovingUnit>({
	storage,
	clock,
}: {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
}): () => Promise<PasswordSchemes> {
	let asked: { readonly at: number; readonly ofMost: PasswordScheme } | undefined;
	const mostHere = async () => {
		const now = clock();
		if (asked === undefined || Math.abs(now - asked.at) >= askEveryMs) {
			const kinds = await storage.read.moved.passwordKinds();
			const counts = createSchemeCounts();
			for (const { sample, people } of kinds) counts.add(sample, people);
			asked = { at: now, ofMost: counts.commonest() ?? own };
		}
		return asked.ofMost;
	};
	return async () => {
		const move = await readMove(storage.read);
		if (move === undefined) return { forNew: own, ofMost: own };
		if (move.state !== "settled") return move.passwords;
		return { forNew: own, ofMost: await mostHere() };
	};
}

/** Counts hashes by how they were made. */
export function createSchemeCounts() {
	const counts = new Map<string, { readonly scheme: PasswordScheme; people: number }>();
	return {
		add(hash: string, people = 1): void {
			const scheme = carriedSchemeOf(hash) ?? bcryptSchemeOf(hash) ?? own;
			const name = JSON.stringify(scheme);
			const counted = counts.get(name) ?? { scheme, people: 0 };
			counted.people += people;
			counts.set(name, counted);
		},
		/** Undefined where nobody has a password. */
		commonest(): PasswordScheme | undefined {
			const [most] = [...counts.values()].sort((one, other) => other.people - one.people);
			return most?.scheme;
		},
	};
}
