import { createHmac } from "node:crypto";

/** What only who reads the letter learns. */
export interface LetterSecrets {
	/** Six digits. */
	code(seed: string): string;
	/** Beside the name of a line of a security log: that its person objects to it. */
	objection(eventId: string): string;
	/** What no guess finds. */
	link(seed: string): string;
	/** Beside the name of a waiting time of lost factors: for one of its two letters, and for one address. */
	loss(step: "begin" | "finish", id: string, addressKey: string): string;
}

/** Derived under a key of the installation, so that no queue and no copy of it holds any. */
export function createLetterSecrets(key: Uint8Array): LetterSecrets {
	const derived = (purpose: string, seed: string) =>
		createHmac("sha256", key).update(`${purpose}\0${seed}`).digest();
	return {
		code: (seed) => String(derived("code", seed).readUIntBE(0, 6) % 1_000_000).padStart(6, "0"),
		objection: (eventId) => derived("objection", eventId).toString("base64url"),
		loss: (step, id, addressKey) => derived(`loss ${step}`, `${id}\0${addressKey}`).toString("base64url"),
		link: (seed) => derived("link", seed).toString("base64url"),
	};
}
