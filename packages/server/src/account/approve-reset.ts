import {
	type AccountId,
	type ApprovalUnit,
	approveRequest,
	type Decision,
	type DecisionOutcome,
	denyRequest,
	type ResetRequest,
	reopenRequest,
	type Transactions,
} from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Random } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { ProofFor } from "../proofs/index.ts";
import { addressOf, type Resume } from "../resume/index.ts";
import type { OwnDevices } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { type LoadResetDeps, loadReset, ownRequest } from "./load-reset.ts";
import { resetPage } from "./pages/reset.ts";
import { foreignResetPage } from "./pages/reset-foreign.ts";
import { type ResetDecision, resetDecisions } from "./pages/reset-forms.ts";
import { isAgreed, leavingPage } from "./pages/reset-leaving.ts";
import {
	asksProof,
	type Deed,
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { StagePage } from "./stage-page.ts";
import { resumeAt, type SignedInVisitor, whereFactorIsAdded } from "./visitor.ts";

export interface ApproveResetDeps extends LoadResetDeps, SignedInPostDeps {
	readonly storage: LoadResetDeps["storage"] & Transactions<ApprovalUnit>;
	readonly ownDevices: Pick<OwnDevices, "signOut">;
	readonly random: Random;
	readonly stagePage: StagePage;
	/** How long the person may object to an approval before it can be used. */
	readonly resetDelayMs: number;
	/** Where what is given back lies at another server: waits a moment until it is there. Must not throw. */
	readonly afterRefusal?: (accountId: AccountId) => Promise<void>;
}

/** A person's answer to one request of theirs. */
interface Answer {
	readonly visitor: SignedInVisitor;
	readonly request: ResetRequest;
	/** Where they come by afterwards. */
	readonly next: string;
}

/** Somebody at the page of a reference. */
interface Visitation extends Place {
	readonly visitor: SignedInVisitor;
}

/** Goes back to the fallback page only where that is on another origin, whatever the address says. */
type Place = Extract<Resume, { readonly kind: "reset" }>;

function placeOf({ stagePage }: ApproveResetDeps, c: Context<Env>): Place {
	const at = resumeAt(c.req.raw);
	const fromFallback = stagePage.isElsewhere && at.kind === "reset" && at.fromFallback;
	return { kind: "reset", reference: c.req.param("reference") ?? "", fromFallback };
}

/**
 * GET and POST /account/reset/{reference}: the approval page. GET shows and never acts; whatever is decided, the page
 * stays at its address and shows what became of it.
 */
export function createApproveResetRoutes(deps: ApproveResetDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/reset/:reference", (c) => show(deps, c))
		.post(
			"/account/reset/:reference",
			signedInPost<Place>(deps, {
				find: (c) => placeOf(deps, c),
				purpose: ({ reference }) => purpose(reference),
				choose: (visit) => choose(deps, visit),
				async again({ visitor, found }, refusal) {
					const visitation = { visitor, ...found };
					const request = await ownRequest(deps, visitor.browserSession.account.id, found.reference);
					return request === undefined
						? foreign(visitation)
						: present(deps, visitation, { request, refusal });
				},
			}),
		);
}

async function show(deps: ApproveResetDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetToRefuse(c);
	if (!met.ok) return met.answer;
	const { visitor, addFactor } = met;
	const visit = { visitor, ...placeOf(deps, c) };
	const request = await ownRequest(deps, visitor.browserSession.account.id, visit.reference);
	if (request === undefined) return addFactor === undefined ? foreign(visit) : seeOther(addFactor);
	return visit.fromFallback && isAgreed(request, deps.clock())
		? leave(deps, visit, request)
		: present(deps, visit, { request });
}

async function choose(
	deps: ApproveResetDeps,
	{ visitor, found, form }: Visit<Place>,
): Promise<Deed | Refusal | Response> {
	const request = await ownRequest(deps, visitor.browserSession.account.id, found.reference);
	if (request === undefined) return foreign({ visitor, ...found });
	const decision = resetDecisions.find((one) => one === form.value("decision"));
	if (decision === undefined) return { text: say("reset.choose"), options: { status: 400 } };
	return deedOf[decision](deps, { visitor, request, next: addressOf(found) });
}

const deedOf: Readonly<Record<ResetDecision, (deps: ApproveResetDeps, answer: Answer) => Deed>> = {
	approve: (deps, answer) => needsProof("approve-reset", (proof) => approve(deps, answer, proof)),
	deny: (deps, answer) =>
		needsNoProof(async () => {
			const outcome = await denyRequest(deps.storage, decisionOf(deps, answer));
			await deps.afterRefusal?.(answer.request.accountId);
			return outcomeOf(outcome, answer);
		}),
	reopen: (deps, answer) =>
		needsNoProof(async () => outcomeOf(await reopenRequest(deps.storage, decisionOf(deps, answer)), answer)),
	// Ends the session that asked, and with it every request of it.
	"sign-out-device": (deps, { visitor: { address }, request: { sessionId }, next }) =>
		needsProof("sign-out-device", async (proof) => {
			await deps.ownDevices.signOut({ sessionId, proof, address });
			return seeOther(next);
		}),
};

async function approve(
	deps: ApproveResetDeps,
	answer: Answer,
	proof: ProofFor<"approve-reset">,
): Promise<Response | Refusal> {
	const delayMs = deps.resetDelayMs;
	const outcome = await approveRequest(deps.storage, { ...decisionOf(deps, answer), proof, delayMs });
	// Still waiting although it could not be approved: the session that asked may no longer act, or this browser.
	if (!outcome.ok && outcome.reason === "not-open" && outcome.request.state === "pending") {
		return {
			text: say("reset.gone"),
			options: { status: 409 },
		};
	}
	return outcomeOf(outcome, answer);
}

/** What was decided elsewhere in the meantime, or ran out, is no refusal: the page shows how it stands. */
function outcomeOf(outcome: DecisionOutcome, { next }: Answer): Response | Refusal {
	if (outcome.ok || outcome.reason !== "proof-needed") return seeOther(next);
	return { field: "password", text: say("password.enter-to-go-on"), options: { status: 403 } };
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
	{ visitor, ...place }: Visitation,
	{ request, refusal }: { readonly request: ResetRequest; readonly refusal?: Refusal },
): Promise<Response> {
	const view = await loadReset(deps, request, {
		path: addressOf(place),
		signedInAs: visitor.userId,
		csrf: visitor.csrf(purpose(request.reference)),
		asks: await asksProof(deps, "approve-reset", visitor),
		addFactor: whereFactorIsAdded(visitor, place),
		problem: refusal,
		delayMs: deps.resetDelayMs,
		browserAddress: visitor.address,
	});
	return visitor.show(resetPage(view), refusal?.options);
}

/**
 * On to the homeserver's own origin, by the page and not by a redirect: browsers apply the policy for forms to what a
 * form leads to, so every page on the way, the one that signs in included, would have to allow that origin.
 */
function leave(deps: ApproveResetDeps, { visitor }: Visitation, request: ResetRequest): Response {
	const to = deps.stagePage.addressFor(request);
	return visitor.show(leavingPage(to), { headers: { refresh: `0; url=${to}` } });
}

function foreign({ visitor, ...place }: Visitation): Response {
	const view = foreignResetPage({
		signedInAs: visitor.userId,
		next: place,
		signOutCsrf: visitor.csrf("sign-out"),
	});
	return visitor.show(view, { status: 404 });
}

/** Tokens of a form are good for one request. */
function purpose(reference: string): string {
	return `reset ${reference}`;
}
