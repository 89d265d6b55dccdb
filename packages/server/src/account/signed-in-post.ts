import type { Context } from "hono";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { ProofAsked, ProofFor, ProofRefusal, Proofs, SensitiveAct } from "../proofs/index.ts";
import { addressOfStep } from "../resume/index.ts";
import type { Text } from "../words/index.ts";
import { proofRefusal } from "./messages.ts";
import type { Received } from "./posted-form.ts";
import type { Answered } from "./sent-twice.ts";
import { resumeAt, type SignedInVisitor, signInRedirect, type Visitor, type Visitors } from "./visitor.ts";

export interface SignedInPostDeps {
	readonly visitors: Visitors;
	readonly proofs: Pick<Proofs, "forAct" | "asksFor">;
}

/** Somebody signed in, their form, and what its address names. */
export interface Visit<Found> {
	readonly c: Context<Env>;
	readonly visitor: SignedInVisitor;
	readonly found: Found;
	readonly form: Form;
}

/** A form that is good for nothing that changes anything. */
export interface FormOfBefore {
	/** Who sent it now, signed in or not. */
	readonly visitor: Visitor;
	readonly form: Form;
	/** Whether our own page sent it for this purpose, in this browser, before that was signed in or out. */
	isOfBefore(purpose: string): boolean;
}

/** Why the page is shown again. */
export interface Refusal {
	/** Of the field that is to be mended. Default: none of them. */
	readonly field?: string;
	readonly text: Text;
	/** Status and headers. */
	readonly options: PageOptions;
}

/** What became of a form. `signed-out`: the browser was, meanwhile, and nothing was done. */
type Outcome = Response | Refusal | "signed-out";

/** What the person asks for, to be carried out with the proof it takes. */
export type Deed = (
	prove: <Act extends SensitiveAct>(act: Act) => Promise<ProofFor<Act> | ProofRefusal>,
) => Promise<Outcome | ProofRefusal>;

/** A deed that takes the proof which the table has for the act. */
export function needsProof<Act extends SensitiveAct>(
	act: Act,
	carryOut: (proof: ProofFor<Act>) => Promise<Outcome>,
): Deed {
	return async (prove) => {
		const proof = await prove(act);
		return "ok" in proof ? proof : carryOut(proof);
	};
}

/** One for which being signed in is enough, or which is itself the entry of a password. */
export function needsNoProof(carryOut: () => Promise<Outcome | ProofRefusal>): Deed {
	return () => carryOut();
}

export interface SignedInPost<Found> {
	/** What the address names, or the answer where that is nothing of this person's. */
	find(c: Context<Env>, visitor: SignedInVisitor): Promise<Found | Response> | Found;
	/** For what the form's token is good; it also binds it to the browser session, and so to the person. */
	purpose(found: Found): string;
	/** Whether the answer shows what nobody is shown twice: only who waits for the same form's first answer gets it. Default: no. */
	readonly showsOnce?: boolean;
	/** In which field the password is entered that proves the deed. Default: `password`. */
	readonly passwordField?: string;
	/** Reads the form: a deed, or why it is none. */
	choose(visit: Visit<Found>): Promise<Deed | Refusal | Response> | Deed | Refusal | Response;
	/**
	 * The same form sent again by a browser that the first one signed in or out: what became of that. Nothing is done.
	 * Default: whoever is not signed in signs in first.
	 */
	toldAgain?(form: FormOfBefore): Promise<Response | undefined>;
	/**
	 * Where the proof is wrong, or the browser signed out: whether the same form, sent before, did it; what is answered
	 * then. For what another server of the same database did, or another form of the same kind.
	 */
	doneBefore?(visit: Visit<Found>): Promise<Response | undefined>;
	/** The page once more. */
	again(visit: Visit<Found>, refusal: Refusal): Promise<Response> | Response;
}

/**
 * The one way in which a form of somebody signed in is taken. In this order:
 *
 * | phase   | what is settled                                   | otherwise                       |
 * | ------- | ------------------------------------------------- | ------------------------------- |
 * | who     | a browser session of a person who may sign in     | to the sign-in page, and back   |
 * | what    | the thing that the address names is theirs        | the page that says so           |
 * | form    | whole, small, ours, for this, this browser's,     | "expired", nothing changed      |
 * |         | which is still signed in after the last byte      |                                 |
 * | choice  | what the form asks for                            | the page again                  |
 * | proof   | what the table of acts says, of who has the       | the page again, or the one that |
 * |         | second factor that is demanded                    | adds a factor, or to where it   |
 * |         |                                                   | is shown, and back              |
 * | deed    | carried out; in its transaction the browser is    | "expired", nothing changed      |
 * |         | still signed in                                   |                                 |
 */
