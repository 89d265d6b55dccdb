import { lifetimes } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import { duration, type Form } from "../http/index.ts";
import type { BrowserSession, BrowserSessions, PasswordRefusal, People } from "../people/index.ts";

export interface ProofDeps {
	readonly people: Pick<People, "checkPassword">;
	readonly browserSessions: Pick<BrowserSessions, "prove">;
	readonly clock: Clock;
}

/** Whether the password was entered in this browser too long ago for something that matters. */
export function isProofOld(session: BrowserSession, now: number): boolean {
	return now - session.provedAt > lifetimes.proofMs;
}

export type Proof =
	| { readonly ok: true }
	| { readonly ok: false; readonly status: number; readonly problem: string };

/**
 * Checks the password of a form that asked for one and notes that the person is there. Every prompt goes through
 * the one limiter, so that a browser left open is no place to guess.
 * @param how.always ask although the last proof is recent: for what cannot be undone
 */
export async function checkProof(
	{ people, browserSessions, clock }: ProofDeps,
	visit: { readonly session: BrowserSession; readonly address: string },
	form: Form,
	how: { readonly always: boolean } = { always: false },
): Promise<Proof> {
	if (!how.always && !isProofOld(visit.session, clock())) return { ok: true };
	const password = form.value("password") ?? "";
	if (password === "") return { ok: false, status: 400, problem: "Enter your password to go on." };
	const { session, address } = visit;
	const checked = await people.checkPassword({ accountId: session.account.id, password, address });
	if (!checked.ok) return { ok: false, ...refusedPassword(checked) };
	if (await browserSessions.prove(session.idHash)) return { ok: true };
	return { ok: false, status: 403, problem: "You were signed out meanwhile. Sign in and try again." };
}

/** A refused password in words for the person it was asked of. */
export function refusedPassword(refusal: PasswordRefusal): {
	readonly status: number;
	readonly problem: string;
} {
	switch (refusal.reason) {
		case "wrong":
			return { status: 403, problem: "That is not your password." };
		case "locked":
			return { status: 403, problem: "This account is locked." };
		case "throttled":
			return {
				status: 429,
				problem: `Too many attempts. Try again in ${duration(refusal.retryAfterMs)}.`,
			};
	}
}
