import { type Context, Hono } from "hono";
import type { DeviceLinks } from "../authorization/index.ts";
import type { Clock } from "../config/ports.ts";
import { type Env, type Form, safeText, seeOther } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import { say, type Text } from "../words/index.ts";
import { throttled, throttledOptions } from "./messages.ts";
import { type LinkProblem, linkAnswerPath, linkAskingPage } from "./pages/link-asking.ts";
import { linkCodePage, linkPath } from "./pages/link-code.ts";
import { linkDecidedPage } from "./pages/link-decided.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { checkProof, needsPassword, type ProofDeps } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface LinkDeps extends ProofDeps {
	readonly links: DeviceLinks;
	readonly visitors: Visitors;
	readonly clock: Clock;
}

/** Why an answer was not carried out, for the page that asks again. */
interface Refusal {
	readonly problem: LinkProblem;
	readonly options: PageOptions;
}

/** A person's answer to the device that shows this code. */
interface Answer {
	readonly visitor: SignedInVisitor;
	readonly code: string;
	readonly form: Form;
}

/**
 * GET and POST /link: the code of a device that waits. POST /link/{code}: the answer; GET: what became of it. Entering
 * a code changes nothing, and the form that answers is good for the one code that was entered in this browser.
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.3
 */
export function createLinkRoutes(deps: LinkDeps): Hono<Env> {
	return new Hono<Env>()
		.get(linkPath, (c) => showEntry(deps, c))
		.post(linkPath, (c) => enter(deps, c))
		.get(`${linkPath}/:code`, (c) => showOutcome(deps, c, c.req.param("code")))
		.post(`${linkPath}/:code`, (c) => answer(deps, c, c.req.param("code")));
}

async function showEntry(deps: LinkDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	return entry(met.visitor, { code: c.req.query("code") });
}

async function enter(deps: LinkDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(entryPurpose);
	if (!received.ok) return received.answer;
	const code = received.form.value("code") ?? "";
	const entered = await deps.links.enter(code, by(visitor));
	if (entered.ok) return ask(deps, visitor, entered.request.code);
	if (entered.reason === "unknown") return entry(visitor, { code, problem: unknownCode });
	const problem = throttled(entered.retryAfterMs);
	return entry(visitor, { code, problem, options: throttledOptions(entered.retryAfterMs) });
}

async function showOutcome(deps: LinkDeps, c: Context<Env>, code: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const decided = await deps.links.decided(code, visitor.browserSession.account.id);
	if (decided === undefined) return seeOther(`${linkPath}?${new URLSearchParams({ code })}`);
	return visitor.show(linkDecidedPage(decided, code));
}

async function answer(deps: LinkDeps, c: Context<Env>, code: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(answerPurpose(code));
	if (!received.ok) return received.answer;
	const refusal = await carryOut(deps, { visitor, code, form: received.form });
	return refusal === undefined ? seeOther(linkAnswerPath(code)) : ask(deps, visitor, code, refusal);
}

/** What was answered elsewhere in the meantime, or ran out, is no refusal: the page that follows shows how it stands. */
async function carryOut({ links, ...deps }: LinkDeps, answered: Answer): Promise<Refusal | undefined> {
	const { visitor, code, form } = answered;
	const { generation } = visitor.browserSession.account;
	const decision = form.value("decision");
	if (decision === "deny") {
		await links.decide(code, { to: "refused", generation, ...by(visitor) });
		return undefined;
	}
	if (decision !== "approve") return refuse({ text: say("reset.choose") });
	if (form.value("own") !== "yes") return refuse({ field: "own", text: notTicked });
	const passwordAsked = needsPassword(visitor);
	const proof = await checkProof(deps, visitor, { form });
	if (!proof.ok)
		return {
			problem: passwordAsked ? { field: "password", text: proof.problem } : { text: proof.problem },
			options: proof.options,
		};
	const outcome = await links.decide(code, { to: "approved", generation, ...by(visitor) });
	if (outcome.ok || outcome.reason === "not-open") return undefined;
	return { problem: { text: notAdmin }, options: { status: 403 } };
}

/** The page that asks. A code that is waited for no more leads to the page that says what became of it. */
async function ask(
	deps: LinkDeps,
	visitor: SignedInVisitor,
	code: string,
	refusal?: Refusal,
): Promise<Response> {
	const request = await deps.links.waiting(code, visitor.browserSession.account.id);
	if (request === undefined) return seeOther(linkAnswerPath(code));
	const view = linkAskingPage({
		request,
		userId: visitor.userId,
		mayAdminister: visitor.browserSession.account.admin,
		browserAddress: visitor.address,
		csrf: visitor.csrf(answerPurpose(code)),
		passwordNeeded: needsPassword(visitor),
		problem: refusal?.problem,
		now: deps.clock(),
	});
	return visitor.show(view, refusal?.options);
}

function entry(
	visitor: SignedInVisitor,
	it: { readonly code: string | undefined; readonly problem?: Text; readonly options?: PageOptions },
): Response {
	const code = safeText(it.code ?? "", 20);
	const view = linkCodePage({
		code,
		csrf: visitor.csrf(entryPurpose),
		problem: it.problem,
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: code === "" ? linkPath : `${linkPath}?${new URLSearchParams({ code })}`,
		}),
	});
	return visitor.show(view, it.problem === undefined ? {} : (it.options ?? { status: 400 }));
}

function by({ browserSession, address }: SignedInVisitor) {
	return { accountId: browserSession.account.id, address };
}

function refuse(problem: LinkProblem): Refusal {
	return { problem, options: { status: 400 } };
}

const entryPurpose = "link";

/** The form is good for the device that shows this one code. */
function answerPurpose(code: string): string {
	return `link ${code}`;
}

const unknownCode = say("link.unknown-code");
const notTicked = say("link.tick");
const notAdmin = say("link.not-admin");
