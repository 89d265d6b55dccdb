import { makeUserId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import { isWindowOpen, type Notice, noticeText, type Objections } from "../notices/index.ts";
import { say } from "../words/index.ts";
import { noticePage, noticePath, objectedHerePage, seenPath } from "./pages/not-me.ts";
import {
	asksProof,
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

interface NoticeDeps extends SignedInPostDeps {
	readonly objections: Objections;
	readonly clock: Clock;
	readonly serverName: string;
}

const path = `${noticePath}:id` as const;
/** For what the form of the front page is good. */
export const puttingAway = "put-away";
const shownMost = 3;
const purposeOf = ({ eventId }: Notice) => `notice ${eventId}`;

/**
 * GET and POST /account/notices/{id}: where the front page leads whoever says that it was not them. Another link than
 * that of a letter, which is as good as the mailbox: who only has the browser session of somebody proves more.
 */
export function createNoticeRoutes(deps: NoticeDeps): Hono<Env> {
	return new Hono<Env>()
		.get(path, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await find(deps, c, met.visitor);
			return found instanceof Response ? found : show(deps, met.visitor, found);
		})
		.post(
			path,
			signedInPost<Notice>(deps, {
				find: (c, visitor) => find(deps, c, visitor),
				purpose: purposeOf,
				choose: ({ visitor: { address }, found }) =>
					needsProof("object", async (proof) => {
						const said = await deps.objections.objectTo(found, { proof, address });
						return said === "done" ? seeOther(`${noticePath}${found.eventId}`) : said;
					}),
				again: ({ visitor, found }, refusal) => show(deps, visitor, found, refusal),
			}),
		)
		.post(
			seenPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => puttingAway,
				choose: (visit) => needsNoProof(() => putAway(deps, visit)),
				again: () => seeOther("/account/"),
			}),
		);
}

/**
 * Takes lines of the person's own off the front page, in this browser alone: whoever has copied its cookie hides nothing
 * from the person. They stay in the log, and can be objected to.
 */
async function putAway(
	{ objections, visitors }: NoticeDeps,
	{ c, visitor, form }: Visit<undefined>,
): Promise<Response> {
	const { account } = visitor.browserSession;
	const named = form.text("lines").split(" ").slice(0, shownMost);
	const found = await Promise.all(named.map((id) => objections.find(account.id, id)));
	const own = found.flatMap((notice) => notice?.eventId ?? []);
	const headers = own.length === 0 ? [] : ([["set-cookie", visitors.putAwayCookie(c, own)]] as const);
	return seeOther("/account/", headers);
}

async function find(
	{ objections }: NoticeDeps,
	c: Context<Env>,
	visitor: SignedInVisitor,
): Promise<Notice | Response> {
	const notice = await objections.find(visitor.browserSession.account.id, c.req.param("id") ?? "");
	return notice ?? visitor.problem(gone);
}

async function show(
	deps: NoticeDeps,
	visitor: SignedInVisitor,
	notice: Notice,
	refusal?: Refusal,
): Promise<Response> {
	const what = noticeText(notice.kind);
	if (what === undefined) return visitor.problem(gone);
	if (notice.isObjectedTo) return visitor.show(objectedHerePage());
	const { at, address, localpart, eventId } = notice;
	const view = noticePage({
		...{ what, at, address, eventId, now: deps.clock() },
		isWindowOpen: isWindowOpen(notice, deps.clock()),
		userId: makeUserId(localpart, deps.serverName),
		csrf: visitor.csrf(purposeOf(notice)),
		asks: await asksProof(deps, "object", visitor),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}

const gone = {
	status: 404,
	title: say("notice.gone"),
	text: say("notice.gone-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;
