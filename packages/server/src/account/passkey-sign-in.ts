import { type Context, Hono } from "hono";
import type { Env, Form } from "../http/index.ts";
import type { LostFactors } from "../lost-factors/index.ts";
import type { CodeRefusal, PasskeyRefusal, Proofs } from "../proofs/index.ts";
import { addressOfStep, nextStep, parseResume } from "../resume/index.ts";
import { say, type Text } from "../words/index.ts";
import { passkeyRefusal, throttled, throttledOptions } from "./messages.ts";
import { secondStepPage } from "./pages/second-step.ts";
import { type SignInDeps, signInWithPasskey } from "./sign-in.ts";
import type { Refusal } from "./signed-in-post.ts";
import { startSession } from "./start-session.ts";
import { strangersPost } from "./strangers-post.ts";
import { goOn, type Stranger } from "./visitor.ts";

export interface PasskeySignInDeps extends SignInDeps {
	/** Where letters are sent from here. */
	readonly lostFactors?: Pick<LostFactors, "state"> | undefined;
	readonly proofs: SignInDeps["proofs"] & Pick<Proofs, "signInWithPasskey">;
}

const secondStep = "second-step";

/** POST /login/passkey: signing in without a name. GET and POST /login/second: the second of two factors. */
export function createPasskeySignInRoutes(deps: PasskeySignInDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/login/passkey", (c) => goOn(undefined, parseResume(c.req.query("next"))))
		.post(
			"/login/passkey",
			strangersPost(deps, {
				...{ purpose: signInWithPasskey, isGoodOnce: true },
				carryOut: (visitor, form) => signIn(deps, visitor, form),
			}),
		)
		.get("/login/second", (c) => show(deps, c))
		.post(
			"/login/second",
			strangersPost(deps, {
				...{ purpose: secondStep, isGoodOnce: true },
				carryOut: (visitor, form, c) => finish(deps, visitor, form, c),
			}),
		);
}

async function signIn(deps: PasskeySignInDeps, visitor: Stranger, form: Form): Promise<Response> {
	const to = parseResume(form.value("next"));
	const { address, browser } = visitor;
	const outcome = await deps.proofs.signInWithPasskey({ answer: form.text("passkey"), browser, address });
	const started = outcome.ok ? await startSession(deps, visitor, { ...outcome, to }) : undefined;
	if (started !== undefined) return started;
	const text = outcome.ok ? say("sign-in.just-changed") : textOf(outcome);
	const isThrottled = !outcome.ok && outcome.reason === "throttled";
	return visitor.problem({
		...(isThrottled ? throttledOptions(outcome.retryAfterMs) : { status: 403 }),
		title: say("proofs.not-signed-in"),
		text,
		action: { label: say("common.try-again"), href: addressOfStep(nextStep(undefined, to)) },
	});
}

async function show(deps: PasskeySignInDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const to = parseResume(c.req.query("next"));
	if (visitor.browserSession !== undefined) return goOn(visitor, to);
	return ask(deps, { visitor, c, next: c.req.query("next") });
}

interface Asking {
	readonly visitor: Stranger;
	readonly c: Context<Env>;
	readonly next: string | undefined;
	readonly problem?: Refusal;
}

/** Where the first step is over, it is taken again. */
async function ask(deps: PasskeySignInDeps, { visitor, c, next, problem }: Asking): Promise<Response> {
	const to = parseResume(next);
	const asked = await deps.proofs.secondStep.asks(deps.visitors.begun(c));
	if (asked === undefined) return goOn(undefined, to);
	const csrf = visitor.csrf(secondStep);
	const canBeLost = await canComeBack(deps, c);
	const view = secondStepPage({ ...asked, to, csrf, problem, canBeLost });
	return visitor.show(view, problem?.options);
}

/** Whether there is a way back by mail, or whoever began it wants to know how far it has come. */
async function canComeBack({ proofs, visitors, lostFactors }: PasskeySignInDeps, c: Context<Env>) {
	const first = lostFactors && (await proofs.secondStep.first(visitors.begun(c)));
	// It takes the password again.
	if (first?.how !== "password") return false;
	return (await lostFactors?.state(first.accountId))?.state !== "none";
}

async function finish(
	deps: PasskeySignInDeps,
	visitor: Stranger,
	form: Form,
	c: Context<Env>,
): Promise<Response> {
	const next = form.value("next");
	const to = parseResume(next);
	const outcome = await deps.proofs.secondStep.finish({
		cookieValue: deps.visitors.begun(c),
		passkey: form.text("passkey"),
		code: form.text("code"),
		address: visitor.address,
	});
	const started = outcome.ok ? await startSession(deps, visitor, { ...outcome, to }) : undefined;
	if (started !== undefined) return started;
	if (outcome.ok || outcome.reason === "over") return goOn(undefined, to);
	const options = outcome.reason === "throttled" ? throttledOptions(outcome.retryAfterMs) : { status: 403 };
	return ask(deps, {
		visitor,
		c,
		next,
		problem: { field: fieldOf(outcome), text: textOf(outcome), options },
	});
}

type Refused = PasskeyRefusal | CodeRefusal | { readonly reason: "locked" | "missing" };

/** Where it is put right, as far as that is known. */
function fieldOf({ reason }: Refused): string {
	return reason === "code-wrong" || reason === "missing" ? "code" : "passkey";
}

function textOf(refused: Refused): Text {
	switch (refused.reason) {
		case "locked":
			return say("password.locked");
		case "missing":
			return say("proofs.enter-to-go-on");
		case "code-wrong":
			return say("codes.refused");
		case "throttled":
			return throttled(refused.retryAfterMs);
		default:
			return passkeyRefusal[refused.reason];
	}
}
