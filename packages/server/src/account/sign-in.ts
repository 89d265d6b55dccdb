import { type Context, Hono } from "hono";
import { type Env, type Form, safeNext, seeOther } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { BrowserSessions, People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { say, type Text } from "../words/index.ts";
import { elsewhere, passwordRefusal, refusalOptions } from "./messages.ts";
import { confirmPage } from "./pages/confirm.ts";
import { signInPage } from "./pages/sign-in.ts";
import { goneOn } from "./told-again.ts";
import type { SignedInVisitor, Visitor, Visitors } from "./visitor.ts";

export interface SignInDeps {
	readonly people: Pick<People, "openRegistration">;
	readonly proofs: Pick<Proofs, "signIn" | "again">;
	readonly browserSessions: Pick<BrowserSessions, "start">;
	readonly visitors: Visitors;
	readonly serverName: string;
}

const signIn = "sign-in";
const confirm = "confirm";

/** GET and POST /login: signing in, and with `fresh=1` proving to be still there. */
export function createSignInRoutes(deps: SignInDeps): Hono<Env> {
	return new Hono<Env>().get("/login", (c) => show(deps, c)).post("/login", (c) => receive(deps, c));
}

async function show(deps: SignInDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const next = safeNext(c.req.query("next"));
	if (visitor.browserSession === undefined) {
		const username = readName(c.req.query("username") ?? "", deps.serverName);
		return visitor.show(signInView(deps, visitor, { next, username: username.ok ? username.localpart : "" }));
	}
	if (c.req.query("fresh") !== "1") return seeOther(next);
	return visitor.show(confirmView(visitor, { next }));
}

async function receive(deps: SignInDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const received = await visitor.receive(visitor.browserSession === undefined ? signIn : confirm);
	if (!received.ok)
		return goneOn(visitor, received, { purpose: signIn, serverName: deps.serverName }) ?? received.answer;
	return visitor.browserSession === undefined
		? startSession(deps, visitor, received.form)
		: prove(deps, visitor, received.form);
}

async function startSession(deps: SignInDeps, visitor: Visitor, form: Form): Promise<Response> {
	const next = safeNext(form.value("next"));
	const username = form.value("username") ?? "";
	const { address, userAgent } = visitor;
	const typed = readName(username, deps.serverName);
	if (!typed.ok) {
		const error = { field: "username", text: elsewhere(deps.serverName) };
		return visitor.show(signInView(deps, visitor, { next, username, error }), { status: 403 });
	}
	const password = form.value("password") ?? "";
	const outcome = await deps.proofs.signIn({ localpart: typed.localpart, password, address });
	if (!outcome.ok) {
		const text = outcome.reason === "wrong" ? say("sign-in.no-match") : passwordRefusal(outcome);
		const error = { field: "password", text };
		return visitor.show(signInView(deps, visitor, { next, username, error }), refusalOptions(outcome));
	}
	const started = await deps.browserSessions.start({ proof: outcome.proof, address, userAgent });
	if (started === undefined) {
		const error = { field: "password", text: say("sign-in.just-changed") };
		return visitor.show(signInView(deps, visitor, { next, username, error }), { status: 403 });
	}
	return seeOther(next, [["set-cookie", deps.visitors.signedInCookie(started.cookieValue)]]);
}

async function prove(deps: SignInDeps, visitor: SignedInVisitor, form: Form): Promise<Response> {
	const next = safeNext(form.value("next"));
	const entered = { password: form.value("password") ?? "", address: visitor.address };
	const outcome = await deps.proofs.again(visitor.browserSession.proof, entered);
	if (outcome.ok) return seeOther(next);
	if (outcome.reason === "signed-out") return visitor.expired();
	const error = { field: "password", text: passwordRefusal(outcome) };
	return visitor.show(confirmView(visitor, { next, error }), refusalOptions(outcome));
}

interface Shown {
	readonly next: string;
	readonly error?: { readonly field: string; readonly text: Text };
}

function signInView(deps: SignInDeps, visitor: Visitor, shown: Shown & { readonly username: string }) {
	const canRegister = deps.people.openRegistration;
	return signInPage({ ...shown, csrf: visitor.csrf(signIn), serverName: deps.serverName, canRegister });
}

function confirmView(visitor: SignedInVisitor, shown: Shown) {
	return confirmPage({
		...shown,
		csrf: visitor.csrf(confirm),
		signOutCsrf: visitor.csrf("sign-out"),
		userId: visitor.userId,
	});
}
