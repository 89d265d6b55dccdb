import type { Transactions } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import type { PasswordSchemes } from "../proofs/index.ts";
import type { MovingUnit } from "./ports.ts";
import { readMove } from "./state.ts";

const own = { kind: "argon2id" } as const;
/** Passwords change their kind one by one; what most are is asked no more often. */
const askEveryMs = 60_000;

/**
 * How new passwords are hashed: as the homeserver of before does, as long as people may go back to it, by argon2id from
 * then on and where nobody moved in. What most people's are of is what a name costs that nobody has.
 */
export function createPasswordSchemes<Unit extends MovingUnit>({
	storage,
	clock,
}: {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
}): () => Promise<PasswordSchemes> {
	let asked: { readonly at: number; readonly mostAreBcrypt: boolean } | undefined;
	const mostAreBcrypt = async () => {
		const now = clock();
		if (asked === undefined || Math.abs(now - asked.at) >= askEveryMs) {
			const { bcrypt, others } = await storage.read.moved.passwordKinds();
			asked = { at: now, mostAreBcrypt: bcrypt > others };
		}
		return asked.mostAreBcrypt;
	};
	return async () => {
		const move = await readMove(storage.read);
		if (move === undefined) return { forNew: own, ofMost: own };
		const there = { kind: "bcrypt", cost: move.bcryptCost } as const;
		if (move.state !== "settled") return { forNew: there, ofMost: there };
		return { forNew: own, ofMost: (await mostAreBcrypt()) ? there : own };
	};
}
