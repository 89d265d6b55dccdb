import { makeUserId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { PageOptions, Pages } from "../pages/index.ts";
import { type Account, isJustNow, type People } from "../people/index.ts";
import { say } from "../words/index.ts";
import { type DeactivateView, deactivatedPage, deactivatePage } from "./pages/deactivate.ts";
import { checkProof, type ProofDeps } from "./proof.ts";
import { type Received, type SignedInVisitor, signInRedirect, type Visitors } from "./visitor.ts";

export interface DeactivateDeps extends ProofDeps {
	readonly people: ProofDeps["people"] & Pick<People, "deactivate" | "byId" | "byLocalpart">;
	readonly visitors: Visitors;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly serverName: string;
}

/** GET and POST /account/deactivate: the name typed and the password entered, whenever it was entered last. */
export function createDeactivateRoutes(deps: DeactivateDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/deactivate", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(met.visitor) : met.answer;
		})
		.post("/account/deactivate", (c) => receive(deps, c));
}

async function receive(deps: DeactivateDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	if (visitor.browserSession === undefined)
		return (await toldAgain(deps, await visitor.receive(nobodys))) ?? signInRedirect(c.req.raw);
	const received = await visitor.receive(purposeOf(visitor.browserSession.account.id));
	if (!received.ok) return (await toldAgain(deps, received)) ?? received.answer;
	const { form } = received;
	const { userId, browserSession } = visitor;
	const { account } = browserSession;
	const erase = form.value("erase") !== undefined;
	const typed = readName(form.value("username") ?? "", deps.serverName);
	if (!typed.ok || typed.localpart !== account.localpart) {
		const text = say("deactivate.other-name");
		return show(visitor, { erase, problem: { field: "username", text }, options: { status: 400 } });
	}
	const proof = await checkProof(deps, visitor, { form, always: true });
	if (!proof.ok) {
		const now = await deps.people.byId(account.id);
		if (now !== undefined && isJustClosed(now, deps.clock())) return closed(deps, { userId, erased: erase });
		const problem = { field: "password", text: proof.problem } as const;
		return show(visitor, { erase, problem, options: proof.options });
	}
	await deps.people.deactivate({ accountId: account.id, erase, address: visitor.address });
	return closed(deps, { userId, erased: erase });
}

/**
 * The same form sent again, a moment later: the first one ended the browser session. It says of the one account that
 * its token is for whether it was closed.
 */
async function toldAgain(
	{ people, clock, serverName, ...deps }: DeactivateDeps,
	received: Received,
): Promise<Response | undefined> {
	if (received.ok || received.form === undefined) return undefined;
	const typed = readName(received.form.value("username") ?? "", serverName);
	const account = typed.ok ? await people.byLocalpart(typed.localpart) : undefined;
	if (account === undefined || !received.isOfBefore(purposeOf(account.id))) return undefined;
	if (!isJustClosed(account, clock())) return undefined;
	const userId = makeUserId(account.localpart, serverName);
	return closed(deps, { userId, erased: received.form.value("erase") !== undefined });
}

function isJustClosed({ deactivatedAt }: Account, now: number): boolean {
	return deactivatedAt !== undefined && isJustNow(deactivatedAt, now);
}

function closed(
	{ pages, visitors }: Pick<DeactivateDeps, "pages" | "visitors">,
	view: Parameters<typeof deactivatedPage>[0],
): Response {
	return pages.show(deactivatedPage(view), { cookies: [visitors.signedOutCookie()] });
}

/** The form is for the one account on whose page it stood. */
function purposeOf(accountId: string): string {
	return `deactivate ${accountId}`;
}

/** No page has a form of this purpose. */
const nobodys = "deactivate nobody's account";

function show(
	visitor: SignedInVisitor,
	refused?: Pick<DeactivateView, "erase" | "problem"> & { readonly options: PageOptions },
): Response {
	const view = deactivatePage({
		userId: visitor.userId,
		username: visitor.browserSession.account.localpart,
		csrf: visitor.csrf(purposeOf(visitor.browserSession.account.id)),
		erase: refused?.erase ?? false,
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}
