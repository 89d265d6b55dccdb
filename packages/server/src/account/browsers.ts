import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { BrowserSessions, ListedBrowserSession } from "../people/index.ts";
import { say } from "../words/index.ts";
import { noSuchBrowser, signOutBrowserPage, signOutOthersPage } from "./pages/browser-sign-out.ts";
import { browsersPage } from "./pages/browsers.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import {
	asksProof,
	type Deed,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface BrowsersDeps extends SignedInPostDeps {
	readonly browserSessions: Pick<BrowserSessions, "listOf" | "endElsewhere">;
	readonly clock: Clock;
}

const list = "/account/browsers";
const others = `${list}/others`;
const one = `${list}/:browser`;

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
		.post(
			others,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => othersPurpose,
				choose: ({ visitor }) => endElsewhere(deps, visitor),
				again: ({ visitor }, refusal) => confirmOthers(deps, visitor, refusal),
			}),
		)
		.get(one, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await findBrowser(deps, met.visitor, c.req.param("browser"));
			return found instanceof Response ? found : confirmOne(deps, { visitor: met.visitor, found });
		})
		.post(
			one,
			signedInPost<ListedBrowserSession>(deps, {
				find: (c, visitor) => findBrowser(deps, visitor, c.req.param("browser") ?? ""),
				purpose: purposeOf,
				choose: ({ visitor, found: { idHash } }) => endElsewhere(deps, visitor, idHash),
				again: ({ visitor, found }, refusal) => confirmOne(deps, { visitor, found, refusal }),
			}),
		);
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

/** Of one other browser, or of all others. */
function endElsewhere(
	{ browserSessions }: BrowsersDeps,
	{ address }: SignedInVisitor,
	idHash?: string,
): Deed {
	return needsProof("sign-out-browsers", async (proof) => {
		await browserSessions.endElsewhere({ proof, address, ...(idHash !== undefined && { idHash }) });
		return seeOther(list);
	});
}

/** One of the person's other browsers. The one they look with is signed out without further questions, elsewhere. */
async function findBrowser(
	deps: BrowsersDeps,
	visitor: SignedInVisitor,
	id: string,
): Promise<ListedBrowserSession | Response> {
	const { account, idHash } = visitor.browserSession;
	const known = await deps.browserSessions.listOf(account.id);
	return known.find((one) => one.idHash === id && id !== idHash) ?? visitor.problem(noSuchBrowser);
}

async function confirmOne(
	deps: BrowsersDeps,
	asked: {
		readonly visitor: SignedInVisitor;
		readonly found: ListedBrowserSession;
		readonly refusal?: Refusal;
	},
): Promise<Response> {
	const { visitor, found, refusal } = asked;
	const view = signOutBrowserPage({
		browser: found,
		now: deps.clock(),
		csrf: visitor.csrf(purposeOf(found)),
		asks: await asksProof(deps, "sign-out-browsers", visitor),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}

async function confirmOthers(
	deps: BrowsersDeps,
	visitor: SignedInVisitor,
	refusal?: Refusal,
): Promise<Response> {
	const known = await deps.browserSessions.listOf(visitor.browserSession.account.id);
	const view = signOutOthersPage({
		others: known.filter(({ idHash }) => idHash !== visitor.browserSession.idHash).length,
		csrf: visitor.csrf(othersPurpose),
		asks: await asksProof(deps, "sign-out-browsers", visitor),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}

const othersPurpose = "sign-out-other-browsers";

function purposeOf({ idHash }: ListedBrowserSession): string {
	return `sign-out-browser ${idHash}`;
}
