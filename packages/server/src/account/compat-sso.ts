import { type Context, Hono } from "hono";
import { redirectSite, type Sso, type SsoAnswer } from "../compat/index.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import { say } from "../words/index.ts";
import { answeredPage, opensApp } from "./pages/answered.ts";
import { compatSsoDenied, compatSsoGone, compatSsoPage, compatSsoPath } from "./pages/compat-sso.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import type { Visitor, Visitors } from "./visitor.ts";

export interface CompatSsoDeps {
	readonly sso: Pick<Sso, "pending" | "answered" | "approve" | "deny">;
	readonly people: Pick<People, "openRegistration">;
	readonly visitors: Visitors;
}

/**
 * GET and POST /account/sso/{id}: an app of the older login API asks to sign in. It has not said who it is, so the
 * person is asked about the one thing that is certain: where the access to their account would be sent.
 */
export function createCompatSsoRoutes(deps: CompatSsoDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/sso/:id", (c) => show(deps, c, c.req.param("id")))
		.post("/account/sso/:id", (c) => receive(deps, c, c.req.param("id")));
}

async function show(deps: CompatSsoDeps, c: Context<Env>, id: string): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const asked = await deps.sso.pending(id);
	if (asked === undefined) return showAnswer(deps, visitor, id);
	if (visitor.browserSession === undefined) {
		const page = asked.action === "register" && deps.people.openRegistration ? "/register" : "/login";
		return seeOther(`${page}?${new URLSearchParams({ next: compatSsoPath(id) })}`);
	}
	const view = compatSsoPage({
		id,
		site: redirectSite(asked.redirectUrl),
		userId: visitor.userId,
		csrf: visitor.csrf(purposeOf(id)),
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: compatSsoPath(id),
		}),
	});
	return visitor.show(view, { formAction: [asked.redirectTarget] });
}

async function receive(deps: CompatSsoDeps, c: Context<Env>, id: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const received = await met.visitor.receive(purposeOf(id));
	if (!received.ok) return received.answer;
	const { account, idHash: browser } = met.visitor.browserSession;
	const decision = received.form.value("decision");
	if (decision !== "approve" && decision !== "deny") return met.visitor.problem(undecided(id));
	const answered = await (decision === "approve"
		? deps.sso.approve(id, { account, browser })
		: deps.sso.deny(id, { browser }));
	if (answered === undefined) return met.visitor.problem(compatSsoGone);
	return leadOn(answered, id);
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

function undecided(id: string) {
	return {
		status: 400,
		title: say("sso.undecided"),
		text: say("consent.undecided-text"),
		action: { label: say("common.back"), href: compatSsoPath(id) },
	} as const;
}
