import type { AccountId, DecisionStorage } from "@countersign/core";
import { type Context, Hono } from "hono";
import type { AnsweredInteraction, InteractionOutcome, Interactions } from "../authorization/index.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { addressOf, addressOfStep, nextStep, otherAccount, type Resume } from "../resume/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { sentNoCookie } from "./no-cookies.ts";
import { answeredPage, opensApp } from "./pages/answered.ts";
import { type ConsentView, consentGone, consentPage, consentWithoutCookies } from "./pages/consent.ts";
import { newAccountOffer } from "./pages/new-account.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
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
import { refuseRequest, type StepUpDeps, stepUpPage } from "./step-up.ts";
import { goOn, resumeAt, type SignedInVisitor, type Visitor, whereAdminAddsFactor } from "./visitor.ts";

export interface ConsentDeps extends SignedInPostDeps, StepUpDeps {
	readonly storage: StepUpDeps["storage"] & DecisionStorage;
	/** Waits a moment until what a refusal gives back is there, where that is at another server. Must not throw. */
	readonly afterRefusal?: (accountId: AccountId) => Promise<void>;
	readonly interactions: Interactions;
	readonly sessions: StepUpDeps["sessions"] & Pick<Sessions, "room">;
	readonly people: Pick<People, "openRegistration">;
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "isStrong">;
}

/**
 * GET and POST /interaction/{uid}: an app asks to sign in, and the person is asked every time. A remembered answer
 * would let any program on the device that knows the client id sign in without anybody noticing. A yes takes a proof:
 * what is let in stays when this browser is signed out.
 */
export function createConsentRoutes(deps: ConsentDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/interaction/:uid", (c) => show(deps, c, c.req.param("uid")))
		.post(
			"/interaction/:uid",
			signedInPost<string>(deps, {
				find: (c) => c.req.param("uid") ?? "",
				purpose: purposeOf,
				choose: (visit) => choose(deps, visit),
				again: (visit, refusal) => again(deps, visit, refusal),
			}),
		);
}

async function show(deps: ConsentDeps, c: Context<Env>, uid: string, refusal?: Refusal): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const asked = await deps.interactions.details(c.env, visitor.browserSession?.account.id);
	if (!asked.ok || asked.uid !== uid) return showAnswer(deps, c, { visitor, uid });
	const to = { kind: "interaction", uid, offered: c.req.query(offered) !== undefined } as const;
	const newAccount = asked.prompt === "create";
	const { loginHint, proofNeededSince: proofSince } = asked;
	if (visitor.browserSession === undefined) return goOn(undefined, to, { loginHint, newAccount });
	// What the app wants entered anew is entered whole: a second factor was perhaps added since.
	const isStrong = proofSince === undefined || (await deps.proofs.isStrong(visitor.browserSession.proof));
	const hasProofSince = (moment: number) => isStrong && visitor.hasProofSince(moment);
	const step = nextStep({ ...visitor, hasProofSince }, to, { proofSince });
	if (step.kind !== "arrive") return seeOther(addressOfStep(step));
	const { userId } = visitor;
	const { replaces, redirectTarget, redirectUri } = asked;
	const options = { ...refusal?.options, formAction: [redirectTarget] };
	if (replaces !== undefined) {
		const form = { action: pageOf(uid), csrf: visitor.csrf(purposeOf(uid)), refusal, redirectUri };
		return visitor.show(await stepUpPage(deps, visitor, { ...replaces, ...form }), options);
	}
	const view = consentPage({
		asked,
		userId,
		now: deps.clock(),
		room: await deps.sessions.room({
			...{ accountId: visitor.browserSession.account.id, clientId: asked.client.id },
			deviceId: asked.scope.deviceId,
		}),
		mayAdminister: visitor.mayAdminister,
		addFactor: whereAdminAddsFactor(visitor, { kind: "interaction", uid, offered: false }),
		csrf: visitor.csrf(purposeOf(uid)),
		asks: await asksProof(deps, "allow-app", visitor),
		problem: refusal,
		expected: otherAccount(loginHint, userId),
		newAccount: newAccount && !to.offered ? offerOf(deps, to, visitor) : undefined,
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: { ...to, offered: false },
		}),
	});
	return visitor.show(view, options);
}

