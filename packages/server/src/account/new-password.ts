import { makeUserId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { Env, Form } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import {
	type LinkedPerson,
	linkPath,
	type PasswordLinks,
	type PasswordSetting,
} from "../password-links/index.ts";
import { say, type Text } from "../words/index.ts";
import { newPasswordRefusal, throttled, throttledOptions } from "./messages.ts";
import { newPasswordPage, passwordSetPage } from "./pages/new-password.ts";
import { anyonesPost } from "./strangers-post.ts";
import type { Visitor, Visitors } from "./visitor.ts";

export interface NewPasswordDeps {
	readonly passwordLinks: PasswordLinks;
	readonly visitors: Visitors;
	readonly serverName: string;
}

const path = `${linkPath}:secret` as const;

/**
 * GET and POST /account/new-password/{secret}: what an operator's link leads to. Whoever has it sets the password, signed
 * in or not, as whomever; nobody is signed in by it, so that a link from a stranger leads into no account of theirs.
 */
export function createNewPasswordRoutes(deps: NewPasswordDeps): Hono<Env> {
	return new Hono<Env>()
		.get(path, async (c) => show(deps, c, { visitor: await deps.visitors.meet(c) }))
		.post(
			path,
			anyonesPost(deps, {
				purpose: (c) => purposeOf(secretOf(c)),
				carryOut: (sent) => set(deps, sent),
				async toldAgain({ c, visitor, form }) {
					const before = await deps.passwordLinks.wasJustSet(settingOf(c, visitor, form));
					return before.ok ? done(deps, visitor, before.localpart) : undefined;
				},
			}),
		);
}

interface Sent {
	readonly c: Context<Env>;
	readonly visitor: Visitor;
	readonly form: Form;
}

/** A form is for the link it was shown for. */
function purposeOf(secret: string): string {
	return `new-password ${secret}`;
}

function secretOf(c: Context<Env>): string {
	return c.req.param("secret") ?? "";
}

function settingOf(c: Context<Env>, { address }: Visitor, form: Form): PasswordSetting {
	const formToken = form.value("csrf") ?? "";
	const everywhere = form.value("everywhere") !== undefined;
	return { secret: secretOf(c), password: form.value("password") ?? "", everywhere, formToken, address };
}

async function set(deps: NewPasswordDeps, { c, visitor, form }: Sent): Promise<Response> {
	const outcome = await deps.passwordLinks.setPassword(settingOf(c, visitor, form));
	if (outcome.ok) return done(deps, visitor, outcome.localpart);
	if (outcome.reason === "gone" || outcome.reason === "throttled") return refused(visitor, outcome);
	const everywhere = form.value("everywhere") !== undefined;
	const problem = newPasswordRefusal[outcome.reason];
	return show(deps, c, { visitor, problem, everywhere, options: { status: 400 } });
}

async function show(
	deps: NewPasswordDeps,
	c: Context<Env>,
	shown: {
		readonly visitor: Visitor;
		readonly problem?: Text;
		readonly everywhere?: boolean;
		readonly options?: PageOptions;
	},
): Promise<Response> {
	const { visitor, problem, everywhere, options } = shown;
	const opened = await deps.passwordLinks.open(secretOf(c), visitor.address);
	if (!opened.ok) return refused(visitor, opened);
	const csrf = visitor.csrf(purposeOf(secretOf(c)));
	const action = `${linkPath}${secretOf(c)}`;
	const { kind, localpart }: LinkedPerson = opened.link;
	const userId = makeUserId(localpart, deps.serverName);
	return visitor.show(
		newPasswordPage({ kind, localpart, userId, action, csrf, everywhere, problem }),
		options,
	);
}

function done({ serverName }: NewPasswordDeps, visitor: Visitor, localpart: string): Response {
	return visitor.show(passwordSetPage({ localpart, userId: makeUserId(localpart, serverName) }));
}

function refused(
	visitor: Visitor,
	refusal: Extract<Awaited<ReturnType<PasswordLinks["open"]>>, { ok: false }>,
): Response {
	if (refusal.reason === "gone")
		return visitor.problem({
			status: 404,
			title: say("new-password.gone"),
			text: say("new-password.gone-text"),
			asksOperator: true,
		});
	return visitor.problem({
		...throttledOptions(refusal.retryAfterMs),
		title: say("new-password.throttled"),
		text: throttled(refusal.retryAfterMs),
	});
}
