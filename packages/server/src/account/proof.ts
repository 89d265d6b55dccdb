import { lifetimes } from "@countersign/core";
import type { Form } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { BrowserSessions, People } from "../people/index.ts";
import { say, type Text } from "../words/index.ts";
import { passwordRefusal, refusalOptions } from "./messages.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface ProofDeps {
	readonly people: Pick<People, "checkPassword">;
	readonly browserSessions: Pick<BrowserSessions, "prove">;
}

export interface RefusedProof {
	readonly ok: false;
	readonly problem: Text;
	/** Status and headers of the page that asks again. */
	readonly options: PageOptions;
}

/** Whether a form has to ask for the password: it was entered in this browser too long ago for what matters. */
export function needsPassword(visitor: SignedInVisitor): boolean {
	return !visitor.hasProof(lifetimes.proofMs);
}

/**
 * Checks the password of a form that asks for one and notes that the person is there. Attempts are counted by browser
 * session, so that one left open or stolen is no place to guess, and nobody elsewhere uses them up.
 * @param asked.always although the last proof is recent: for what cannot be undone
 */
export async function checkProof(
	{ people, browserSessions }: ProofDeps,
	visitor: SignedInVisitor,
	asked: { readonly form: Form; readonly always?: boolean },
): Promise<{ readonly ok: true } | RefusedProof> {
	if (asked.always !== true && !needsPassword(visitor)) return { ok: true };
	const password = asked.form.value("password") ?? "";
	if (password === "") return refuse(say("password.enter-to-go-on"), { status: 400 });
	const { account, idHash } = visitor.browserSession;
	const { address } = visitor;
	const checked = await people.checkPassword({ accountId: account.id, browser: idHash, password, address });
	if (!checked.ok) return refuse(passwordRefusal(checked), refusalOptions(checked));
	if (await browserSessions.prove(idHash)) return { ok: true };
	return refuse(say("password.signed-out-meanwhile"), { status: 403 });
}

function refuse(problem: Text, options: PageOptions): RefusedProof {
	return { ok: false, problem, options };
}
