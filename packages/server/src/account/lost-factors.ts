import { makeUserId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { LossState, LostFactors, OpenedLoss } from "../lost-factors/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { parseResume } from "../resume/index.ts";
import { say, type Text } from "../words/index.ts";
import { passwordRefusal, refusalOptions, throttled, throttledOptions } from "./messages.ts";
import {
	lossLinkPage,
	lossLinkPath,
	lossPath,
	lostPage,
	lostPath,
	stopLossPage,
} from "./pages/lost-factors.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import { anyonesPost, strangersPost } from "./strangers-post.ts";
import { goOn, type SignedInVisitor, type Stranger, type Visitor } from "./visitor.ts";

interface LostFactorsDeps extends SignedInPostDeps {
	readonly lostFactors: LostFactors;
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "secondStep">;
	readonly clock: Clock;
	readonly serverName: string;
}

const [asking, stopping] = ["lost-factors", "stop-lost-factors"];
const linkPath = `${lossLinkPath}:token` as const;

/**
 * GET and POST /login/lost: who is at the second step of signing in and has lost every second factor asks for a letter.
 * GET and POST /account/lost-factors/{token}: where the letters lead, whoever is signed in or not; the second one takes
 * the password besides. GET and POST /account/lost-factors: whoever is signed in ends it, and proves nothing for that.
 */
export function createLostFactorsRoutes(deps: LostFactorsDeps): Hono<Env> {
	const { visitors } = deps;
	return new Hono<Env>()
		.get(lostPath, async (c) => {
			const visitor = await visitors.meet(c);
			const to = parseResume(c.req.query("next"));
			return visitor.browserSession === undefined ? ask(deps, { c, visitor }) : goOn(visitor, to);
		})
		.post(
			lostPath,
			strangersPost(deps, {
				purpose: asking,
				async carryOut(visitor, _form, c) {
					const first = await firstOf(deps, c);
					if (first === undefined) return goOn(undefined, parseResume(undefined));
					const asked = await deps.lostFactors.ask(first, visitor.address);
					if (asked.ok) return seeOther(lostPath);
					const problem = throttled(asked.retryAfterMs);
					return ask(deps, { c, visitor, problem, options: throttledOptions(asked.retryAfterMs) });
				},
			}),
		)
		.get(linkPath, async (c) => {
			const visitor = await visitors.meet(c);
			const outcome = await deps.lostFactors.open({ token: tokenOf(c), address: visitor.address });
			return outcome.ok ? showLink(deps, { c, visitor, loss: outcome.loss }) : refused(visitor, outcome);
		})
		.post(
			linkPath,
			anyonesPost(deps, {
				purpose: (c) => purposeOf(tokenOf(c)),
				carryOut: ({ c, visitor, form }) => {
					const password = form.value("password");
					return password === undefined
						? begin(deps, { c, visitor })
						: finish(deps, { c, visitor, password });
				},
				async toldAgain({ c, visitor }) {
					const outcome = await deps.lostFactors.open({ token: tokenOf(c), address: visitor.address });
					const isDone = outcome.ok && outcome.loss.state === "done";
					return isDone ? showLink(deps, { c, visitor, loss: outcome.loss }) : undefined;
				},
			}),
		)
		.get(lossPath, async (c) => {
			const met = await visitors.meetSignedIn(c);
			return met.ok ? showStop(deps, met.visitor) : met.answer;
		})
		.post(
			lossPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => stopping,
				choose: ({ visitor: { browserSession, address } }) =>
					needsNoProof(async () => {
						const stopped = await deps.lostFactors.stop(browserSession.proof, address);
						return stopped === "done" ? seeOther("/account/security") : stopped;
					}),
				again: ({ visitor }) => showStop(deps, visitor),
			}),
		);
}

/** Whose password was right. Who was vouched for by another service cannot finish it: that takes the password again. */
async function firstOf({ proofs, visitors }: LostFactorsDeps, c: Context<Env>) {
	const first = await proofs.secondStep.first(visitors.begun(c));
	return first?.how === "password" ? first : undefined;
}

interface Sent {
	readonly c: Context<Env>;
	readonly visitor: Visitor;
}

function tokenOf(c: Context<Env>): string {
	return c.req.param("token") ?? "";
}

/** A form is for the link it was shown for. */
function purposeOf(token: string): string {
	return `lost-factors ${token}`;
}

async function ask(
	deps: LostFactorsDeps,
	it: {
		readonly c: Context<Env>;
		readonly visitor: Stranger;
		readonly problem?: Text;
		readonly options?: PageOptions;
	},
): Promise<Response> {
	const { lostFactors, clock } = deps;
	const first = await firstOf(deps, it.c);
	if (first === undefined) return goOn(undefined, parseResume(it.c.req.query("next")));
	const loss: LossState = await lostFactors.state(first.accountId);
	const csrf = it.visitor.csrf(asking);
	return it.visitor.show(lostPage({ loss, csrf, problem: it.problem, now: clock() }), it.options);
}

async function begin(deps: LostFactorsDeps, { c, visitor }: Sent): Promise<Response> {
	const outcome = await deps.lostFactors.begin({ token: tokenOf(c), address: visitor.address });
	return outcome.ok ? showLink(deps, { c, visitor, loss: outcome.loss }) : refused(visitor, outcome);
}

async function finish(
	deps: LostFactorsDeps,
	{ c, visitor, password }: Sent & { readonly password: string },
): Promise<Response> {
	const [token, address] = [tokenOf(c), visitor.address];
	const outcome = await deps.lostFactors.finish({ token, password, address });
	if (outcome.ok) return showLink(deps, { c, visitor, loss: outcome.loss });
	if (outcome.reason === "gone") return refused(visitor, outcome);
	const opened = await deps.lostFactors.open({ token, address });
	if (!opened.ok) return refused(visitor, opened);
	const problem = passwordRefusal(outcome);
	return showLink(deps, { c, visitor, loss: opened.loss, problem, options: refusalOptions(outcome) });
}

function showLink(
	{ serverName, clock }: LostFactorsDeps,
	it: Sent & { readonly loss: OpenedLoss; readonly problem?: Text; readonly options?: PageOptions },
): Response {
	const { visitor, loss, problem } = it;
	const token = tokenOf(it.c);
	const csrf = visitor.csrf(purposeOf(token));
	const userId = makeUserId(loss.localpart, serverName);
	return visitor.show(lossLinkPage({ loss, userId, token, csrf, problem, now: clock() }), it.options);
}

type Refused = Extract<Awaited<ReturnType<LostFactors["open"]>>, { ok: false }>;

function refused(visitor: Visitor, refusal: Refused): Response {
	if (refusal.reason === "gone")
		return visitor.problem({
			...{ status: 404, title: say("lost.gone"), text: say("lost.gone-text") },
			action: { label: say("problems.your-account"), href: "/account/" },
		});
	return visitor.problem({
		...throttledOptions(refusal.retryAfterMs),
		title: say("lost.throttled"),
		text: throttled(refusal.retryAfterMs),
	});
}

async function showStop(
	{ lostFactors, clock }: LostFactorsDeps,
	visitor: SignedInVisitor,
): Promise<Response> {
	const loss = await lostFactors.waiting(visitor.browserSession.account.id);
	return visitor.show(stopLossPage({ loss, csrf: visitor.csrf(stopping), now: clock() }));
}
