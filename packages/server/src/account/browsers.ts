import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { BrowserSessions, ListedBrowserSession } from "../people/index.ts";
import { say } from "../words/index.ts";
import { noSuchBrowser, signOutBrowserPage, signOutOthersPage } from "./pages/browser-sign-out.ts";
import { browsersPage } from "./pages/browsers.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { checkProof, needsPassword, type ProofDeps, type RefusedProof } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface BrowsersDeps extends ProofDeps {
	readonly browserSessions: Pick<BrowserSessions, "prove" | "listOf" | "endElsewhere">;
	readonly visitors: Visitors;
	readonly clock: Clock;
}

const list = "/account/browsers";
const others = `${list}/others`;

/**
 * GET /account/browsers: where the person is signed in to these pages. Ending one, or all but this, has a page that says
 * what it does and takes a recent proof: a browser left open must not throw its owner out everywhere else.
 */
export function createBrowsersRoutes(deps: BrowsersDeps): Hono<Env> {
	return new Hono<Env>()
		.get(list, (c) => show(deps, c))
		.get(others, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? confirmOthers(deps, met.visitor) : met.answer;
		})
		.post(others, (c) => endOthers(deps, c))
		.get(`${list}/:browser`, async (c) => {
			const found = await findBrowser(deps, c, c.req.param("browser"));
			return found.ok ? confirmOne(deps, found) : found.answer;
		})
		.post(`${list}/:browser`, (c) => endOne(deps, c, c.req.param("browser")));
}

async function show(deps: BrowsersDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const { account, idHash } = visitor.browserSession;
	const view = browsersPage({
		browsers: await deps.browserSessions.listOf(account.id),
		here: { idHash, createdAt: visitor.browserSession.createdAt, userAgent: visitor.userAgent },
		now: deps.clock(),
		signOut: signOutForm({ label: say("browsers.sign-out-here"), csrf: visitor.csrf("sign-out") }),
	});
	return visitor.show(view);
}

async function endOne(deps: BrowsersDeps, c: Context<Env>, id: string): Promise<Response> {
	const found = await findBrowser(deps, c, id);
	if (!found.ok) return found.answer;
	const { visitor, browser } = found;
	const received = await visitor.receive(purposeOf(browser));
	if (!received.ok) return received.answer;
	const proof = await checkProof(deps, visitor, received);
	if (!proof.ok) return confirmOne(deps, found, proof);
	const { account } = visitor.browserSession;
	await deps.browserSessions.endElsewhere({
		accountId: account.id,
		address: visitor.address,
		idHash: browser.idHash,
	});
	return seeOther(list);
}

async function endOthers(deps: BrowsersDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(othersPurpose);
	if (!received.ok) return received.answer;
	const proof = await checkProof(deps, visitor, received);
	if (!proof.ok) return confirmOthers(deps, visitor, proof);
	const { account, idHash } = visitor.browserSession;
	await deps.browserSessions.endElsewhere({
		accountId: account.id,
		address: visitor.address,
		exceptIdHash: idHash,
	});
	return seeOther(list);
}

interface FoundBrowser {
	readonly ok: true;
	readonly visitor: SignedInVisitor;
	readonly browser: ListedBrowserSession;
}

/** One of the person's other browsers. The one they look with is signed out without further questions, elsewhere. */
async function findBrowser(
	deps: BrowsersDeps,
	c: Context<Env>,
	id: string,
): Promise<FoundBrowser | { readonly ok: false; readonly answer: Response }> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met;
	const { visitor } = met;
	const { account, idHash } = visitor.browserSession;
	const known = await deps.browserSessions.listOf(account.id);
	const browser = known.find((one) => one.idHash === id && id !== idHash);
	return browser === undefined
		? { ok: false, answer: visitor.problem(noSuchBrowser) }
		: { ok: true, visitor, browser };
}

function confirmOne({ clock }: BrowsersDeps, found: FoundBrowser, refused?: RefusedProof): Response {
	const { visitor, browser } = found;
	const view = signOutBrowserPage({
		browser,
		now: clock(),
		csrf: visitor.csrf(purposeOf(browser)),
		passwordNeeded: needsPassword(visitor),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}

async function confirmOthers(
	deps: BrowsersDeps,
	visitor: SignedInVisitor,
	refused?: RefusedProof,
): Promise<Response> {
	const known = await deps.browserSessions.listOf(visitor.browserSession.account.id);
	const view = signOutOthersPage({
		others: known.filter(({ idHash }) => idHash !== visitor.browserSession.idHash).length,
		csrf: visitor.csrf(othersPurpose),
		passwordNeeded: needsPassword(visitor),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}

const othersPurpose = "sign-out-other-browsers";

function purposeOf({ idHash }: ListedBrowserSession): string {
	return `sign-out-browser ${idHash}`;
}
