import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import type { Proofs } from "../proofs/index.ts";
import type { AccountLink, Links, Upstream } from "../upstream/index.ts";
import { say } from "../words/index.ts";
import { linksPage, linksPath, type ShownLink, unlinkPage } from "./pages/links.ts";
import { needsProof, type Refusal, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import { goThere } from "./upstream.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface LinksDeps extends SignedInPostDeps {
	readonly upstream: Upstream;
	readonly accountLinks: Links;
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "asks">;
	readonly clock: Clock;
}

const act = "change-links";

/**
 * /account/links: as whom other services know the person. Linking shows both sides: who it is here, with the form, and
 * there, on the way. Unlinking shows this one.
 */
export function createLinksRoutes(deps: LinksDeps): Hono<Env> {
	return new Hono<Env>()
		.get(linksPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? showAll(deps, met.visitor) : met.answer;
		})
		.post(
			linksPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => act,
				choose: ({ c, visitor, form }) =>
					needsProof(act, async (proof) => {
						const to = { kind: "page", page: "links" } as const;
						const begun = await deps.upstream.beginLink({
							...{ proof, to, provider: form.text("provider"), address: visitor.address },
							cookie: deps.visitors.elsewhere(c),
						});
						return goThere(deps, visitor, { begun, to });
					}),
				again: ({ visitor }, refusal) => showAll(deps, visitor, refusal),
			}),
		)
		.get(`${linksPath}/:key`, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await find(deps, c, met.visitor);
			return found === undefined ? met.visitor.problem(unknown) : showOne(deps, met.visitor, { link: found });
		})
		.post(
			`${linksPath}/:key`,
			signedInPost<ShownLink>(deps, {
				// One that is gone, or never was theirs: it is as the form asked for.
				find: async (c, visitor) => (await find(deps, c, visitor)) ?? seeOther(linksPath),
				purpose: ({ key }) => `unlink ${key}`,
				choose: ({ visitor, found: { provider, subject } }) =>
					needsProof(act, async (proof) => {
						const { address } = visitor;
						const outcome = await deps.accountLinks.remove({ proof, provider, subject, address });
						if (outcome.ok || outcome.reason === "unknown") return seeOther(linksPath);
						if (outcome.reason === "signed-out") return outcome.reason;
						return { text: say("upstream.last"), options: { status: 409 } };
					}),
				doneBefore: async ({ c, visitor }) =>
					(await find(deps, c, visitor)) === undefined ? seeOther(linksPath) : undefined,
				again: ({ visitor, found: link }, refusal) => showOne(deps, visitor, { link, refusal }),
			}),
		);
}

async function linksOf(deps: LinksDeps, visitor: SignedInVisitor): Promise<readonly ShownLink[]> {
	const all = await deps.accountLinks.of(visitor.browserSession.account.id);
	return all.map((link) => ({
		...{ ...link, key: keyOf(link) },
		service: deps.upstream.providers.find(({ id }) => id === link.provider),
	}));
}

/** Who somebody is elsewhere stands in no address. */
function keyOf({ provider, subject }: AccountLink): string {
	return createHash("sha256").update(`${provider}\n${subject}`).digest("base64url").slice(0, 22);
}

async function find(
	deps: LinksDeps,
	c: Context<Env>,
	visitor: SignedInVisitor,
): Promise<ShownLink | undefined> {
	const key = c.req.param("key");
	return (await linksOf(deps, visitor)).find((link) => link.key === key);
}

async function showAll(deps: LinksDeps, visitor: SignedInVisitor, refusal?: Refusal): Promise<Response> {
	const links = await linksOf(deps, visitor);
	const view = linksPage({
		...{ links, csrf: visitor.csrf(act), now: deps.clock(), problem: refusal },
		services: deps.upstream.providers.filter(({ id }) => !links.some(({ provider }) => provider === id)),
		asks: await deps.proofs.asks(visitor.browserSession.proof),
	});
	return visitor.show(view, refusal?.options);
}

async function showOne(
	deps: LinksDeps,
	visitor: SignedInVisitor,
	{ link, refusal }: { readonly link: ShownLink; readonly refusal?: Refusal },
): Promise<Response> {
	const view = unlinkPage({
		...{ link, csrf: visitor.csrf(`unlink ${link.key}`), problem: refusal },
		asks: await deps.proofs.asks(visitor.browserSession.proof),
	});
	return visitor.show(view, refusal?.options);
}

const unknown = {
	...{ status: 404, title: say("upstream.unlink-unknown"), text: say("upstream.unlink-unknown-text") },
	action: { label: say("upstream.title"), href: linksPath },
} as const;
