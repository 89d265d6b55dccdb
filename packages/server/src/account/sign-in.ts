import { type Context, Hono } from "hono";
import type { Env, Form } from "../http/index.ts";
import { readAddress, readName } from "../identifiers/index.ts";
import type { PageView } from "../pages/index.ts";
import type { Recovery } from "../password-links/index.ts";
import type { BrowserSessions, People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { parseResume, type Resume } from "../resume/index.ts";
import type { Upstream } from "../upstream/index.ts";
import { say, type Text } from "../words/index.ts";
import { elsewhere, passwordRefusal, refusalOptions } from "./messages.ts";
import { type ConfirmView, confirmPage } from "./pages/confirm.ts";
import { signInPage } from "./pages/sign-in.ts";
import { proveWithService, signInWithService } from "./service-forms.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost, type Visit } from "./signed-in-post.ts";
import { startSession } from "./start-session.ts";
import { strangersPost } from "./strangers-post.ts";
import { goneOn } from "./told-again.ts";
import { goOn, type SignedInVisitor, type Visitor } from "./visitor.ts";

export interface SignInDeps extends SignedInPostDeps {
	readonly people: Pick<People, "openRegistration" | "byAddress" | "owesTerms">;
	readonly proofs: SignedInPostDeps["proofs"] &
		Pick<
			Proofs,
			"signIn" | "again" | "asks" | "passkeyForSignIn" | "secondStep" | "demands" | "hasDirectory"
		>;
	readonly browserSessions: Pick<BrowserSessions, "start">;
	readonly serverName: string;
	/** Where letters are sent from here. */
	readonly recovery?: Recovery | undefined;
	/** Other services by which people sign in. Default: there are none. */
	readonly upstream?: Pick<Upstream, "providers" | "ofAddress"> | undefined;
}

const signIn = "sign-in";
export const signInWithPasskey = "sign-in-with-passkey";
const confirm = "confirm";

/** GET and POST /login: signing in, and with `fresh=1` proving to be still there. */
export function createSignInRoutes(deps: SignInDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/login", (c) => show(deps, c))
		.post(
			"/login",
			strangersPost(deps, {
				purpose: signIn,
				carryOut: (visitor, form) => enter(deps, visitor, form),
				signedIn: signedInPost<undefined>(deps, {
					find: () => undefined,
					purpose: () => confirm,
					choose: (visit) => needsNoProof(() => prove(deps, visit)),
					async toldAgain(sent) {
						const key = readAddress(sent.form.text("username"))?.key;
						const holder = key === undefined ? undefined : (await deps.people.byAddress?.(key))?.id;
						return goneOn(sent, { purpose: signIn, serverName: deps.serverName, holder });
					},
					async again({ visitor, form }, { options, ...problem }) {
						const to = parseResume(form.value("next"));
						const view = await confirmView(deps, visitor, { to, problem });
						return visitor.show(view, options);
					},
				}),
			}),
		);
}

async function show(deps: SignInDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const to = parseResume(c.req.query("next"));
	if (visitor.browserSession === undefined) {
		const username = readName(c.req.query("username") ?? "", deps.serverName);
		const view = await signInView(deps, visitor, { to, username: username.ok ? username.written : "" });
		return visitor.show(view);
	}
	if (c.req.query("fresh") !== "1") return goOn(visitor, to);
	return visitor.show(await confirmView(deps, visitor, { to }));
}

async function enter(deps: SignInDeps, visitor: Visitor, form: Form): Promise<Response> {
	const to = parseResume(form.value("next"));
	const username = form.text("username");
	const { address } = visitor;
	const typed = readName(username, deps.serverName);
	if (!typed.ok) {
		const error = { field: "username", text: elsewhere(deps.serverName) };
		return visitor.show(await signInView(deps, visitor, { to, username, error }), { status: 403 });
	}
	const password = form.text("password");
	const addressKey = readAddress(username)?.key;
	const outcome = await deps.proofs.signIn({ name: typed.written, addressKey, password, address });
	if (outcome.ok) {
		const started = await startSession(deps, visitor, { ...outcome, to });
		if (started !== undefined) return started;
		const error = { field: "password", text: say("sign-in.just-changed") };
		return visitor.show(await signInView(deps, visitor, { to, username, error }), { status: 403 });
	}
	if (outcome.reason === "second-factor") {
		const begun = deps.visitors.begunCookie(await deps.proofs.secondStep.begin(outcome.first));
		return goOn(undefined, to, { secondStep: true, headers: [["set-cookie", begun]] });
	}
	// Where tries are counted by more than what was typed, that they are used up is told to everybody or nobody.
	const isCountedApart = deps.people.byAddress !== undefined || deps.proofs.hasDirectory;
	const noMatch = isCountedApart ? say("sign-in.no-match-either") : say("sign-in.no-match");
	const text = outcome.reason === "wrong" ? noMatch : passwordRefusal(outcome);
	const error = { field: "password", text };
	return visitor.show(await signInView(deps, visitor, { to, username, error }), refusalOptions(outcome));
}

/** What is entered is the deed itself: the browser carries it, and whoever asked for it looks there. */
async function prove(deps: SignInDeps, { visitor, form }: Visit<undefined>) {
	const entered = {
		password: form.text("password"),
		code: form.text("code"),
		passkey: form.text("passkey"),
		address: visitor.address,
	};
	const outcome = await deps.proofs.again(visitor.browserSession.proof, entered);
	if (!outcome.ok) return outcome;
	const carried = deps.visitors.provenCookie(outcome.proof);
	return goOn(visitor, parseResume(form.value("next")), { headers: [["set-cookie", carried]] });
}

interface Shown {
	readonly to: Resume;
	readonly error?: { readonly field: string; readonly text: Text };
}

async function signInView(
	deps: SignInDeps,
	visitor: Visitor,
	shown: Shown & { readonly username: string },
): Promise<PageView> {
	const options = await deps.proofs.passkeyForSignIn(visitor.browser);
	return signInPage({
		...shown,
		csrf: visitor.csrf(signIn),
		passkey: options === undefined ? undefined : { options, csrf: visitor.csrf(signInWithPasskey) },
		serverName: deps.serverName,
		canRegister: deps.people.openRegistration,
		byAddress: deps.people.byAddress !== undefined,
		hasMail: deps.recovery !== undefined,
		upstream: {
			...{ services: deps.upstream?.providers ?? [], csrf: visitor.csrf(signInWithService) },
			meant: deps.upstream?.ofAddress(shown.username) ?? [],
		},
	});
}

async function confirmView(
	{ proofs }: SignInDeps,
	visitor: SignedInVisitor,
	shown: Pick<ConfirmView, "to" | "problem">,
): Promise<PageView> {
	return confirmPage({
		...shown,
		asks: await proofs.asks(visitor.browserSession.proof),
		csrf: visitor.csrf(confirm),
		signOutCsrf: visitor.csrf("sign-out"),
		elsewhereCsrf: visitor.csrf(proveWithService),
		userId: visitor.userId,
	});
}
