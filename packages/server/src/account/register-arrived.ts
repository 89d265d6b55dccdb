import { type Context, Hono } from "hono";
import type { Env, Form } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { People, RegisterArrivedOutcome } from "../people/index.ts";
import { parseResume } from "../resume/index.ts";
import type { Arrived, Upstream } from "../upstream/index.ts";
import { say } from "../words/index.ts";
import { elsewhere, nameRefusal, throttled, throttledOptions, unavailableOptions } from "./messages.ts";
import {
	forgetArrivedPath,
	type RegisterArrivedView,
	registerArrivedPage,
	registerArrivedPath,
} from "./pages/register-arrived.ts";
import { type StartSessionDeps, startSession } from "./start-session.ts";
import { strangersPost } from "./strangers-post.ts";
import { goOn, type Stranger } from "./visitor.ts";

export interface RegisterArrivedDeps extends StartSessionDeps {
	readonly upstream: Upstream;
	readonly people: Pick<People, "registerArrived" | "terms" | "owesTerms">;
	readonly proofs: StartSessionDeps["proofs"];
}

const [purpose, forgetting] = ["register-arrived", "forget-arrived"];

/**
 * GET and POST /register/elsewhere: whoever came from another service and has no account here chooses a name, and is
 * signed in. POST /register/elsewhere/not-me: who they are there is forgotten.
 */
export function createRegisterArrivedRoutes(deps: RegisterArrivedDeps): Hono<Env> {
	return new Hono<Env>()
		.get(registerArrivedPath, (c) => show(deps, c))
		.post(
			registerArrivedPath,
			strangersPost(deps, {
				...{ purpose, isGoodOnce: true },
				carryOut: (visitor, form, c) => register(deps, { visitor, form, c }),
			}),
		)
		.post(
			forgetArrivedPath,
			strangersPost(deps, {
				purpose: forgetting,
				carryOut: async (_, form, c) => {
					const cookie = deps.visitors.elsewhere(c);
					const arrived = await deps.upstream.arrived(cookie);
					// Whoever came back in another window since is forgotten by who reads of them.
					if (arrived !== undefined && arrived.key === form.value("arrived"))
						await deps.upstream.forget(cookie, arrived);
					return goOn(undefined, parseResume(form.value("next")));
				},
			}),
		);
}

async function show(deps: RegisterArrivedDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const arrived = await deps.upstream.arrived(deps.visitors.elsewhere(c));
	const to = parseResume(arrived?.resume);
	if (visitor.browserSession !== undefined) return goOn(visitor, to);
	if (arrived === undefined) return goOn(undefined, to);
	const username = arrived.said.localpart?.value ?? "";
	return visitor.show(view(deps, visitor, { arrived, to, username, token: "" }));
}

interface Sent {
	readonly visitor: Stranger;
	readonly form: Form;
	readonly c: Context<Env>;
}

async function register(deps: RegisterArrivedDeps, { visitor, form, c }: Sent): Promise<Response> {
	const cookie = deps.visitors.elsewhere(c);
	const arrived = await deps.upstream.arrived(cookie);
	const to = parseResume(form.value("next"));
	// Whoever came back in another window since is somebody else than who read this page.
	if (arrived === undefined || cookie === undefined || arrived.key !== form.value("arrived"))
		return visitor.problem(over);
	const username = form.text("username");
	const token = form.text("token");
	const name = readName(username, deps.serverName);
	const shown = { arrived, to, username, token };
	if (!name.ok) {
		const error = { field: "username", text: elsewhere(deps.serverName) };
		return visitor.show(view(deps, visitor, { ...shown, error }), { status: 400 });
	}
	const outcome = await deps.people.registerArrived({
		...{ arrival: arrived, browserHash: deps.upstream.browserHash(cookie), localpart: name.localpart },
		...{ token, newAccounts: arrived.service.newAccounts, address: visitor.address },
		terms: form.value("terms") === undefined ? undefined : form.value("terms_version"),
	});
	if (outcome.ok) {
		const { proof, account } = outcome;
		const cookies = [deps.visitors.elsewhereOver()];
		const started = await startSession(deps, visitor, { proof, localpart: account.localpart, to, cookies });
		return started ?? goOn(undefined, to);
	}
	if (outcome.reason === "arrival-over") return visitor.problem(over);
	if (outcome.reason === "registration-closed" || outcome.reason === "address-unproved")
		return visitor.problem(refused(outcome.reason, arrived.service.name));
	const { localpart } = arrived.said;
	// Nobody can type another one: whoever has it here links it, and who has not asks.
	if (localpart?.isFixed && outcome.reason === "localpart-taken")
		return visitor.problem(takenName(arrived.service.name, localpart.value));
	if (localpart?.isFixed && outcome.reason === "localpart-official") return visitor.problem(officialName);
	const [error, options] = explain(outcome);
	return visitor.show(view(deps, visitor, { ...shown, error }), options);
}

