import { type Context, Hono } from "hono";
import type { AnsweredInteraction, InteractionDetails, Interactions } from "../authorization/index.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import { say } from "../words/index.ts";
import { otherAccount } from "./login-hint.ts";
import { answeredPage, opensApp } from "./pages/answered.ts";
import { type ConsentView, consentGone, consentPage } from "./pages/consent.ts";
import { newAccountOffer } from "./pages/new-account.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import {
	type Deed,
	needsNoProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import { type SignedInVisitor, signInRedirect, type Visitor } from "./visitor.ts";

export interface ConsentDeps extends SignedInPostDeps {
	readonly interactions: Interactions;
	readonly people: Pick<People, "openRegistration">;
	readonly serverName: string;
}

/**
 * GET and POST /interaction/{uid}: an app asks to sign in, and the person is asked every time. A remembered answer
 * would let any program on the device that knows the client id sign in without anybody noticing.
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
				again: ({ visitor, found }, refusal) => visitor.problem(undecided(found, refusal)),
			}),
		);
}

async function show(deps: ConsentDeps, c: Context<Env>, uid: string): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const asked = await deps.interactions.details(c.env, visitor.browserSession?.account.id);
	if (!asked.ok || asked.uid !== uid) return showAnswer(deps, c, { visitor, uid });
	if (visitor.browserSession === undefined) return toSignIn(c.req.raw, asked);
	const { userId, browserSession } = visitor;
	if (asked.proofNeededSince !== undefined && !visitor.hasProofSince(asked.proofNeededSince))
		return signInRedirect(c.req.raw, { fresh: true });
	const view = consentPage({
		asked,
		userId,
		mayAdminister: browserSession.account.admin,
		csrf: visitor.csrf(purposeOf(uid)),
		expected: otherAccount(asked.loginHint, userId, deps.serverName),
		newAccount: c.req.query(offered) === undefined ? newAccount(deps, asked, visitor) : undefined,
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: `/interaction/${uid}`,
		}),
	});
	return visitor.show(view, { formAction: [asked.redirectTarget] });
}

/** How recent the password has to be is said by the app's request, and judged in the transaction that answers it. */
function choose(deps: ConsentDeps, visit: Visit<string>): Deed | Refusal {
	const decision = visit.form.value("decision");
	if (decision !== "approve" && decision !== "deny") return noDecision;
	return needsNoProof(() => answer(deps, visit, decision));
}

async function answer(
	{ interactions }: ConsentDeps,
	{ c, visitor, found: uid }: Visit<string>,
	decision: "approve" | "deny",
): Promise<Response> {
	const { account, proof, idHash: browser } = visitor.browserSession;
	const { id: accountId, generation } = account;
	const outcome = await (decision === "deny"
		? interactions.deny(c.env, { browser })
		: interactions.grant(c.env, { accountId, generation, provedAt: proof.at, browser }));
	if (!outcome.ok && outcome.reason === "proof-needed") return signInRedirect(c.req.raw, { fresh: true });
	// The interaction is the one of the cookie, whatever the address says: the two have to agree.
	if (!outcome.ok || outcome.answered.uid !== uid) return visitor.problem(consentGone);
	return leadOn(outcome.answered);
}

/** Where the browser leaves this site for good, straight there; an app opens beside it, and the page has to change. */
function leadOn({ uid, url, used }: AnsweredInteraction): Response {
	return seeOther(used || opensApp(url) ? `/interaction/${uid}` : url);
}

/** What this browser answered just now; for everybody else, and later, the sign-in is over. */
async function showAnswer(
	{ interactions }: ConsentDeps,
	c: Context<Env>,
	{ visitor, uid }: { readonly visitor: Visitor; readonly uid: string },
): Promise<Response> {
	const browser = visitor.browserSession?.idHash;
	const answered = browser === undefined ? undefined : await interactions.answered(c.env, { browser });
	return answered?.uid === uid ? visitor.show(answeredPage(answered)) : visitor.problem(consentGone);
}

/** The form is good for this one interaction; its token also binds it to the browser session, and so to the person. */
function purposeOf(uid: string): string {
	return `consent ${uid}`;
}

function toSignIn(request: Request, { prompt, loginHint }: InteractionDetails): Response {
	const next = new URL(request.url).pathname;
	const hint = loginHint === undefined ? {} : { username: loginHint };
	if (prompt === "create")
		return seeOther(`/register?${new URLSearchParams({ next: `${next}?${offered}=1`, ...hint })}`);
	return seeOther(`/login?${new URLSearchParams({ next, ...hint })}`);
}

/** In the address of who comes from registration: they were offered a new account, and may just have made it. */
const offered = "offered";

/** The app asked for a new account, and whoever is signed in has not been offered one. */
function newAccount(
	{ people }: ConsentDeps,
	{ uid, prompt }: InteractionDetails,
	visitor: SignedInVisitor,
): ConsentView["newAccount"] {
	if (prompt !== "create") return undefined;
	const begin = signOutForm({
		...{ label: say("consent.new-account"), kind: "primary", to: "register" },
		...{ csrf: visitor.csrf("sign-out"), next: `/interaction/${uid}?${offered}=1` },
	});
	const canRegister = people.openRegistration;
	return { canRegister, offer: newAccountOffer(visitor.userId, canRegister ? begin : undefined) };
}

const noDecision = { text: say("consent.undecided-text"), options: { status: 400 } } as const;

function undecided(uid: string, { text, options }: Refusal) {
	const action = { label: say("common.back"), href: `/interaction/${uid}` };
	return { status: 400, ...options, title: say("consent.undecided"), text, action };
}
