import { type Context, Hono } from "hono";
import { redirectSite, type Sso } from "../compat/index.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import { compatSsoDenied, compatSsoGone, compatSsoPage, compatSsoPath } from "./pages/compat-sso.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import type { Visitors } from "./visitor.ts";

export interface CompatSsoDeps {
	readonly sso: Pick<Sso, "pending" | "approve" | "deny">;
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
	if (asked === undefined) return visitor.problem(compatSsoGone);
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
			label: "Not you? Use another account",
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
	switch (received.form.value("decision")) {
		case "deny":
			return (await deps.sso.deny(id))
				? met.visitor.show(compatSsoDenied)
				: met.visitor.problem(compatSsoGone);
		case "approve": {
			const url = await deps.sso.approve(id, met.visitor.browserSession.account);
			return url === undefined ? met.visitor.problem(compatSsoGone) : seeOther(url);
		}
		default:
			return met.visitor.problem(undecided(id));
	}
}

/** The form is good for this one request; its token also binds it to the browser session, and so to the person. */
function purposeOf(id: string): string {
	return `compat-sso ${id}`;
}

function undecided(id: string) {
	return {
		status: 400,
		title: "Continue or cancel?",
		text: "The form came without an answer. Go back and choose one. Nothing was changed.",
		action: { label: "Back", href: compatSsoPath(id) },
	} as const;
}
