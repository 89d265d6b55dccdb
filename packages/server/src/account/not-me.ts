import { makeUserId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import { isWindowOpen, type Notice, noticeText, type Objections } from "../notices/index.ts";
import { say } from "../words/index.ts";
import { notMePage, notMePath, objectedPage } from "./pages/not-me.ts";
import { anyonesPost } from "./strangers-post.ts";
import type { Visitor, Visitors } from "./visitor.ts";

interface NotMeDeps {
	readonly objections: Objections;
	readonly visitors: Visitors;
	readonly clock: Clock;
	readonly serverName: string;
}

const path = `${notMePath}:token` as const;

/** GET and POST /account/not-me/{token}: where a letter, or the front page, leads whoever says that it was not them. */
export function createNotMeRoutes(deps: NotMeDeps): Hono<Env> {
	const { objections, visitors } = deps;
	return new Hono<Env>()
		.get(path, async (c) => {
			const visitor = await visitors.meet(c);
			const notice = await objections.open(tokenOf(c));
			return show(deps, visitor, { notice, token: tokenOf(c) });
		})
		.post(
			path,
			anyonesPost(deps, {
				purpose: (c) => purposeOf(tokenOf(c)),
				async carryOut({ c, visitor }) {
					const notice = await objections.object(tokenOf(c), visitor.address);
					if (notice === undefined) return visitor.problem(gone);
					// Somebody else may be signed in here, and stays.
					const { browserSession } = await visitors.meet(c);
					const cookies = browserSession === undefined ? [visitors.signedOutCookie()] : [];
					return visitor.show(objectedPage(), { cookies });
				},
				async toldAgain({ c, visitor }) {
					const notice = await objections.open(tokenOf(c));
					return notice?.isObjectedTo === true ? visitor.show(objectedPage()) : undefined;
				},
			}),
		);
}

function tokenOf(c: Context<Env>): string {
	return c.req.param("token") ?? "";
}

/** A form is for the link it was shown for. */
function purposeOf(token: string): string {
	return `not-me ${token}`;
}

function show(
	{ clock, serverName }: NotMeDeps,
	visitor: Visitor,
	{ notice, token }: { readonly notice: Notice | undefined; readonly token: string },
): Response {
	const what = notice && noticeText(notice.kind);
	if (notice === undefined || what === undefined) return visitor.problem(gone);
	if (notice.isObjectedTo) return visitor.show(objectedPage());
	const { at, address, localpart } = notice;
	const userId = makeUserId(localpart, serverName);
	const csrf = visitor.csrf(purposeOf(token));
	const told = { what, at, address, userId, isWindowOpen: isWindowOpen(notice, clock()), now: clock() };
	return visitor.show(notMePage({ ...told, token, csrf }));
}

const gone = {
	status: 404,
	title: say("notice.gone"),
	text: say("notice.gone-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;