export function signedInPost<Found>(
	{ visitors, proofs }: SignedInPostDeps,
	post: SignedInPost<Found>,
): (c: Context<Env>) => Promise<Response> {
	return async (c) => {
		const visitor = await visitors.meet(c);
		const receive = (purpose: string) => visitors.readPosted(c, visitor, purpose);
		if (visitor.browserSession === undefined)
			return (await tellAgain(post, visitor, () => receive(nobodys))) ?? signInRedirect(c.req.raw);
		const found = await post.find(c, visitor);
		if (found instanceof Response) return found;
		const received = await receive(post.purpose(found));
		if (!received.ok) return (await tellAgain(post, visitor, async () => received)) ?? received.answer;
		const { form } = received;
		return visitors.answer(c, { visitor, form }, () =>
			carryOut({ visitors, proofs }, post, { c, visitor, found, form }),
		);
	};
}

/** The phases after the form is read. */
async function carryOut<Found>(
	{ visitors, proofs }: SignedInPostDeps,
	post: SignedInPost<Found>,
	visit: Visit<Found>,
): Promise<Answered> {
	const { visitor, form } = visit;
	const { proof: last } = visitor.browserSession;
	const chosen = await post.choose(visit);
	if (chosen instanceof Response) return notDone(chosen);
	if (typeof chosen !== "function") return notDone(post.again(visit, chosen));
	const field = post.passwordField ?? "password";
	const entered = {
		password: form.text(field),
		code: form.text("code"),
		passkey: form.text("passkey"),
		address: visitor.address,
	};
	let carried: string | undefined;
	const outcome = await chosen(async (act) => {
		const proved = await proofs.forAct(act, last, entered);
		if (!proved.ok) return proved;
		if (proved.proof !== last) carried = visitors.provenCookie(proved.proof);
		return proved.proof;
	});
	const isTold = post.showsOnce !== true && isGoodOnce(entered);
	const settled = await settle(post, visit, { outcome, field, isGoodOnce: isTold });
	if (carried !== undefined) settled.answer.headers.append("set-cookie", carried);
	return settled;
}

/** What becomes of the form is what its page, or another one, says. */
async function settle<Found>(
	post: SignedInPost<Found>,
	visit: Visit<Found>,
	it: {
		readonly outcome: Outcome | ProofRefusal;
		readonly field: string;
		readonly isGoodOnce: boolean;
	},
): Promise<Answered> {
	const { outcome, field } = it;
	const { visitor } = visit;
	// What can be done again by the same form is.
	if (outcome instanceof Response) return { answer: outcome, isDone: it.isGoodOnce && outcome.status < 400 };
	if (mayBeDone(outcome)) {
		const before = await post.doneBefore?.(visit);
		if (before !== undefined) return { answer: before, isDone: true };
	}
	if (outcome === "signed-out") return notDone(visitor.expired());
	if (!("ok" in outcome)) return notDone(post.again(visit, outcome));
	if (outcome.reason === "factor-demanded")
		return notDone(seeOther(addressOfStep({ kind: "add-factor", to: resumeAt(visit.c.req.raw) })));
	if (outcome.reason === "elsewhere")
		return notDone(seeOther(addressOfStep({ kind: "prove", to: resumeAt(visit.c.req.raw) })));
	return outcome.reason === "signed-out"
		? notDone(visitor.expired())
		: notDone(post.again(visit, proofRefusal(outcome, field)));
}

async function notDone(answer: Response | Promise<Response>): Promise<Answered> {
	return { answer: await answer, isDone: false };
}

/** A code without a password is none of these proofs: the one that a device shows, or a letter. */
function isGoodOnce({
	passkey,
	code,
	password,
}: Readonly<Record<"passkey" | "code" | "password", string>>): boolean {
	return passkey !== "" || (code !== "" && password !== "");
}

/** What the same form, sent a moment before, leaves behind: another password, a proof that is used, no browser session. */
function mayBeDone(refused: Exclude<Outcome, Response> | ProofRefusal): boolean {
	return refused === "signed-out" || ("ok" in refused && leftBehind.has(refused.reason));
}

/** A passkey that is gone since the form was looked at counts as a wrong one. */
const leftBehind: ReadonlySet<string> = new Set([
	...["wrong", "code-wrong", "passkey-late", "passkey-wrong", "signed-out"],
]);

/** No page has a form of this purpose: what is received for it is refused, and good for being told what became of it. */
const nobodys = "nothing";

async function tellAgain<Found>(
	{ toldAgain }: SignedInPost<Found>,
	visitor: Visitor,
	receive: () => Promise<Received>,
): Promise<Response | undefined> {
	if (toldAgain === undefined) return undefined;
	const received = await receive();
	if (received.ok || received.form === undefined) return undefined;
	return toldAgain({ visitor, form: received.form, isOfBefore: received.isOfBefore });
}

/** What the form for this act has to ask for; undefined: nothing. */
export function asksProof(
	{ proofs }: Pick<SignedInPostDeps, "proofs">,
	act: SensitiveAct,
	visitor: SignedInVisitor,
): Promise<ProofAsked | undefined> {
	return proofs.asksFor(act, visitor.browserSession.proof);
}
