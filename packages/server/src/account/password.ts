import { type Context, Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { ChangeOutcome, People } from "../people/index.ts";
import { newPasswordRefusal, passwordRefusal, refusalOptions } from "./messages.ts";
import { type PasswordView, passwordPage } from "./pages/password.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface PasswordDeps {
	readonly people: Pick<People, "changePassword">;
	readonly visitors: Visitors;
}

const purpose = "change-password";

/** GET and POST /account/password. Done, it leads to the security log, whose first line says so. */
export function createPasswordRoutes(deps: PasswordDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/password", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(met.visitor) : met.answer;
		})
		.post("/account/password", (c) => receive(deps, c));
}

async function receive({ people, visitors }: PasswordDeps, c: Context<Env>): Promise<Response> {
	const met = await visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(purpose);
	if (!received.ok) return received.answer;
	const outcome = await people.changePassword({
		accountId: visitor.browserSession.account.id,
		current: received.form.value("current") ?? "",
		next: received.form.value("password") ?? "",
		address: visitor.address,
		browser: visitor.browserSession.idHash,
	});
	return outcome.ok ? seeOther("/account/security") : refuse(visitor, outcome);
}

function refuse(visitor: SignedInVisitor, refusal: Extract<ChangeOutcome, { ok: false }>): Response {
	switch (refusal.reason) {
		case "password-too-short":
		case "password-too-long":
			return show(visitor, { field: "password", text: newPasswordRefusal[refusal.reason] }, { status: 400 });
		case "throttled":
		case "wrong":
		case "locked":
			return show(visitor, { field: "current", text: passwordRefusal(refusal) }, refusalOptions(refusal));
	}
}

function show(visitor: SignedInVisitor, problem?: PasswordView["problem"], options?: PageOptions): Response {
	const username = visitor.browserSession.account.localpart;
	return visitor.show(passwordPage({ username, csrf: visitor.csrf(purpose), problem }), options);
}
