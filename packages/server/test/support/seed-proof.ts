import { randomBytes } from "node:crypto";
import type { AccountId } from "@countersign/core";
import {
	type BrowserProof,
	createProofs,
	createWaysIn,
	type ProofFor,
	presenceProof,
	type SensitiveAct,
} from "../../src/proofs/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedBrowser } from "./storage.ts";

/** Of a person who has just signed in, in a browser of their own. */
export async function seedPresence(
	storage: Storage,
	{ accountId, now }: { readonly accountId: AccountId; readonly now: number },
): Promise<BrowserProof> {
	return presenceProof({ how: "password", ...(await seedBrowser(storage, { accountId, at: now })) });
}

/** The proof for an act, of a person in a browser of their own who has just entered the password there. */
export async function seedProof<Act extends SensitiveAct>(
	storage: Storage,
	act: Act,
	{ accountId, now }: { readonly accountId: AccountId; readonly now: number },
): Promise<ProofFor<Act>> {
	const random = {
		bytes: (count: number) => new Uint8Array(randomBytes(count)),
		token: (bytes = 24) => randomBytes(bytes).toString("base64url"),
	};
	const onError = (error: unknown) => {
		throw error;
	};
	const proofs = createProofs({
		...{ storage, clock: () => now, random, onError, newRateLimiter: storage.newRateLimiter },
		...{ secretKey: new Uint8Array(32), sealKey: new Uint8Array(32) },
		ways: createWaysIn({ host: undefined }),
	});
	const last = await seedPresence(storage, { accountId, now });
	const proved = await proofs.forAct(act, last, { password: "", address: "127.0.0.1" });
	if (!proved.ok) throw new Error(proved.reason);
	return proved.proof;
}
