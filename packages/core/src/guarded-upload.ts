import { type DeviceSigningUpload, keysOf } from "@countersign/protocol";
import { answerByRow } from "./answer-by-row.ts";
import { askPerson } from "./ask.ts";
import { requestDigest } from "./claim/binding.ts";
import { decideUpload, type UploadVerdict } from "./claim/decide-upload.ts";
import type { RequestIdentity } from "./claim/reset-request.ts";
import { isLiveAt } from "./claim/transitions.ts";
import { byApp, logLine } from "./events.ts";
import type { GuardMeans } from "./guarded-homeserver.ts";
import {
	type GuardedOutcome,
	type GuardedUpload,
	type GuardUnit,
	type IdentifiedUpload,
	uploadNow,
} from "./guarded-outcome.ts";
import { HomeserverUnavailable } from "./homeserver.ts";
import type { AccountId } from "./identifiers.ts";
import { namedBody } from "./named-body.ts";
import type { Spends } from "./spends.ts";
import { noteAsked } from "./undo/settle.ts";
import { keyInUse } from "./upload.ts";

export type GuardUpload = (upload: GuardedUpload) => Promise<GuardedOutcome>;

/**
 * Decides and carries out uploads to a homeserver with a storage of its own, which asks for approval but cannot tell
 * one upload from another.
 *
 * Only an approval for exactly this person, session and set of keys, taken by one conditional update, is ever sent by
 * our own right; everything else goes on in the caller's own name, so that the homeserver itself says no. Of any
 * number of parallel retries one sends, and those that come to this process are told how it ended.
 *
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function createGuardedUpload(means: GuardMeans<GuardUnit>, spends: Spends): GuardUpload {
	return async (upload) => {
		const body = await namedBody(means.storage.read.requests, upload);
		const identified = { ...upload, body, identity: identityOf(means, { ...upload, body }) };
		return (await answerByRow(means, spends, identified)) ?? (await askOrWait(means, identified));
	};
}

/** A homeserver that is away for a while does not end the wait of an app whose request is known. */
async function askOrWait(means: GuardMeans<GuardUnit>, upload: IdentifiedUpload): Promise<GuardedOutcome> {
	try {
		return await askHomeserver(means, upload);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		const request = await means.storage.read.requests.current(upload.identity);
		return request !== undefined && isLiveAt(request, means.clock())
			? { kind: "challenge", request }
			: { kind: "unavailable", cause: error };
	}
}

/** Nothing approved this upload: the homeserver decides, and where it asks for an approval a person is asked. */
async function askHomeserver(
	means: GuardMeans<GuardUnit>,
	upload: IdentifiedUpload,
): Promise<GuardedOutcome> {
	const verdict = await weighAtHomeserver(means, upload);
	if (verdict.verdict === "answer") return verdict.outcome;
	// It remembers for minutes that a token was good: for a session that has ended since, nothing goes to it.
	if (!(await means.storage.read.sessions.isSignedIn(upload.uploader))) return { kind: "signed-out" };
	const caller = { ...upload.uploader, accessToken: upload.accessToken };
	const forwarded = await means.homeserver.forward(caller, verdict.changes);
	switch (forwarded.answer) {
		case "passed-on":
			return { kind: "passed-on", passedOn: forwarded.passedOn };
		case "stored":
			return noteStored(means, upload, verdict);
		case "approval-needed": {
			// A first identity that needs approval is not the first any more: look again.
			const now = verdict.verdict === "needs-approval" ? verdict : await weighAtHomeserver(means, upload);
			if (now.verdict === "answer") return now.outcome;
			return now.verdict === "first" ? { kind: "unavailable" } : ask(means, upload, now.masterKey);
		}
	}
}

type Weighed =
	| Exclude<UploadVerdict, { verdict: "refused" | "unchanged" }>
	| { readonly verdict: "answer"; readonly outcome: GuardedOutcome };

/** What would fail, and what changes nothing, is answered before it goes anywhere: a half written identity stays so. */
async function weighAtHomeserver(
	means: GuardMeans<GuardUnit>,
	{ body, uploader }: IdentifiedUpload,
): Promise<Weighed> {
	const [{ identity: stored, deviceIds }, spent] = await Promise.all([
		means.homeserver.look(uploader.userId),
		spentAmong(means, uploader.accountId, body),
	]);
	const verdict = decideUpload({ upload: body, stored, userId: uploader.userId, ...means });
	switch (verdict.verdict) {
		case "refused":
			return answer({ kind: "refused", status: 400, refusal: verdict.refusal });
		case "unchanged":
			return answer({ kind: "unchanged" });
		default:
			return verdict.changes.some(
				({ publicKey }) => deviceIds.includes(publicKey) || spent.includes(publicKey),
			)
				? answer({ kind: "refused", status: 403, refusal: keyInUse })
				: verdict;
	}
}

/** Keys that were put there by an approval: once replaced, a homeserver that keeps their names fails on them for ever. */
function spentAmong(
	{ storage }: GuardMeans<GuardUnit>,
	accountId: AccountId,
	body: DeviceSigningUpload,
): Promise<readonly string[]> {
	const given = keysOf(body).map(({ key }) => key.publicKey);
	return storage.read.requests.spentAmong(accountId, given);
}

function answer(outcome: GuardedOutcome): Weighed {
	return { verdict: "answer", outcome };
}

/** Written to the person's log: their first identity, or that the homeserver let another one in without asking. */
async function noteStored(
	means: GuardMeans<GuardUnit>,
	{ uploader }: IdentifiedUpload,
	{ verdict }: UploadVerdict,
): Promise<GuardedOutcome> {
	const kind = verdict === "first" ? "identity-created" : "identity-replaced-unasked";
	const at = { now: means.clock(), newToken: means.newToken };
	await means.storage.write((unit) => unit.events.record(logLine(kind, byApp(uploader), at)));
	return { kind: "stored" };
}

async function ask(
	means: GuardMeans<GuardUnit>,
	upload: IdentifiedUpload,
	masterKey: string,
): Promise<GuardedOutcome> {
	return means.storage.write(async (unit) => {
		// The token was good when the request came in; what counts is this moment.
		if (!(await unit.sessions.isSignedIn(upload.uploader))) return { kind: "signed-out" };
		const asking = { ...uploadNow(means, upload), identity: upload.identity, masterKey };
		const outcome = await askPerson(unit, asking);
		if (outcome.kind === "challenge" && outcome.refusal === undefined) await noteAsked(unit, upload.uploader);
		return outcome;
	});
}

function identityOf(
	means: GuardMeans<GuardUnit>,
	{ uploader, body }: Omit<IdentifiedUpload, "identity">,
): RequestIdentity {
	const { accountId, sessionId } = uploader;
	return { accountId, sessionId, digest: requestDigest(body, means.sha256, means.utf8) };
}
