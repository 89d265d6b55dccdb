import { type Context, Hono } from "hono";
import type {
	AnsweredInteraction,
	InteractionDetails,
	InteractionOutcome,
	Interactions,
} from "../authorization/index.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import { say } from "../words/index.ts";
import { otherAccount } from "./login-hint.ts";
import { answeredPage, opensApp } from "./pages/answered.ts";
import { type ConsentView, consentGone, consentPage } from "./pages/consent.ts";
import { newAccountOffer } from "./pages/new-account.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { type SignedInVisitor, signInRedirect, type Visitor, type Visitors } from "./visitor.ts";

export interface ConsentDeps {
	readonly interactions: Interactions;
	readonly people: Pick<People, "openRegistration">;
	readonly visitors: Visitors;
	readonly serverName: string;
}

/**
 * GET and POST /interaction/{uid}: an app asks to sign in, and the person is asked every time. A remembered answer
 * would let any program on the device that knows the client id sign in without anybody noticing.
 */
export function createConsentRoutes(deps: ConsentDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/interaction/:uid", (c) => show(deps, c, c.req.param("uid")))
		.post("/interaction/:uid", (c) => receive(deps, c, c.req.param("uid")));
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

async function receive(deps: ConsentDeps, c: Context<Env>, uid: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const received = await met.visitor.receive(purposeOf(uid));
	if (!received.ok) return received.answer;
	const outcome = await decide(deps, c, { visitor: met.visitor, decision: received.form.value("decision") });
	if (outcome === undefined) return met.visitor.problem(undecided(uid));
	if (!outcome.ok && outcome.reason === "proof-needed") return signInRedirect(c.req.raw, { fresh: true });
	// The interaction is the one of the cookie, whatever the address says: the two have to agree.
	if (!outcome.ok || outcome.answered.uid !== uid) return met.visitor.problem(consentGone);
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

async function decide(
	{ interactions }: ConsentDeps,
	c: Context<Env>,
	{ visitor, decision }: { readonly visitor: SignedInVisitor; readonly decision: string | undefined },
): Promise<InteractionOutcome | undefined> {
	const { account, proof, idHash: browser } = visitor.browserSession;
	if (decision === "deny") return interactions.deny(c.env, { browser });
	if (decision !== "approve") return undefined;
	return interactions.grant(c.env, {
		accountId: account.id,
		generation: account.generation,
		...{ provedAt: proof.at, browser },
	});
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

function undecided(uid: string) {
	return {
		status: 400,
		title: say("consent.undecided"),
		text: say("consent.undecided-text"),
		action: { label: say("common.back"), href: `/interaction/${uid}` },
	} as const;
}