function refused(reason: "registration-closed" | "address-unproved", provider: string) {
	const said =
		reason === "registration-closed"
			? { title: say("upstream.no-new-accounts"), text: say("upstream.no-new-accounts-text", { provider }) }
			: { title: say("upstream.missing", { provider }), text: say("upstream.missing-text") };
	return { status: 403, ...said, asksOperator: true } as const;
}

function takenName(provider: string, name: string) {
	const text = say("upstream.name-taken-text", { provider, name });
	return {
		status: 403,
		title: say("upstream.name-taken"),
		text,
		asksOperator: true,
		action: signIn,
	} as const;
}

const signIn = { label: say("sign-in.sign-in"), href: "/login" } as const;
const officialName = {
	...{ status: 403, title: say("upstream.no-new-accounts"), text: say("upstream.register-official") },
	...{ asksOperator: true, action: signIn },
} as const;

const over = {
	...{ status: 403, title: say("upstream.used"), text: say("upstream.register-over") },
	action: signIn,
} as const;

type Refusal = Exclude<
	Extract<RegisterArrivedOutcome, { ok: false }>,
	{ reason: "arrival-over" | "registration-closed" | "address-unproved" }
>;

function explain(
	refusal: Refusal,
): [Required<RegisterArrivedView>["error"], Parameters<Stranger["show"]>[1]] {
	const refused = { status: 400 };
	switch (refusal.reason) {
		case "throttled":
			return [{ text: throttled(refusal.retryAfterMs) }, throttledOptions(refusal.retryAfterMs)];
		case "localpart-invalid":
			return [{ field: "username", text: nameRefusal[refusal.fault] }, refused];
		case "homeserver-unavailable":
			return [{ text: say("register.unavailable") }, unavailableOptions];
		case "terms-not-agreed":
			return [{ field: "terms", text: say("register.terms-missing") }, refused];
		case "terms-changed":
			return [{ field: "terms", text: say("register.terms-changed") }, refused];
		case "token-refused":
			return [{ field: "token", text: say("register.token-refused") }, refused];
		case "localpart-official":
			return [{ field: "username", text: say("register.official") }, refused];
		case "localpart-taken":
			return [{ field: "username", text: say("register.taken") }, refused];
		case "address-taken":
			return [{ text: say("upstream.register-address-taken") }, refused];
	}
}

interface ShownForm extends Pick<RegisterArrivedView, "to" | "username" | "error"> {
	readonly arrived: Arrived;
	readonly token: string;
}

function view(deps: RegisterArrivedDeps, visitor: Stranger, { token, ...shown }: ShownForm) {
	return registerArrivedPage({
		...shown,
		csrf: visitor.csrf(purpose),
		forgetCsrf: visitor.csrf(forgetting),
		serverName: deps.serverName,
		terms: deps.people.terms,
		token: shown.arrived.service.newAccounts === "token" ? token : undefined,
	});
}
