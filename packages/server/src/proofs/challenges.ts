import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { isAhead } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";

/** What an answer is good for, and where: never for another purpose, nor in another browser. */
export interface ChallengeFor {
	readonly purpose: "sign-in" | "prove" | `add ${string}`;
	/** To what the forms of that browser are tied, or the hash of the cookie of a sign-in under way. */
	readonly browser: string;
}

/** A challenge that was answered, as it is written down: once, until it would be over. */
interface Answered {
	readonly hash: string;
	readonly expiresAt: number;
}

export interface Challenges {
	make(about: ChallengeFor): string;
	/** The challenge, where it was made for this and is not over. Undefined for every other. */
	read(challenge: string, about: ChallengeFor): Answered | undefined;
}

const minute = 60_000;

/** The sign-in page waits for a person who may be busy elsewhere; everywhere else somebody is in the middle of something. */
const challengeLifetimes = { signInMs: 60 * minute, otherMs: 15 * minute } as const;

/** Random, time, MAC. */
const bytes = { random: 16, time: 8, mac: 32 } as const;

/** Made under a key and not stored, so that whoever opens a page writes nothing. @see docs/decisions/0091-two-factors.md */
export function createChallenges({
	key,
	clock,
	random,
}: {
	readonly key: Uint8Array;
	readonly clock: Clock;
	readonly random: Random;
}): Challenges {
	const mac = (begin: Uint8Array, { purpose, browser }: ChallengeFor) =>
		createHmac("sha256", key)
			.update(`countersign challenge\n${purpose.length}:${purpose}\n${browser.length}:${browser}\n`)
			.update(begin)
			.digest();
	return {
		make(about) {
			const time = Buffer.alloc(bytes.time);
			time.writeBigUInt64BE(BigInt(clock()));
			const begin = Buffer.concat([random.bytes(bytes.random), time]);
			return Buffer.concat([begin, mac(begin, about)]).toString("base64url");
		},
		read(challenge, about) {
			const given = Buffer.from(challenge, "base64url");
			const begin = given.subarray(0, bytes.random + bytes.time);
			if (given.length !== begin.length + bytes.mac) return undefined;
			if (!timingSafeEqual(given.subarray(begin.length), mac(begin, about))) return undefined;
			const madeAt = Number(begin.readBigUInt64BE(bytes.random));
			const expiresAt =
				madeAt + (about.purpose === "sign-in" ? challengeLifetimes.signInMs : challengeLifetimes.otherMs);
			const now = clock();
			if (now >= expiresAt || isAhead(madeAt, now)) return undefined;
			return { hash: createHash("sha256").update(given).digest("base64url"), expiresAt };
		},
	};
}
