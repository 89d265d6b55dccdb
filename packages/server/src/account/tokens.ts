import { asSessionId } from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Clock, Random } from "../config/ports.ts";
import { type Env, type Form, safeText } from "../http/index.ts";
import { type DeviceSession, type Issued, type OwnTokens, tokensPerPerson } from "../sessions/index.ts";
import { say } from "../words/index.ts";
import { unavailableOptions } from "./messages.ts";
import { adminScopes } from "./pages/token-scopes.ts";
import {
	type Lifetime,
	madeBefore,
	newTokenPage,
	newTokenPath,
	noSuchToken,
	replacedBefore,
	replaceTokenPage,
	shownTokenPage,
	tokenPage,
	tokensPage,
	tokensPath,
} from "./pages/tokens.ts";
import {
	type Deed,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

/** How long tokens last that people make. */
export interface TokenLifetimes {
	readonly daysAtMost: number;
	/** Whether one may last until it is ended. */
	readonly mayLast: boolean;
}

export interface TokensDeps extends SignedInPostDeps {
	readonly ownTokens: OwnTokens;
	readonly tokenLifetimes: TokenLifetimes;
	readonly homeserverBase: string;
	readonly clock: Clock;
	readonly random: Random;
}

const makePurpose = "make-token";
const replacePurpose = (token: DeviceSession) => `replace-token ${token.id}`;
const longestName = 60;
const day = 24 * 3_600_000;

/**
 * /account/tokens: what programs show that cannot sign in. Each is shown once, in the answer to the form that made it;
 * the same form, sent again, is told that it did. They end where devices are signed out.
 */
export function createTokensRoutes(deps: TokensDeps): Hono<Env> {
	return new Hono<Env>()
		.get(tokensPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const tokens = await deps.ownTokens.list(met.visitor.browserSession.account.id);
			return met.visitor.show(tokensPage(tokens, deps.clock()));
		})
		.get(newTokenPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? askToMake(deps, met.visitor) : met.answer;
		})
		.post(
			newTokenPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => makePurpose,
				showsOnce: true,
				choose: ({ visitor, form }) => make(deps, visitor, form),
				doneBefore: ({ visitor, form }) => toldMade(deps, visitor, form),
				again: ({ visitor, form }, refusal) => askToMake(deps, visitor, { form, refusal }),
			}),
		)
		.get(`${tokensPath}/:sessionId`, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const token = await ownToken(deps, c, met.visitor);
			return token === undefined
				? met.visitor.problem(noSuchToken)
				: met.visitor.show(tokenPage(token, deps.clock()));
		})
		.get(`${tokensPath}/:sessionId/replace`, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const token = await ownToken(deps, c, met.visitor);
			return token === undefined
				? met.visitor.problem(noSuchToken)
				: askToReplace(deps, met.visitor, { token });
		})
		.post(
			`${tokensPath}/:sessionId/replace`,
			signedInPost<DeviceSession>(deps, {
				find: async (c, visitor) => (await ownToken(deps, c, visitor)) ?? visitor.problem(noSuchToken),
				purpose: replacePurpose,
				showsOnce: true,
				choose: ({ visitor, found, form }) => replace(deps, { visitor, token: found, form }),
				doneBefore: async ({ visitor, found, form }) =>
					seenIn(form) === madeAt(found) ? undefined : visitor.problem(replacedBefore(found.id)),
				again: ({ visitor, found, form }, refusal) =>
					askToReplace(deps, visitor, { token: found, asked: { form, refusal } }),
			}),
		);
}

/** A token of this person, whoever made it, that the address names. */
async function ownToken(
	{ ownTokens }: TokensDeps,
	c: Context<Env>,
	{ browserSession }: SignedInVisitor,
): Promise<DeviceSession | undefined> {
	const sessionId = asSessionId(c.req.param("sessionId") ?? "");
	return (await ownTokens.list(browserSession.account.id)).find(({ id }) => id === sessionId);
}

interface Asked {
	readonly form: Form;
	readonly refusal: Refusal;
}

async function askToMake(deps: TokensDeps, visitor: SignedInVisitor, asked?: Asked): Promise<Response> {
	const { form, refusal } = asked ?? {};
	const lifetimes = lifetimesOf(deps.tokenLifetimes);
	const view = newTokenPage({
		csrf: visitor.csrf(makePurpose),
		// Of a form that made nothing so far; it keeps its name, so that it makes no more than one.
		once: form?.value("once") ?? deps.random.token(),
		lifetimes,
		lifetime: (form && lifetimeIn(form, lifetimes)) ?? usual(lifetimes),
		name: form === undefined ? "" : typedName(form),
		hasDevice: form === undefined || form.text("device") === "yes",
		administering: visitor.mayAdminister
			? new Set(Object.keys(adminScopes).filter((name) => form?.text(name) === "yes"))
			: undefined,
		asks: await deps.proofs.asksFor("make-token", visitor.browserSession.proof),
		problem: refusal,
	});
	return visitor.show(view, refusal?.options);
}

