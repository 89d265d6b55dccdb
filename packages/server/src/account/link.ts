import { type Context, Hono } from "hono";
import type { DeviceLinks, LinkRequest } from "../authorization/index.ts";
import type { Clock } from "../config/ports.ts";
import { type Env, type Form, safeText, seeOther } from "../http/index.ts";
import { addressOf, otherAccount, type Resume } from "../resume/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { throttled, throttledOptions } from "./messages.ts";
import { meetTheOneMeant } from "./other-account.ts";
import { type LinkAskingView, linkAnswerPath, linkAskingPage } from "./pages/link-asking.ts";
import { linkCodePage, linkPath } from "./pages/link-code.ts";
import { linkDecidedPage } from "./pages/link-decided.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import {
	asksProof,
	type Deed,
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import { resumeAt, type SignedInVisitor, whereAdminAddsFactor } from "./visitor.ts";

export interface LinkDeps extends SignedInPostDeps {
	readonly links: DeviceLinks;
	readonly sessions: Pick<Sessions, "room">;
	readonly clock: Clock;
}

/**
 * GET and POST /link: the code of a device that waits. POST /link/{code}: the answer; GET: what became of it. Entering
 * a code changes nothing, and the form that answers is good for the one code that was entered in this browser.
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.3
 */
export function createLinkRoutes(deps: LinkDeps): Hono<Env> {
	return new Hono<Env>()
		.get(linkPath, (c) => showEntry(deps, c))
		.post(
			linkPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => entryPurpose,
				choose: ({ visitor, form }) => needsNoProof(() => enter(deps, visitor, codeIn(form))),
				again: ({ visitor, form }, refusal) => entry(visitor, codeIn(form), refusal),
			}),
		)
		.get(`${linkPath}/:code`, (c) => showOutcome(deps, c, c.req.param("code")))
		.post(
			`${linkPath}/:code`,
			// The code that was entered in this browser; an unknown one has no form that would be good for it.
			signedInPost<string>(deps, {
				find: (c) => c.req.param("code") ?? "",
				purpose: answerPurpose,
				choose: (visit) => choose(deps, visit),
				again: ({ visitor, found, form }, refusal) =>
					ask(deps, visitor, found, { refusal, isTicked: form.value("own") === "yes" }),
			}),
		);
}

async function showEntry(deps: LinkDeps, c: Context<Env>): Promise<Response> {
	const to = resumeAt(c.req.raw);
	const met = await meetTheOneMeant(deps.visitors, c, to);
	if (!met.ok) return met.answer;
	return entry(met.visitor, to.kind === "link" ? (to.code ?? "") : "");
}

function codeIn(form: Form): string {
	return form.text("code");
}

async function enter(deps: LinkDeps, visitor: SignedInVisitor, code: string): Promise<Response | Refusal> {
	const { browserSession, address } = visitor;
	const entered = await deps.links.enter(code, { accountId: browserSession.account.id, address });
	if (entered.ok) return ask(deps, visitor, entered.request.code);
	if (entered.reason === "unknown") return { text: unknownCode, options: { status: 400 } };
	const { retryAfterMs } = entered;
	return { text: throttled(retryAfterMs), options: throttledOptions(retryAfterMs) };
}

async function showOutcome(deps: LinkDeps, c: Context<Env>, code: string): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const decided = await deps.links.decided(code, visitor.browserSession.account.id);
	if (decided === undefined) return seeOther(addressOf(entryOf(code)));
	return visitor.show(linkDecidedPage(decided, code));
}

/** What was answered elsewhere in the meantime, or ran out, is no refusal: the page that follows shows how it stands. */
function choose({ links }: LinkDeps, { visitor, found: code, form }: Visit<string>): Deed | Refusal {
	const { address, browserSession } = visitor;
	const next = linkAnswerPath(code);
	switch (form.value("decision")) {
		case "deny":
			return needsNoProof(async () => {
				await links.decide(code, { to: "refused", proof: browserSession.proof, address });
				return seeOther(next);
			});
		case "approve":
			if (form.value("own") !== "yes") return notTicked;
			return needsProof("allow-device", async (proof) => {
				const outcome = await links.decide(code, { to: "approved", proof, address });
				return outcome.ok || outcome.reason === "not-open" ? seeOther(next) : notAdmin;
			});
		default:
			return { text: say("reset.choose"), options: { status: 400 } };
	}
}

/** The page that asks. A code that is waited for no more leads to the page that says what became of it. */
async function ask(
	deps: LinkDeps,
	visitor: SignedInVisitor,
	code: string,
	{ refusal, isTicked }: { readonly refusal?: Refusal; readonly isTicked?: boolean } = {},
): Promise<Response> {
	const request = await deps.links.waiting(code, visitor.browserSession.account.id);
	if (request === undefined) return seeOther(linkAnswerPath(code));
	const view = linkAskingPage({
		request,
		userId: visitor.userId,
		room: await deps.sessions.room({
			...{ accountId: visitor.browserSession.account.id, clientId: request.client.id },
			deviceId: request.scope.deviceId,
		}),
		mayAdminister: visitor.mayAdminister,
		addFactor: whereAdminAddsFactor(visitor, { kind: "link", code }),
		browserAddress: visitor.address,
		csrf: visitor.csrf(answerPurpose(code)),
		asks: await asksProof(deps, "allow-device", visitor),
		another: anotherMeant(visitor, request),
		problem: refusal,
		isTicked: isTicked ?? false,
		now: deps.clock(),
	});
	return visitor.show(view, refusal?.options);
}

function anotherMeant(visitor: SignedInVisitor, { code, loginHint }: LinkRequest): LinkAskingView["another"] {
	const expected = otherAccount(loginHint, visitor.userId);
	if (expected === undefined) return undefined;
	const switchAccount = signOutForm({
		label: say("common.use-another-account"),
		csrf: visitor.csrf("sign-out"),
		next: { kind: "link", code, loginHint: expected },
	});
	return { expected, switchAccount };
}

function entry(visitor: SignedInVisitor, typed: string, refusal?: Refusal): Response {
	const code = safeText(typed, 20);
	const view = linkCodePage({
		code,
		csrf: visitor.csrf(entryPurpose),
		problem: refusal?.text,
		switchAccount: signOutForm({
			label: say("common.use-another-account"),
			csrf: visitor.csrf("sign-out"),
			next: entryOf(code),
		}),
	});
	return visitor.show(view, refusal?.options);
}

function entryOf(code: string): Resume {
	return code === "" ? { kind: "link" } : { kind: "link", code };
}

const entryPurpose = "link";

/** The form is good for the device that shows this one code. */
function answerPurpose(code: string): string {
	return `link ${code}`;
}

const unknownCode = say("link.unknown-code");
const notTicked = {
	field: "own",
	text: say("link.tick"),
	options: { status: 400 },
} as const;
const notAdmin = {
	text: say("link.not-admin"),
	options: { status: 403 },
} as const;
