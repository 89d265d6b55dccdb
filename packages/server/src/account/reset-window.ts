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
import { ifAnswered } from "./if-answered.ts";
import { unavailableOptions } from "./messages.ts";
import { closedWindowPage, openWindowPage, resetWindowPage, resetWindowPath } from "./pages/reset-window.ts";
import type { HomeserverView, ResetWindow } from "./ports.ts";
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
	readonly homeserver: Pick<HomeserverView, "identityOf">;
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
				async again({ visitor, form }, refusal) {
					const isReplaced = (await look(deps, visitor))?.state === "used";
					return ask(deps, visitor, { refusal, isTicked: form.value("understood") === "yes", isReplaced });
				},
			}),
		);
}

async function show(deps: ResetWindowDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const seen = await look(deps, visitor);
	if (seen === undefined || seen.state === "used")
		return ask(deps, visitor, { isReplaced: seen !== undefined });
	const view = { until: seen.until, now: deps.clock() };
	return visitor.show(seen.state === "open" ? openWindowPage(view) : closedWindowPage(view));
}

async function choose(
	deps: ResetWindowDeps,
	visitor: SignedInVisitor,
	form: Form,
): Promise<Deed | Refusal | Response> {
	// Sent twice, or from a page that stayed open: what is open is not opened for longer, and what was closed not again.
	const seen = await look(deps, visitor);
	if (seen !== undefined && seen.state !== "used") return seeOther(resetWindowPath);
	if (form.value("understood") !== "yes") return notTicked;
	return needsProof("open-reset-window", async (proof) => {
		const begun = await begin(deps, visitor, { proof, used: seen?.until });
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
	{
		proof,
		used,
	}: {
		readonly proof: ProofFor<"open-reset-window">;
		/** When the one would end by which the identity was replaced: any other is open. */
		readonly used: number | undefined;
	},
): Promise<"asked" | "seen" | "under-way" | "signed-out"> {
	const { id } = visitor.browserSession.account;
	return storage.write(async (unit) => {
		const now = clock();
		if (!(await unit.browserSessions.isSignedIn(proof, now))) return "signed-out";
		const seen = await resetWindowOf(unit.events, id, now);
		if (seen !== undefined && (seen.state === "closed" || seen.until !== used)) return "seen";
		if (await isResetWindowAsked(unit.events, id, { now, used })) return "under-way";
		await unit.events.record({ ...lineOf(visitor, random), at: now, kind: "reset-window-asked", detail: {} });
		return "asked";
	});
}

/** False where the homeserver does not answer. */
async function open(
	deps: ResetWindowDeps,
	visitor: SignedInVisitor,
	proof: ProofFor<"open-reset-window">,
): Promise<boolean> {
	const { storage, clock, random, resetWindow } = deps;
	// Of before: a device that is quicker than the answer is seen to have replaced it.
	const identity = await identityThere(deps, visitor);
	try {
		await resetWindow.open(visitor.browserSession.account.localpart, proof);
	} catch (error) {
		if (error instanceof HomeserverUnavailable) return false;
		throw error;
	}
	// Not before the homeserver's own, which began somewhere in the call.
	const at = clock();
	const line = { ...lineOf(visitor, random), at, kind: "reset-window-opened" } as const;
	const detail = { until: String(at + resetWindowMs), ...(identity !== undefined && { identity }) };
	await storage.write((unit) => unit.events.record({ ...line, detail }));
	return true;
}

function lineOf({ browserSession: { account }, address }: SignedInVisitor, random: Random) {
	return { id: random.token(), accountId: account.id, address, actor: { kind: "person" } } as const;
}

/** `used`: the homeserver has another identity than when it was opened, which ends it there. */
type Looked = { readonly state: ResetWindowSeen["state"] | "used"; readonly until: number };

async function look(deps: ResetWindowDeps, visitor: SignedInVisitor): Promise<Looked | undefined> {
	const { storage, clock } = deps;
	const seen = await resetWindowOf(storage.read.events, visitor.browserSession.account.id, clock());
	if (seen?.state !== "open" || seen.identity === undefined) return seen;
	const there = await identityThere(deps, visitor);
	return there === undefined || there === seen.identity ? seen : { ...seen, state: "used" };
}

/** The public master key that the homeserver has; empty where there is none, undefined where it does not say. */
async function identityThere(
	{ homeserver }: ResetWindowDeps,
	{ browserSession: { account } }: SignedInVisitor,
): Promise<string | undefined> {
	const truth = await ifAnswered(homeserver.identityOf(account.id), patienceMs);
	return truth && (truth.masterKey ?? "");
}

/** The page does not wait longer for a homeserver that hangs. */
const patienceMs = 1_000;

async function ask(
	deps: ResetWindowDeps,
	visitor: SignedInVisitor,
	{
		refusal,
		isTicked = false,
		isReplaced = false,
	}: { readonly refusal?: Refusal; readonly isTicked?: boolean; readonly isReplaced?: boolean } = {},
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
		isReplaced,
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
