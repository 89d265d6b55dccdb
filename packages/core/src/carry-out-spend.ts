import {
	type DeviceSigningUpload,
	errcodes,
	type KeySlot,
	type MatrixErrorBody,
} from "@countersign/protocol";
import { decideUpload } from "./claim/decide-upload.ts";
import { lifetimes } from "./claim/lifetimes.ts";
import type { RequestIn, ResetRequest } from "./claim/reset-request.ts";
import type { GuardMeans, HeldKeys } from "./guarded-homeserver.ts";
import { HomeserverUnavailable } from "./homeserver.ts";
import { keptBody } from "./named-body.ts";
import type { IdentityActor, NewKey } from "./ports.ts";
import { type HomeserverAnswer, noteSending, releaseSpend, settleSpend } from "./spend.ts";

/** What became of an approved upload, as far as anybody knows. */
export type SpendEnd =
	/** Every key is there. */
	| { readonly end: "stored"; readonly request: ResetRequest }
	/** The homeserver, or what it holds by now, says no. */
	| {
			readonly end: "refused";
			readonly request: ResetRequest;
			readonly status: 400 | 403;
			readonly refusal: MatrixErrorBody;
	  }
	/** Nobody knows yet; the row is still being spent, or the approval stands again. */
	| { readonly end: "open"; readonly request: ResetRequest };

/** A spend whose lease we hold. */
export interface HeldSpend {
	readonly request: RequestIn<"spending">;
	readonly userId: string;
	/** Who carries it out. */
	readonly actor: IdentityActor;
	/** Where the homeserver turns out to hold none of the keys: send them, or give the approval back. */
	readonly whereNothingArrived: "send" | "give-back";
}

/** One look for every key that may be missing, and one more after the last. */
const looks = 4;

/**
 * Brings a spend to an end: looks at what the homeserver holds, has it store what differs, and writes down the
 * outcome. A key that is there already is not sent again: a homeserver may fail on it for ever.
 *
 * What is sent is what the person was asked about, signatures included, and not what came with a retry: who knows the
 * keys could put other signatures to them.
 *
 * As long as nothing has arrived, an approval that is over begins nothing, and neither does one whose session has
 * ended, however long the homeserver was away: what has to be sent is written down before the first key leaves, by one
 * conditional update, and nothing has arrived while all of it is still missing. What has begun is completed.
 *
 * Where nobody knows whether an upload arrived the row stays as it is, and its lease runs out.
 */
export async function carryOutSpend(means: GuardMeans, spend: HeldSpend): Promise<SpendEnd> {
	const { homeserver, clock } = means;
	const { userId } = spend;
	let { request } = spend;
	const body = keptBody(request, userId);
	let failed: { readonly missing: number; readonly reason: string } | undefined;
	for (let look = 0; look < looks; look++) {
		const held = await orUndefined(homeserver.look(userId));
		if (held === undefined) return letGo(means, request);
		const verdict = missingKeys(means, { body, userId }, held);
		if ("refusal" in verdict) return settle(means, spend, { answer: "refused", ...verdict });
		const { missing } = verdict;
		if (missing.length === 0) return settle(means, spend, { answer: "stored" });
		if (failed?.missing === missing.length)
			return settle(means, spend, { answer: "refused", reason: failed.reason });
		if (hasNothingArrived(request, missing)) {
			const sending = missing.map(({ slot }) => slot);
			const begun = await begin(means, spend, { request, sending });
			if (begun === undefined) return settle(means, spend, { answer: "not-stored" });
			request = begun;
		}
		// What leaves now must have arrived or failed before anybody else may take the spend over.
		if (clock() > request.leaseUntil - lifetimes.spendMarginMs) return letGo(means, request);
		const stored = await orUndefined(homeserver.store(userId, missing));
		if (stored === undefined) return { end: "open", request };
		if (stored.answer === "not-sent") return letGo(means, request);
		if (stored.answer !== "broke") return settle(means, spend, stored);
		failed = { missing: missing.length, reason: stored.reason };
	}
	return letGo(means, request);
}

function hasNothingArrived({ sending }: RequestIn<"spending">, missing: readonly NewKey[]): boolean {
	return sending.every((slot) => missing.some((key) => key.slot === slot));
}

/** `undefined`: nothing may be sent, or not by us. */
async function begin(
	{ storage, clock }: GuardMeans,
	{ whereNothingArrived }: HeldSpend,
	{ request, sending }: { readonly request: RequestIn<"spending">; readonly sending: readonly KeySlot[] },
): Promise<RequestIn<"spending"> | undefined> {
	return whereNothingArrived === "give-back"
		? undefined
		: noteSending(storage, request, { now: clock(), sending });
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
	try {
		return await answer;
	} catch (error) {
		if (error instanceof HomeserverUnavailable) return undefined;
		throw error;
	}
}

/** Nothing of this spend is under way: the next to come need not wait. */
async function letGo(means: GuardMeans, request: RequestIn<"spending">): Promise<SpendEnd> {
	await releaseSpend(means.storage, request, means.clock());
	return { end: "open", request };
}

function missingKeys(
	{ verify, utf8 }: GuardMeans,
	{ body, userId }: { readonly body: DeviceSigningUpload; readonly userId: string },
	held: HeldKeys,
): { readonly missing: readonly NewKey[] } | { readonly refusal: MatrixErrorBody; readonly reason: string } {
	const verdict = decideUpload({ upload: body, stored: held.identity, userId, verify, utf8 });
	switch (verdict.verdict) {
		case "refused":
			return { refusal: verdict.refusal, reason: verdict.refusal.error };
		case "unchanged":
			return { missing: [] };
		default:
			return { missing: verdict.changes };
	}
}

async function settle(
	{ storage, clock, newToken }: GuardMeans,
	{ request, actor }: HeldSpend,
	answer: HomeserverAnswer & { readonly refusal?: MatrixErrorBody },
): Promise<SpendEnd> {
	const after =
		(await settleSpend(storage, request, { ...answer, now: clock(), newToken, actor })) ??
		(await storage.read.requests.find({ reference: request.reference })) ??
		request;
	if (after.state === "spent") return { end: "stored", request: after };
	if (answer.answer !== "refused") return { end: "open", request: after };
	const { refusal } = answer;
	return refusal === undefined
		? { end: "refused", request: after, status: 403, refusal: refusedByHomeserver }
		: { end: "refused", request: after, status: 400, refusal };
}

const refusedByHomeserver: MatrixErrorBody = {
	errcode: errcodes.forbidden,
	error: "The homeserver refused the approved keys",
};
