import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env, Form } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { Pages } from "../pages/index.ts";
import {
	type BrowserSessions,
	isJustNow,
	type People,
	type RegisterOutcome,
	type Registration,
} from "../people/index.ts";
import type { Proof, Proofs } from "../proofs/index.ts";
import { addressOfStep, nextStep, parseResume, type Resume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import {
	elsewhere,
	nameRefusal,
	newPasswordRefusal,
	throttled,
	throttledOptions,
	unavailableOptions,
} from "./messages.ts";
import { type RegisterView, registerPage } from "./pages/register.ts";
import type { Captcha, CaptchaRefusal } from "./ports.ts";
import {
	askForAddress,
	captchaRefusal,
	createRegisterAddressRoutes,
	forgetting,
} from "./register-address.ts";
import { startSession } from "./start-session.ts";
import { strangersPost } from "./strangers-post.ts";
import { goOn, type Stranger, type Visitor, type Visitors } from "./visitor.ts";

export interface RegisterDeps {
	readonly people: People;
	readonly proofs: Pick<Proofs, "signIn" | "demands">;
	readonly browserSessions: BrowserSessions;
	readonly visitors: Visitors;
	readonly pages: Pages;
	readonly clock: Clock;
	/** Asked for on the first page of a registration. Default: none is. */
	readonly captcha?: Captcha | undefined;
	readonly serverName: string;
}

const purpose = "register";

/** GET and POST /register; where an address is asked for, after that. Who registers is signed in at once. */
export function createRegisterRoutes(deps: RegisterDeps): Hono<Env> {
	const { people } = deps;
	const carryOut = (visitor: Stranger, form: Form) => register(deps, visitor, form);
	const routes = new Hono<Env>()
		.get("/register", (c) => show(deps, c))
		.post("/register", strangersPost(deps, { purpose, isGoodOnce: hasCaptcha(deps), carryOut }));
	const { begunRegistrations, needsToken } = people;
	if (begunRegistrations !== undefined)
		routes.route("/", createRegisterAddressRoutes({ ...deps, needsToken, begunRegistrations }));
	return routes;
}

async function show(deps: RegisterDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const to = parseResume(c.req.query("next"));
	if (visitor.browserSession !== undefined) return goOn(visitor, to);
	if (!deps.people.openRegistration) return deps.pages.problem(closed(to));
	const name = readName(c.req.query("username") ?? "", deps.serverName);
	const shown = { to, username: name.ok ? name.localpart : "", token: c.req.query("token") };
	const mailbox = await deps.people.begunRegistrations?.of(visitor.browser);
	const isAgain = c.req.query("again") === "1";
	// Whoever comes from a page that named it finds it filled in, and nobody else.
	const typed = (isAgain && mailbox?.address) || "";
	if (deps.people.begunRegistrations !== undefined && (isAgain || mailbox?.isProved !== true))
		return askForAddress(stepOf(deps), visitor, { ...shown, typed });
	return visitor.show(view(deps, visitor, { ...shown, mailbox }));
}

async function register(deps: RegisterDeps, visitor: Stranger, form: Form): Promise<Response> {
	const to = parseResume(form.value("next"));
	const username = form.text("username");
	const token = form.text("token");
	const terms = form.value("terms") === undefined ? undefined : form.value("terms_version");
	const { address } = visitor;
	const mailbox = await provedMailbox(deps, visitor);
	const name = readName(username, deps.serverName);
	if (!name.ok) {
		const error = { field: "username", text: elsewhere(deps.serverName) };
		if (deps.people.begunRegistrations !== undefined && mailbox === undefined)
			return askForAddress(stepOf(deps), visitor, { to, username, token, typed: "" }, { status: 400 });
		return visitor.show(view(deps, visitor, { to, username, token, mailbox, error }), { status: 400 });
	}
	const asked = {
		...{ localpart: name.localpart, password: form.text("password"), token, terms, address },
		mailbox: { browser: visitor.browser, key: form.text("email") },
	};
	const solved = hasCaptcha(deps)
		? await deps.captcha?.check(form.text(deps.captcha.field), address)
		: undefined;
	const outcome = solved === undefined || solved.ok ? await deps.people.register(asked) : solved;
	const start = async (proof: Proof) =>
		(await startSession(deps, visitor, { proof, localpart: name.localpart, to })) ?? goOn(undefined, to);
	if (outcome.ok) return start(outcome.proof);
	const proof = await justMade(deps, asked, outcome);
	return proof === undefined
		? refuse(deps, visitor, { to, username, token, mailbox, outcome })
		: start(proof);
}

/** Where an address comes first, its page has it: nothing is sent to who has not solved it. */
function hasCaptcha({ captcha, people }: RegisterDeps): boolean {
	return captcha !== undefined && people.begunRegistrations === undefined;
}

function stepOf({ people, captcha }: RegisterDeps) {
	return { needsToken: people.needsToken, captcha };
}

/** The address that was shown to be theirs in this browser. */
async function provedMailbox({ people }: RegisterDeps, { browser }: Stranger) {
	const begun = await people.begunRegistrations?.of(browser);
	return begun?.isProved ? begun : undefined;
}

/**
 * The account that the same form, sent a moment ago, has made: whoever knows its password is signed in, as at the
 * sign-in page and counted like there.
 */
async function justMade(
	{ people, proofs, clock }: RegisterDeps,
	asked: Registration,
	{ reason }: Refusal,
): Promise<Proof | undefined> {
	if (!mayBeDone.includes(reason)) return undefined;
	const account = await people.byName(asked.localpart);
	if (account === undefined || !isJustNow(account.createdAt, clock())) return undefined;
	const checked = await proofs.signIn({ ...asked, name: asked.localpart });
	return checked.ok ? checked.proof : undefined;
}

/** What a form is refused for that has made its account. */
const mayBeDone: readonly Refusal["reason"][] = [
	...(["localpart-taken", "token-refused", "throttled", "address-unproved"] as const),
	// What it brought was good once.
	"captcha-refused",
];

type Refusal = Extract<RegisterOutcome, { ok: false }> | CaptchaRefusal;

function refuse(
	deps: RegisterDeps,
	visitor: Visitor,
	{
		outcome,
		...shown
	}: Pick<RegisterView, "to" | "username" | "token" | "mailbox"> & { readonly outcome: Refusal },
): Response {
	if (outcome.reason === "registration-closed") return deps.pages.problem(closed(shown.to));
	if (outcome.reason === "address-unproved" || outcome.reason === "address-taken") {
		const text =
			outcome.reason === "address-taken" ? say("register.address-taken") : say("register.address-unproved");
		const error = { field: "email", text };
		const typed = outcome.reason === "address-taken" ? "" : (shown.mailbox?.address ?? "");
		return askForAddress(stepOf(deps), visitor, { ...shown, typed, error }, { status: 400 });
	}
	const options = optionsOf(outcome);
	return visitor.show(view(deps, visitor, { ...shown, error: explain(outcome, shown) }), options);
}

function optionsOf(outcome: Refusal) {
	if (outcome.reason === "throttled") return throttledOptions(outcome.retryAfterMs);
	const isAway = outcome.reason === "captcha-away" || outcome.reason === "homeserver-unavailable";
	return isAway ? unavailableOptions : { status: 400 };
}

function explain(
	refusal: Exclude<Refusal, { reason: "registration-closed" | "address-unproved" | "address-taken" }>,
	{ mailbox }: Pick<RegisterView, "mailbox">,
): Required<RegisterView>["error"] {
	switch (refusal.reason) {
		case "throttled":
			return { text: throttled(refusal.retryAfterMs) };
		case "localpart-invalid":
			return { field: "username", text: nameRefusal[refusal.fault] };
		case "homeserver-unavailable":
			return { text: say("register.unavailable") };
		case "captcha-missing":
		case "captcha-refused":
			return { field: "captcha", text: captchaRefusal[refusal.reason] };
		case "captcha-away":
			return { text: captchaRefusal[refusal.reason] };
		case "terms-not-agreed":
			return { field: "terms", text: say("register.terms-missing") };
		case "terms-changed":
			return { field: "terms", text: say("register.terms-changed") };
		case "token-refused":
			// Beside an address the token was shown before, and what is left to be wrong is the name.
			return { field: mailbox ? "username" : "token", text: say("register.token-refused") };
		case "localpart-official":
			return { field: "username", text: say("register.official") };
		case "localpart-taken":
			return { field: "username", text: say("register.taken") };
		case "password-too-short":
		case "password-too-long":
		case "password-common":
		case "password-personal":
			return { field: "password", text: newPasswordRefusal[refusal.reason] };
	}
}

function view(
	deps: RegisterDeps,
	visitor: Visitor,
	{ token = "", ...shown }: Pick<RegisterView, "to" | "username" | "token" | "mailbox" | "error">,
) {
	const { serverName, people } = deps;
	const [csrf, forgetCsrf] = [visitor.csrf(purpose), visitor.csrf(forgetting)];
	return registerPage({
		...shown,
		csrf,
		forgetCsrf,
		serverName,
		terms: people.terms,
		captcha: hasCaptcha(deps) ? deps.captcha?.widget : undefined,
		token: people.needsToken && shown.mailbox === undefined ? token : undefined,
	});
}

/** With an account one can still go where the way led. */
function closed(to: Resume) {
	return {
		status: 403,
		title: say("register.closed"),
		text: say("register.closed-text"),
		asksOperator: true,
		action: { label: say("sign-in.sign-in"), href: addressOfStep(nextStep(undefined, to)) },
	} as const;
}