function make(deps: TokensDeps, visitor: SignedInVisitor, form: Form): Deed | Refusal {
	const name = typedName(form);
	if (name === "") return { field: "name", text: say("tokens.name-missing"), options: { status: 400 } };
	if ([...name].length > longestName)
		return {
			...{ field: "name", text: say("tokens.name-too-long", { most: longestName }) },
			options: { status: 400 },
		};
	const lifetime = lifetimeIn(form, lifetimesOf(deps.tokenLifetimes));
	if (lifetime === undefined) return noLifetime;
	const scopes = Object.entries(adminScopes).filter(([box]) => form.text(box) === "yes");
	if (scopes.length > 0 && !visitor.mayAdminister) return refusals["not-admin"];
	return needsProof("make-token", async (proof) => {
		const made = await deps.ownTokens.make({
			...{ proof, address: visitor.address, once: form.text("once"), name },
			scope: scopes.map(([, scope]) => scope).join(" "),
			hasDevice: form.text("device") === "yes",
			lifetimeMs: msOf(lifetime),
		});
		if (made.ok) return showToken(deps, visitor, made);
		if (made.reason === "signed-out") return made.reason;
		if (made.reason === "made-before")
			return (await toldMade(deps, visitor, form)) ?? visitor.problem(madeBefore(undefined));
		return refusals[made.reason];
	});
}

/** What this form made before; undefined where that is nothing that goes on. */
async function toldMade(
	{ ownTokens }: TokensDeps,
	visitor: SignedInVisitor,
	form: Form,
): Promise<Response | undefined> {
	const token = await ownTokens.madeBy(form.text("once"), visitor.browserSession.account.id);
	return token && visitor.problem(madeBefore(token));
}

async function showToken(
	{ ownTokens, homeserverBase }: TokensDeps,
	visitor: SignedInVisitor,
	{ token, sessionId, scope }: Issued,
): Promise<Response> {
	const { userId, browserSession } = visitor;
	const session = (await ownTokens.list(browserSession.account.id)).find(({ id }) => id === sessionId);
	const deviceId = session?.deviceId ?? null;
	return visitor.show(shownTokenPage({ token, sessionId, userId, deviceId, scope, homeserverBase }));
}

async function askToReplace(
	deps: TokensDeps,
	visitor: SignedInVisitor,
	{ token, asked }: { readonly token: DeviceSession; readonly asked?: Asked },
): Promise<Response> {
	const lifetimes = lifetimesOf(deps.tokenLifetimes);
	const view = replaceTokenPage({
		token,
		csrf: visitor.csrf(replacePurpose(token)),
		lifetimes,
		lifetime: (asked && lifetimeIn(asked.form, lifetimes)) ?? usual(lifetimes),
		asks: await deps.proofs.asksFor("replace-token", visitor.browserSession.proof),
		problem: asked?.refusal,
	});
	return visitor.show(view, asked?.refusal.options);
}

function replace(
	deps: TokensDeps,
	{
		visitor,
		token,
		form,
	}: { readonly visitor: SignedInVisitor; readonly token: DeviceSession; readonly form: Form },
): Deed | Refusal | Response {
	const seen = seenIn(form);
	if (seen !== madeAt(token)) return visitor.problem(replacedBefore(token.id));
	const lifetime = lifetimeIn(form, lifetimesOf(deps.tokenLifetimes));
	if (lifetime === undefined) return noLifetime;
	return needsProof("replace-token", async (proof) => {
		const replaced = await deps.ownTokens.replace({
			...{ proof, address: visitor.address, sessionId: token.id, seen },
			lifetimeMs: msOf(lifetime),
		});
		if (replaced.ok) return showToken(deps, visitor, replaced);
		switch (replaced.reason) {
			case "signed-out":
				return replaced.reason;
			case "gone":
				return visitor.problem(noSuchToken);
			case "replaced-before":
				return visitor.problem(replacedBefore(token.id));
			default:
				return refusals[replaced.reason];
		}
	});
}

/** When the token of this session was made. */
function madeAt({ tokenMadeAt, createdAt }: DeviceSession): number {
	return tokenMadeAt ?? createdAt;
}

function seenIn(form: Form): number {
	const seen = form.text("seen");
	return /^\d{1,16}$/.test(seen) ? Number(seen) : 0;
}

/** A name in which nothing is hidden and nothing reorders what stands around it. */
function typedName(form: Form): string {
	return safeText(form.text("name"), 4096);
}

/** Which are offered, the shortest first. */
function lifetimesOf({ daysAtMost, mayLast }: TokenLifetimes): readonly Lifetime[] {
	const days = [7, 30, 90, 365].filter((count) => count < daysAtMost);
	return [...days, daysAtMost, ...(mayLast ? (["never"] as const) : [])];
}

/** Ninety days, or as long as there is. */
function usual(lifetimes: readonly Lifetime[]): Lifetime {
	return lifetimes.find((one) => one === 90) ?? lifetimes.findLast((one) => one !== "never") ?? 90;
}

function lifetimeIn(form: Form, lifetimes: readonly Lifetime[]): Lifetime | undefined {
	return lifetimes.find((one) => String(one) === form.text("lifetime"));
}

function msOf(lifetime: Lifetime): number | undefined {
	return lifetime === "never" ? undefined : lifetime * day;
}

const noLifetime: Refusal = {
	...{ field: "lifetime", text: say("tokens.lifetime-refused") },
	options: { status: 400 },
};

const away: Refusal = { text: say("tokens.unavailable"), options: unavailableOptions };
const notAdmin: Refusal = { text: say("tokens.not-admin"), options: { status: 403 } };

const refusals = {
	"not-admin": notAdmin,
	"too-many-tokens": {
		text: say("tokens.too-many", { count: tokensPerPerson }),
		options: { status: 409 },
	},
	"too-many-devices": {
		text: say("tokens.too-many-devices"),
		options: { status: 409 },
	},
	// Drawn anew with the next form; nobody meets it twice.
	"device-signed-in": away,
	"device-id-in-use": away,
	"homeserver-unavailable": away,
	"account-closed": away,
	"scope-refused": notAdmin,
} as const satisfies Readonly<Record<string, Refusal>>;
