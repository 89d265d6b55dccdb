import type { AccountId } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env, Form } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { PageOptions, Pages } from "../pages/index.ts";
import { type Account, isJustNow, type People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { say } from "../words/index.ts";
import { type DeactivateView, deactivatedPage, deactivatePage } from "./pages/deactivate.ts";
import {
	type Deed,
	type FormOfBefore,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface DeactivateDeps extends SignedInPostDeps {
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "asks">;
	readonly people: Pick<People, "close" | "byId" | "byName">;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly serverName: string;
}

const path = "/account/deactivate";
/** GET and POST /account/deactivate: the name typed and the password entered, whenever it was entered last. */
export function createDeactivateRoutes(deps: DeactivateDeps): Hono<Env> {
	return new Hono<Env>()
		.get(path, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(deps, met.visitor) : met.answer;
		})
		.post(
			path,
			signedInPost<AccountId>(deps, {
				find: (_c, { browserSession }) => browserSession.account.id,
				purpose: purposeOf,
				choose: (visit) => close(deps, visit),
				toldAgain: (received) => toldAgain(deps, received),
				doneBefore: (visit) => doneBefore(deps, visit),
				again: ({ visitor, form }, { field, text, options }) =>
					show(deps, visitor, {
						erase: isErasing(form),
						typed: form.text("username"),
						problem: { field, text },
						options,
					}),
			}),
		);
}

function close(deps: DeactivateDeps, { visitor, form }: Visit<AccountId>): Deed | Refusal {
	const { userId, browserSession, address } = visitor;
	const typed = readName(form.text("username"), deps.serverName);
	if (!typed.ok || typed.localpart !== browserSession.account.localpart.toLowerCase()) return notTheirName;
	return needsProof("close-account", async (proof) => {
		const erase = isErasing(form);
		const isClosed = await deps.people.close({ proof, erase, address });
		return isClosed ? closed(deps, { userId, erased: erase }) : "signed-out";
	});
}

function closed(
	{ pages, visitors }: Pick<DeactivateDeps, "pages" | "visitors">,
	view: Parameters<typeof deactivatedPage>[0],
): Response {
	return pages.show(deactivatedPage(view), { cookies: [visitors.signedOutCookie()] });
}

/** It says of the one account that the form's token is for whether it was closed. */
async function toldAgain(
	{ people, clock, serverName, ...deps }: DeactivateDeps,
	{ form, isOfBefore }: FormOfBefore,
): Promise<Response | undefined> {
	const typed = readName(form.text("username"), serverName);
	const account = typed.ok ? await people.byName(typed.written) : undefined;
	if (account === undefined || !isOfBefore(purposeOf(account.id))) return undefined;
	if (!isJustClosed(account, clock())) return undefined;
	return closed(deps, { userId: makeUserId(account.localpart, serverName), erased: isErasing(form) });
}

async function doneBefore(
	{ people, clock, ...deps }: DeactivateDeps,
	{ visitor: { userId }, found: accountId, form }: Visit<AccountId>,
): Promise<Response | undefined> {
	const account = await people.byId(accountId);
	if (account === undefined || !isJustClosed(account, clock())) return undefined;
	return closed(deps, { userId, erased: isErasing(form) });
}

function isJustClosed({ deactivatedAt }: Account, now: number): boolean {
	return deactivatedAt !== undefined && isJustNow(deactivatedAt, now);
}

/** The form is for the one account on whose page it stood. */
function purposeOf(accountId: AccountId): string {
	return `deactivate ${accountId}`;
}

const notTheirName = {
	field: "username",
	text: say("deactivate.other-name"),
	options: { status: 400 },
} as const;

function isErasing(form: Form): boolean {
	return form.value("erase") !== undefined;
}

async function show(
	{ proofs }: DeactivateDeps,
	visitor: SignedInVisitor,
	refused?: Pick<DeactivateView, "erase" | "typed" | "problem"> & { readonly options: PageOptions },
): Promise<Response> {
	const view = deactivatePage({
		userId: visitor.userId,
		username: visitor.browserSession.account.localpart,
		csrf: visitor.csrf(purposeOf(visitor.browserSession.account.id)),
		asks: await proofs.asks(visitor.browserSession.proof),
		erase: refused?.erase ?? false,
		typed: refused?.typed,
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}
