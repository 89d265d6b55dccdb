import { type Context, Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import { type AddOutcome, type Addresses, addressRules, type ConfirmOutcome } from "../identifiers/index.ts";
import { say, type Text } from "../words/index.ts";
import { throttled, throttledOptions } from "./messages.ts";
import { addressPath, codePage, emailPage, emailPath, removeAddressPage } from "./pages/email.ts";
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
import type { SignedInVisitor } from "./visitor.ts";

export interface EmailDeps extends SignedInPostDeps {
	readonly addresses: Addresses;
}

const act = "change-addresses";

/**
 * GET and POST /account/email: the addresses, and another one. GET and POST /account/email/{address}: one that waits for
 * its code, or one that is theirs and may go. A code is typed by who is signed in; where the letter is read is theirs.
 */
export function createEmailRoutes(deps: EmailDeps): Hono<Env> {
	return new Hono<Env>()
		.get(emailPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? showAll(deps, met.visitor) : met.answer;
		})
		.post(
			emailPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => act,
				choose: ({ visitor: { address }, form }) =>
					needsProof(act, async (proof) => {
						const outcome = await deps.addresses.add({ proof, typed: form.text("email"), address });
						return outcome.ok ? seeOther(addressPath(outcome.key)) : notAdded(outcome);
					}),
				again: ({ visitor, form }, refusal) => showAll(deps, visitor, { typed: form.text("email"), refusal }),
			}),
		)
		.get(`${emailPath}/:key`, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await find(deps, c, met.visitor);
			return found.state === "none" ? met.visitor.problem(unknown) : showOne(deps, met.visitor, found);
		})
		.post(
			`${emailPath}/:key`,
			signedInPost<FoundAddress>(deps, {
				find: (c, visitor) => find(deps, c, visitor),
				purpose: purposeOf,
				choose: (visit) =>
					visit.form.value("decision") === "remove" ? remove(deps, visit) : confirm(deps, visit),
				again: ({ visitor, found }, refusal) => showOne(deps, visitor, found, refusal),
			}),
		);
}

interface FoundAddress {
	readonly key: string;
	readonly address: string;
	/** `none`: no more, or never; the form that asked for that is answered as if it just happened. */
	readonly state: "own" | "waits" | "none";
	/** The only one that is theirs. */
	readonly isLast: boolean;
}

async function find(
	{ addresses }: EmailDeps,
	c: Context<Env>,
	visitor: SignedInVisitor,
): Promise<FoundAddress> {
	const key = c.req.param("key") ?? "";
	const { own, waiting } = await addresses.listOf(visitor.browserSession.account.id);
	const mine = own.find((one) => one.key === key);
	const { address } = mine ?? waiting.find((one) => one.key === key) ?? {};
	const state = address === undefined ? "none" : mine === undefined ? "waits" : "own";
	return { key, address: address ?? "", state, isLast: own.length === 1 };
}

function purposeOf({ key }: FoundAddress): string {
	return `address ${key}`;
}

function confirm({ addresses }: EmailDeps, { visitor, found, form }: Visit<FoundAddress>): Deed {
	return needsNoProof(async () => {
		if (found.state === "own") return seeOther(emailPath);
		const { key } = found;
		const code = form.text("code").replaceAll(/[\s-]/g, "");
		const { browserSession, address } = visitor;
		const outcome = await addresses.confirm({ proof: browserSession.proof, key, code, address });
		if (outcome.ok) return seeOther(emailPath);
		if (outcome.reason === "signed-out") return outcome.reason;
		return { field: "code", text: notConfirmed[outcome.reason], options: { status: 400 } };
	});
}

function remove({ addresses }: EmailDeps, { visitor, found: { key } }: Visit<FoundAddress>): Deed {
	return needsProof(act, async (proof) => {
		const outcome = await addresses.remove({ proof, key, address: visitor.address });
		return !outcome.ok && outcome.reason === "signed-out" ? outcome.reason : seeOther(emailPath);
	});
}

type Failed = Exclude<AddOutcome, { ok: true }>;

function notAdded(outcome: Failed): Refusal | "signed-out" {
	switch (outcome.reason) {
		case "signed-out":
			return outcome.reason;
		case "throttled": {
			const { retryAfterMs } = outcome;
			return { field: "email", text: throttled(retryAfterMs), options: throttledOptions(retryAfterMs) };
		}
		default:
			return { field: "email", text: notAddedTexts[outcome.reason], options: { status: 400 } };
	}
}

const notAddedTexts = {
	"no-address": say("email.no-address"),
	yours: say("email.yours"),
	"too-many": say("email.too-many", { most: addressRules.atMost }),
} as const;

const notConfirmed = {
	wrong: say("email.code-wrong"),
	gone: say("email.code-gone"),
	taken: say("email.code-taken"),
} as const satisfies Record<NotConfirmed, Text>;

type NotConfirmed = Exclude<Extract<ConfirmOutcome, { ok: false }>["reason"], "signed-out">;

const unknown = {
	status: 404,
	title: say("email.unknown"),
	text: say("email.unknown-text"),
	action: { label: say("email.back"), href: emailPath },
} as const;

async function showAll(
	deps: EmailDeps,
	visitor: SignedInVisitor,
	refused?: { readonly typed: string; readonly refusal: Refusal },
): Promise<Response> {
	const view = emailPage({
		...(await deps.addresses.listOf(visitor.browserSession.account.id)),
		csrf: visitor.csrf(act),
		typed: refused?.typed ?? "",
		asks: await asksProof(deps, act, visitor),
		problem: refused?.refusal,
	});
	return visitor.show(view, refused?.refusal.options);
}

async function showOne(
	deps: EmailDeps,
	visitor: SignedInVisitor,
	found: FoundAddress,
	refusal?: Refusal,
): Promise<Response> {
	const { key, address, isLast } = found;
	const shown = { key, address, csrf: visitor.csrf(purposeOf(found)) };
	const view =
		found.state !== "own"
			? codePage({ ...shown, wrong: refusal?.text })
			: removeAddressPage({
					...{ ...shown, isLast, asks: await asksProof(deps, act, visitor) },
					problem: refusal,
				});
	return visitor.show(view, refusal?.options);
}
