import {
	approveRequest,
	type Decision,
	type DecisionOutcome,
	type DecisionUnit,
	denyRequest,
	type ResetRequest,
	reopenRequest,
	type Transactions,
} from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Random } from "../config/ports.ts";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { type LoadResetDeps, loadReset, ownRequest } from "./load-reset.ts";
import { resetPage } from "./pages/reset.ts";
import { foreignResetPage } from "./pages/reset-foreign.ts";
import { type ResetDecision, resetDecisions } from "./pages/reset-forms.ts";
import { isAgreed, leavingPage } from "./pages/reset-leaving.ts";
import { checkProof, needsPassword, type ProofDeps, type RefusedProof } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";
import type { WayBack } from "./way-back.ts";

export interface ApproveResetDeps extends LoadResetDeps, ProofDeps {
	readonly storage: LoadResetDeps["storage"] & Transactions<DecisionUnit>;
	readonly sessions: Pick<Sessions, "end">;
	readonly visitors: Visitors;
	readonly random: Random;
	readonly wayBack: WayBack;
}

/** Why an answer was not carried out, for the page that asks again. */
type Refusal = Pick<RefusedProof, "problem" | "options">;

/** A person's answer to one request of theirs. */
interface Answer {
	readonly visitor: SignedInVisitor;
	readonly request: ResetRequest;
	readonly form: Form;
}

/** Somebody at the page of a reference. */
interface Visit {
	readonly visitor: SignedInVisitor;
	readonly reference: string;
	/** It began at the homeserver's fallback page, and ends there. */
	readonly goesBack: boolean;
}

/**
 * GET and POST /account/reset/{reference}: the approval page. GET shows and never acts; whatever is decided, the page
 * stays at its address and shows what became of it.
 */
export function createApproveResetRoutes(deps: ApproveResetDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/reset/:reference", (c) => show(deps, c, c.req.param("reference")))
		.post("/account/reset/:reference", (c) => receive(deps, c, c.req.param("reference")));
}

async function show(deps: ApproveResetDeps, c: Context<Env>, reference: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const visit = { visitor, reference, goesBack: deps.wayBack.isAsked(c.req.query("from")) };
	const request = await ownRequest(deps, visitor.browserSession.account.id, reference);
	if (request === undefined) return foreign(deps, visit);
	return visit.goesBack && isAgreed(request)
		? leave(deps, visit, request)
		: present(deps, visit, { request });
}

async function receive(deps: ApproveResetDeps, c: Context<Env>, reference: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const visit = { visitor, reference, goesBack: deps.wayBack.isAsked(c.req.query("from")) };
	const received = await visitor.receive(purpose(reference));
	if (!received.ok) return received.answer;
	const { form } = received;
	const request = await ownRequest(deps, visitor.browserSession.account.id, reference);
	if (request === undefined) return foreign(deps, visit);
	const decision = resetDecisions.find((one) => one === form.value("decision"));
	const refusal =
		decision === undefined
			? { problem: say("reset.choose"), options: { status: 400 } }
			: await carryOut[decision](deps, { visitor, request, form });
	if (refusal !== undefined) return present(deps, visit, { request, refusal });
	return seeOther(deps.wayBack.keep(reference, visit.goesBack));
}

const carryOut: Readonly<
	Record<ResetDecision, (deps: ApproveResetDeps, answer: Answer) => Promise<Refusal | undefined>>
> = {
	approve,
	deny: async (deps, answer) => refusalOf(await denyRequest(deps.storage, decisionOf(deps, answer))),
	reopen: async (deps, answer) => refusalOf(await reopenRequest(deps.storage, decisionOf(deps, answer))),
	"sign-out-device": signOutDevice,
};

async function approve(deps: ApproveResetDeps, answer: Answer): Promise<Refusal | undefined> {
	const { visitor, form } = answer;
	const askedFor = needsPassword(visitor);
	const proof = await checkProof(deps, visitor, { form });
	if (!proof.ok) return proof;
	const decision = decisionOf(deps, answer);
	const provedAt = askedFor ? decision.now : visitor.browserSession.provedAt;
	const outcome = await approveRequest(deps.storage, {
		...decision,
		provedAt,
		generation: visitor.browserSession.account.generation,
	});
	// Still waiting although it could not be approved: the session that asked may no longer act, or this browser.
	if (!outcome.ok && outcome.reason === "not-open" && outcome.request.state === "pending") {
		return {
			problem: say("reset.gone"),
			options: { status: 409 },
		};
	}
	return refusalOf(outcome);
}

/** Ends the session that asked, and with it every request of it. */
async function signOutDevice(deps: ApproveResetDeps, answer: Answer): Promise<Refusal | undefined> {
	const { visitor, request, form } = answer;
	const proof = await checkProof(deps, visitor, { form });
	if (!proof.ok) return proof;
	const { sessionId, accountId } = request;
	await deps.sessions.end({ sessionId, accountId, reason: "signed-out", address: visitor.address });
	return undefined;
}

/** What was decided elsewhere in the meantime, or ran out, is no refusal: the page shows how it stands. */
function refusalOf(outcome: DecisionOutcome): Refusal | undefined {
	if (outcome.ok || outcome.reason !== "proof-needed") return undefined;
	return { problem: say("password.enter-to-go-on"), options: { status: 403 } };
}

function decisionOf({ clock, random }: ApproveResetDeps, { visitor, request }: Answer): Decision {
	return {
		reference: request.reference,
		accountId: request.accountId,
		now: clock(),
		newToken: () => random.token(),
		address: visitor.address,
	};
}

async function present(
	deps: ApproveResetDeps,
	{ visitor, goesBack }: Visit,
	{ request, refusal }: { readonly request: ResetRequest; readonly refusal?: Refusal },
): Promise<Response> {
	const view = await loadReset(deps, request, {
		path: deps.wayBack.keep(request.reference, goesBack),
		signedInAs: visitor.userId,
		csrf: visitor.csrf(purpose(request.reference)),
		passwordNeeded: needsPassword(visitor),
		problem: refusal?.problem,
		browserAddress: visitor.address,
	});
	return visitor.show(resetPage(view), refusal?.options);
}

/**
 * On to the homeserver's own origin, by the page and not by a redirect: browsers apply the policy for forms to what a
 * form leads to, so every page on the way, the one that signs in included, would have to allow that origin.
 */
function leave(deps: ApproveResetDeps, { visitor }: Visit, request: ResetRequest): Response {
	const to = deps.wayBack.back(request);
	return visitor.show(leavingPage(to), { headers: { refresh: `0; url=${to}` } });
}

function foreign(deps: ApproveResetDeps, { visitor, reference, goesBack }: Visit): Response {
	const view = foreignResetPage({
		signedInAs: visitor.userId,
		next: deps.wayBack.keep(reference, goesBack),
		signOutCsrf: visitor.csrf("sign-out"),
	});
	return visitor.show(view, { status: 404 });
}

/** Tokens of a form are good for one request. */
function purpose(reference: string): string {
	return `reset ${reference}`;
}
