import { HomeserverUnavailable, type SignedInBrowsers, type Transactions } from "@countersign/core";
import { type Context, Hono } from "hono";
import {
	isResetWindowAsked,
	type ResetWindowSeen,
	resetWindowMs,
	resetWindowOf,
	type SecurityEvents,
} from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { ProofFor } from "../proofs/index.ts";
import { say } from "../words/index.ts";
import { unavailableOptions } from "./messages.ts";
import { closedWindowPage, openWindowPage, resetWindowPage, resetWindowPath } from "./pages/reset-window.ts";
import type { ResetWindow } from "./ports.ts";
import {
	asksProof,
	type Deed,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

interface Unit {
	readonly events: SecurityEvents;
	readonly browserSessions: SignedInBrowsers;
}

export interface ResetWindowDeps extends SignedInPostDeps {
	readonly storage: Transactions<Unit>;
	readonly resetWindow: ResetWindow;
	readonly clock: Clock;
	readonly random: Random;
}

const purpose = "reset-window";

/**
 * GET and POST /account/reset where uploads of keys do not pass this server: nothing can be asked about one of them, so
 * the homeserver is told to take any, for ten minutes, as other authorization servers do. GET never acts.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function createResetWindowRoutes(deps: ResetWindowDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/reset", (c) => show(deps, c))
		.get("/account/reset/", (c) => show(deps, c))
		.post(
			"/account/reset",
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: ({ visitor, form }) => choose(deps, visitor, form),
				again: ({ visitor, form }, refusal) =>
					ask(deps, visitor, { refusal, isTicked: form.value("understood") === "yes" }),
			}),
		);
}

async function show(deps: ResetWindowDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const seen = await look(deps, visitor);
	if (seen === undefined) return ask(deps, visitor);
	const view = { until: seen.until, now: deps.clock() };
	return visitor.show(seen.state === "open" ? openWindowPage(view) : closedWindowPage(view));
}

async function choose(
	deps: ResetWindowDeps,
	visitor: SignedInVisitor,
	form: Form,
): Promise<Deed | Refusal | Response> {
	// Sent twice, or from a page that stayed open: what is open is not opened for longer, and what was closed not again.
	if ((await look(deps, visitor)) !== undefined) return seeOther(resetWindowPath);
	if (form.value("understood") !== "yes") return notTicked;
	return needsProof("open-reset-window", async (proof) => {
		const begun = await begin(deps, visitor, proof);
		if (begun === "signed-out") return begun;
		if (begun === "under-way") return underWay;
		return begun === "seen" || (await open(deps, visitor, proof)) ? seeOther(resetWindowPath) : unanswered;
	});
}

/**
 * The line in the log comes first: a homeserver whose answer is lost may have opened it all the same, and no window
 * may be open that the person cannot read about. One at a time, of all servers: opened twice it would end later than
 * the person reads.
 */
function begin(
	{ storage, clock, random }: ResetWindowDeps,
	visitor: SignedInVisitor,
	proof: ProofFor<"open-reset-window">,
): Promise<"asked" | "seen" | "under-way" | "signed-out"> {
	const { id } = visitor.browserSession.account;
	return storage.write(async (unit) => {
		const now = clock();
		if (!(await unit.browserSessions.isSignedIn(proof, now))) return "signed-out";
		if ((await resetWindowOf(unit.events, id, now)) !== undefined) return "seen";
		if (await isResetWindowAsked(unit.events, id, now)) return "under-way";
		await unit.events.record({ ...lineOf(visitor, random), at: now, kind: "reset-window-asked", detail: {} });
		return "asked";
	});
}

/** False where the homeserver does not answer. */
async function open(
	{ storage, clock, random, resetWindow }: ResetWindowDeps,
	visitor: SignedInVisitor,
	proof: ProofFor<"open-reset-window">,
): Promise<boolean> {
	try {
		await resetWindow.open(visitor.browserSession.account.localpart, proof);
	} catch (error) {
		if (error instanceof HomeserverUnavailable) return false;
		throw error;
	}
	// Not before the homeserver's own, which began somewhere in the call.
	const at = clock();
	const line = { ...lineOf(visitor, random), at, kind: "reset-window-opened" } as const;
	const detail = { until: String(at + resetWindowMs) };
	await storage.write((unit) => unit.events.record({ ...line, detail }));
	return true;
}

function lineOf({ browserSession: { account }, address }: SignedInVisitor, random: Random) {
	return { id: random.token(), accountId: account.id, address, actor: { kind: "person" } } as const;
}

function look(
	{ storage, clock }: ResetWindowDeps,
	{ browserSession: { account } }: SignedInVisitor,
): Promise<ResetWindowSeen | undefined> {
	return resetWindowOf(storage.read.events, account.id, clock());
}

async function ask(
	deps: ResetWindowDeps,
	visitor: SignedInVisitor,
	{ refusal, isTicked = false }: { readonly refusal?: Refusal; readonly isTicked?: boolean } = {},
): Promise<Response> {
	const view = resetWindowPage({
		userId: visitor.userId,
		csrf: visitor.csrf(purpose),
		// Whoever got as far as the homeserver has just entered it.
		asks:
			refusal === unanswered || refusal === underWay
				? undefined
				: await asksProof(deps, "open-reset-window", visitor),
		problem: refusal,
		isTicked,
	});
	return visitor.show(view, refusal?.options);
}

const notTicked = {
	field: "understood",
	text: say("reset-window.tick"),
	options: { status: 400 },
} as const;

const unanswered = {
	text: say("reset-window.unanswered"),
	options: unavailableOptions,
} as const;

const underWay = {
	text: say("reset-window.under-way"),
	options: { status: 409 },
} as const;
