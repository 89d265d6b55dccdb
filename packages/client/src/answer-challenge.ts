import type { UiaAuth } from "@countersign/protocol";
import { type Asked, authFor } from "./approval.ts";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { answerStage, asksForPassword, type PasswordProof } from "./stages.ts";
import type { AttemptOutcome } from "./upload-attempt.ts";

/** How an answer went; `anew`: the server knew nothing of what it had asked, and asks again. */
export type AnswerOutcome = AttemptOutcome & { readonly anew?: true };

/** So often may a password be wrong. */
const maxPasswords = 3;

/**
 * Answers what was asked, once; a wrong password is asked for again.
 *
 * A refusal is believed at once only where it can mean nothing but the person's: otherwise the same keys are sent
 * without an answer, which every server judges by themselves. tuwunel and continuwuity say "forbidden" to a stage
 * that is named before anybody has approved; servers that were restarted refuse a session they have forgotten.
 */
export async function answerChallenge(
	send: (auth: UiaAuth | undefined) => Promise<AttemptOutcome>,
	proof: PasswordProof | undefined,
	asked: Asked | undefined,
): Promise<AnswerOutcome> {
	for (let nth = 1; ; nth++) {
		const auth = await authOf(asked, { proof, attempt: nth });
		try {
			return await send(auth);
		} catch (error) {
			const doubt = doubtAbout(error, asked);
			if (doubt === undefined) throw error;
			if (doubt === "password") {
				if (nth === maxPasswords) throw error;
				continue;
			}
			const outcome = await send(undefined);
			return outcome.kind === "challenge" && doubt === "session" ? { ...outcome, anew: true } : outcome;
		}
	}
}

/** What may be wrong instead of the keys: the password, the form of the answer, or the session. */
function doubtAbout(error: unknown, asked: Asked | undefined): "password" | "answer" | "session" | undefined {
	if (!(error instanceof CountersignClientError) || asked === undefined) return undefined;
	const { code, status } = error;
	const isDenied = code === clientErrorCode.approvalDenied;
	if (isDenied && status === 401) {
		if (asked.url === undefined && asksForPassword(asked)) return "password";
		// As long as no stage was named, it is about the request.
		return asked.isApproval && asked.answers > 0 ? "answer" : undefined;
	}
	const mayBeSession =
		(isDenied && status === 403) || (code === clientErrorCode.keysRejected && status === 400);
	return mayBeSession && asked.session !== undefined ? "session" : undefined;
}

async function authOf(
	asked: Asked | undefined,
	how: Parameters<typeof answerStage>[1],
): Promise<UiaAuth | undefined> {
	if (asked === undefined || asked.url !== undefined) return asked && authFor(asked);
	const auth = await answerStage(asked, how);
	if (auth !== undefined) return auth;
	const message = "the person gave no password";
	throw new CountersignClientError(clientErrorCode.approvalDenied, message, { safe: true });
}
