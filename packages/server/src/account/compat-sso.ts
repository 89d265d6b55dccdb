import { type Context, Hono } from "hono";
import { redirectSite, type Sso, type SsoAnswer } from "../compat/index.ts";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import { addressOfStep, nextStep } from "../resume/index.ts";
import { compatClient, type Sessions } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { answeredPage, opensApp } from "./pages/answered.ts";
import { compatSsoDenied, compatSsoGone, compatSsoPage, compatSsoPath } from "./pages/compat-sso.ts";
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
import { goOn, type Visitor } from "./visitor.ts";

export interface CompatSsoDeps extends SignedInPostDeps {
	readonly sso: Pick<Sso, "pending" | "answered" | "approve" | "deny">;
	readonly people: Pick<People, "openRegistration">;
	readonly sessions: Pick<Sessions, "room">;
	readonly clock: Clock;
}

/**
 * GET and POST /account/sso/{id}: an app of the older login API asks to sign in. It has not said who it is, so the
 * person is asked about the one thing that is certain: where the access to their account would be sent. A yes takes a
 * proof: what is let in stays when this browser is signed out.
 */
export function createCompatSsoRoutes(deps: CompatSsoDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/sso/:id", (c) => show(deps, c, c.req.param("id")))
		.post(
			"/account/sso/:id",
			signedInPost<string>(deps, {
				find: (c) => c.req.param("id") ?? "",
				purpose: purposeOf,
				choose: (visit) => choose(deps, visit),
				again: (visit, refusal) => again(deps, visit, refusal),
			}),
		);
}

async function show(deps: CompatSsoDeps, c: Context<Env>, id: string, refusal?: Refusal): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const asked = await deps.sso.pending(id);
	if (asked === undefined) return showAnswer(deps, visitor, id);
	if (visitor.browserSession === undefined) {
		const newAccount = asked.action === "register" && deps.people.openRegistration;
		return goOn(undefined, { kind: "sso", id }, { newAccount });
	}
	const step = nextStep(visitor, { kind: "sso", id });
	if (step.kind !== "arrive") return seeOther(addressOfStep(step));
	const view = compatSsoPage({
		id,
		site: redirectSite(asked.redirectUrl),
		userId: visitor.userId,
		now: deps.clock(),
		room: await deps.sessions.room({
			accountId: visitor.browserSession.account.id,
			clientId: compatClient,
		}),
		csrf: visitor.csrf(purposeOf(id)),
		asks: await asksProof(deps, "allow-app", visitor),
		problem: refusal,
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: { kind: "sso", id },
		}),
	});
	return visitor.show(view, { ...refusal?.options, formAction: [asked.redirectTarget] });
}

/** What was entered is wrong, or something is missing: the page once more, as it stands now. */
function again(deps: CompatSsoDeps, { c, visitor, found: id }: Visit<string>, refusal: Refusal) {
	return refusal.field === undefined ? visitor.problem(undecided(id, refusal)) : show(deps, c, id, refusal);
}

/** Who answered already is told again, whatever they press and enter. */
async function choose(
	{ sso }: CompatSsoDeps,
	{ visitor, found: id, form }: Visit<string>,
): Promise<Deed | Refusal | Response> {
	const { account, idHash: browser } = visitor.browserSession;
	const by = { accountId: account.id, generation: account.generation, browser };
	const decision = form.value("decision");
	if (decision !== "approve" && decision !== "deny") return noDecision;
	const before = await sso.answered(id, { browser });
	if (before !== undefined) return leadOn(before, id);
	const outcomeOf = (answered: Awaited<ReturnType<Sso["approve"]>>) => {
		if (answered === "signed-out") return answered;
		return answered === undefined ? visitor.problem(compatSsoGone) : leadOn(answered, id);
	};
	return decision === "deny"
		? needsNoProof(async () => outcomeOf(await sso.deny(id, by)))
		: needsProof("allow-app", async () => outcomeOf(await sso.approve(id, by)));
}

/** Where the browser leaves this site for good, straight there; an app opens beside it, and the page has to change. */
function leadOn(answered: SsoAnswer, id: string): Response {
	if (answered.decision === "refused" || answered.used || opensApp(answered.url))
		return seeOther(compatSsoPath(id));
	return seeOther(answered.url);
}

/** What this browser answered just now; for everybody else, and later, the sign-in is over. */
async function showAnswer({ sso }: CompatSsoDeps, visitor: Visitor, id: string): Promise<Response> {
	const browser = visitor.browserSession?.idHash;
	const answered = browser === undefined ? undefined : await sso.answered(id, { browser });
	if (answered === undefined) return visitor.problem(compatSsoGone);
	return visitor.show(answered.decision === "refused" ? compatSsoDenied : answeredPage(answered));
}

/** The form is good for this one request; its token also binds it to the browser session, and so to the person. */
function purposeOf(id: string): string {
	return `compat-sso ${id}`;
}

const noDecision = { text: say("consent.undecided-text"), options: { status: 400 } } as const;

function undecided(id: string, { text, options }: Refusal) {
	const action = { label: say("common.back"), href: compatSsoPath(id) };
	return { status: 400, ...options, title: say("sso.undecided"), text, action };
}