/** What was entered is wrong, or something is missing: the page once more, as it stands now. */
function again(deps: ConsentDeps, { c, visitor, found: uid }: Visit<string>, refusal: Refusal) {
	return refusal.field === undefined ? visitor.problem(undecided(uid, refusal)) : show(deps, c, uid, refusal);
}

/**
 * How recent the proof has to be is said by the table of acts and by the app's request, and the latter judged in the
 * transaction that answers it. Who answered already is told again, whatever they press and enter.
 */
async function choose(deps: ConsentDeps, visit: Visit<string>): Promise<Deed | Refusal | Response> {
	const decision = visit.form.value("decision");
	if (decision !== "approve" && decision !== "deny") return noDecision;
	const { interactions } = deps;
	const { c, visitor, found: uid } = visit;
	const { account, idHash: browser } = visitor.browserSession;
	const by = { accountId: account.id, generation: account.generation, browser };
	const asked = await interactions.replaces(c.env, account.id);
	if (!asked.ok) {
		const answered = await interactions.answered(c.env, { browser });
		if (answered?.uid === uid) return leadOn(answered);
	}
	const replaces = asked.ok && asked.uid === uid ? asked.replaces : undefined;
	if (decision === "deny")
		return needsNoProof(async () => {
			if (replaces?.isOpen) {
				await refuseRequest(deps, visitor, replaces);
				await deps.afterRefusal?.(account.id);
			}
			return outcomeOf(await interactions.deny(c.env, by), visit);
		});
	return needsProof(
		replaces === undefined ? "allow-app" : "approve-reset",
		async ({ at: provedAt, how: provedHow }) =>
			outcomeOf(
				await interactions.grant(c.env, { ...by, provedAt, provedHow, address: visitor.address }),
				visit,
			),
	);
}

function outcomeOf(
	outcome: InteractionOutcome,
	{ c, visitor, found: uid }: Visit<string>,
): Response | "signed-out" {
	if (!outcome.ok && outcome.reason === "signed-out") return outcome.reason;
	if (!outcome.ok && outcome.reason === "proof-needed")
		return seeOther(addressOfStep({ kind: "prove", to: resumeAt(c.req.raw) }));
	// The interaction is the one of the cookie, whatever the address says: the two have to agree.
	if (!outcome.ok || outcome.answered.uid !== uid) return visitor.problem(consentGone);
	return leadOn(outcome.answered);
}

/** Where the browser leaves this site for good, straight there; an app opens beside it, and the page has to change. */
function leadOn({ uid, url, used }: AnsweredInteraction): Response {
	return seeOther(used || opensApp(url) ? pageOf(uid) : url);
}

/** What this browser answered just now; for everybody else, and later, the sign-in is over. */
async function showAnswer(
	{ interactions }: ConsentDeps,
	c: Context<Env>,
	{ visitor, uid }: { readonly visitor: Visitor; readonly uid: string },
): Promise<Response> {
	const browser = visitor.browserSession?.idHash;
	const answered = browser === undefined ? undefined : await interactions.answered(c.env, { browser });
	if (answered?.uid === uid) return visitor.show(answeredPage(answered));
	return visitor.problem(sentNoCookie(c.req.raw) ? consentWithoutCookies : consentGone);
}

/** The form is good for this one interaction; its token also binds it to the browser session, and so to the person. */
function purposeOf(uid: string): string {
	return `consent ${uid}`;
}

/** In the address of who comes from registration: they were offered a new account, and may just have made it. */
const offered = "offered";

/** The app asked for a new account, and whoever is signed in has not been offered one. */
function offerOf(
	{ people }: ConsentDeps,
	to: Extract<Resume, { readonly kind: "interaction" }>,
	visitor: SignedInVisitor,
): ConsentView["newAccount"] {
	const begin = signOutForm({
		...{ label: say("consent.new-account"), kind: "primary", to: "register" },
		...{ csrf: visitor.csrf("sign-out"), next: { ...to, offered: true } },
	});
	const canRegister = people.openRegistration;
	return { canRegister, offer: newAccountOffer(visitor.userId, canRegister ? begin : undefined) };
}

function pageOf(uid: string): string {
	return addressOf({ kind: "interaction", uid, offered: false });
}

const noDecision = { text: say("consent.undecided-text"), options: { status: 400 } } as const;

function undecided(uid: string, { text, options }: Refusal) {
	const action = { label: say("common.back"), href: pageOf(uid) };
	return { status: 400, ...options, title: say("consent.undecided"), text, action };
}
