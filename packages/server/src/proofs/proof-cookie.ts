import { createHmac, timingSafeEqual } from "node:crypto";
import { isAhead } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import type { HowProved } from "./acts.ts";
import { type BrowserProof, presenceProof } from "./proof.ts";

/**
 * What a browser carries of the last proof that was entered in it. The cookie of its session is older: whoever copied
 * that one before has no part in what its person entered since.
 */
export interface ProofCookie {
	/** Good for that browser session alone, and as old as the proof is. */
	seal(proof: BrowserProof): string;
	/** The later of the two: what the session began with, and what the cookie says. */
	open(cookie: string | undefined, session: BrowserProof): BrowserProof;
}

/** Cookies out there hold the position of one: what is new comes last. */
const ways: readonly HowProved[] = [
	...(["password", "password-and-code", "password-and-recovery-code", "passkey"] as const),
	...(["upstream", "upstream-and-code", "upstream-and-recovery-code"] as const),
];

/** Which way, when, MAC. */
const bytes = { way: 1, time: 8, mac: 32 } as const;

/** Made under a key and not stored. @see docs/decisions/0099-a-proof-has-its-own-cookie.md */
export function createProofCookie({
	key,
	clock,
}: {
	readonly key: Uint8Array;
	readonly clock: Clock;
}): ProofCookie {
	const mac = (begin: Uint8Array, { accountId, browser }: BrowserProof) =>
		createHmac("sha256", key)
			.update(`countersign proof\n${accountId.length}:${accountId}\n${browser.length}:${browser}\n`)
			.update(begin)
			.digest();
	return {
		seal(proof) {
			const begin = Buffer.alloc(bytes.way + bytes.time);
			begin.writeUInt8(ways.indexOf(proof.how));
			begin.writeBigUInt64BE(BigInt(proof.at), bytes.way);
			return Buffer.concat([begin, mac(begin, proof)]).toString("base64url");
		},
		open(cookie, session) {
			const given = Buffer.from(cookie ?? "", "base64url");
			const begin = given.subarray(0, bytes.way + bytes.time);
			if (given.length !== begin.length + bytes.mac) return session;
			if (!timingSafeEqual(given.subarray(begin.length), mac(begin, session))) return session;
			const [how, at] = [ways[begin.readUInt8()], Number(begin.readBigUInt64BE(bytes.way))];
			if (how === undefined || at < session.at || isAhead(at, clock())) return session;
			// No cookie is made of what a session begins with.
			return presenceProof({ ...session, how, at, ...(how === "upstream" && { isAnew: true }) });
		},
	};
}
