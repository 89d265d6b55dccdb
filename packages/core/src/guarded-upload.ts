import { askAgain, askPerson } from "./ask.ts";
import { requestDigest } from "./binding.ts";
import { carryOutSpend, type GuardMeans, type SpendEnd } from "./carry-out-spend.ts";
import { decideUpload, type UploadVerdict } from "./decide-upload.ts";
import { logLine } from "./events.ts";
import type { PassedOn } from "./guarded-homeserver.ts";
import { HomeserverUnavailable } from "./homeserver.ts";
import { keptBody, namedBody } from "./named-body.ts";
import type { RequestIdentity, ResetRequest } from "./reset-request.ts";
import { beginSpend, resumeSpend } from "./spend.ts";
import { keyInUse, type Upload, type Uploader, type UploadOutcome, type UploadUnit } from "./upload.ts";

/** The repositories that a guarded upload touches. */
export type GuardUnit = Omit<UploadUnit, "keys">;

/** An upload on its way to a homeserver that we stand in front of. */
export interface GuardedUpload extends Omit<Upload, "means"> {
	/** The caller's own, with which it goes on where nothing approved it. */
	readonly accessToken: string;
}

export type GuardedOutcome =
	| UploadOutcome
	/** What the homeserver said to the caller's own upload. */
	| { readonly kind: "passed-on"; readonly passedOn: PassedOn }
	/** It does not answer; nothing is lost by trying again. */
	| { readonly kind: "unavailable"; readonly cause?: HomeserverUnavailable };

export type GuardUpload = (upload: GuardedUpload) => Promise<GuardedOutcome>;

/** As often as others may change the row between our look at it and our step. */
const attempts = 3;

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
export function createGuardedUpload(means: GuardMeans<GuardUnit>): GuardUpload {
	const spends = createSpends(means);
	return async (upload) => {
		const body = await namedBody(means.storage.read.requests, upload);
		const asked = { ...upload, body, identity: identityOf(means, { ...upload, body }) };
		return (await answerByRow(means, spends, asked)) ?? (await askOrWait(means, asked));
	};
}

/** An upload, and what an approval of it would be bound to. */
type Asked = GuardedUpload & { readonly identity: RequestIdentity };

/**
 * What the request of this identity says by itself: its approval is spent, or its app asks again while it waits.
 * Undefined where the homeserver has to be asked.
 */
async function answerByRow(
	means: GuardMeans<GuardUnit>,
	spends: Spends,
	asked: Asked,
): Promise<GuardedOutcome | undefined> {
	const { requests } = means.storage.read;
	let request: ResetRequest | undefined;
	for (let attempt = 0; attempt < attempts; attempt++) {
		request = await requests.current(asked.identity);
		const now = means.clock();
		if (request === undefined || !mayBeSpent(request, now)) {
			return askAgain(means.storage.read, asked.identity, uploadNow(means, asked));
		}
		const ended = await spends.spend(asked, request);
		if (ended !== undefined) return outcomeOf(ended);
	}
	// Another server sends these keys, or others of the same person: this app asks again.
	return request && { kind: "challenge", request };
}

function mayBeSpent(request: ResetRequest, now: number): boolean {
	return request.state === "spending" || (request.state === "approved" && request.expiresAt > now);
}

interface Spends {
	/** Undefined where somebody else is at it, or was quicker. */
	spend(asked: Asked, request: ResetRequest): Promise<SpendEnd | undefined>;
}

/** The spends of this process. Who repeats an upload while it is being sent waits for its end. */
function createSpends(means: GuardMeans<GuardUnit>): Spends {
	const running = new Map<string, Promise<SpendEnd | undefined>>();
	return {
		spend(asked, request) {
			const { sessionId, digest } = asked.identity;
			const key = `${sessionId} ${digest}`;
			const known = running.get(key);
			if (known !== undefined) return known;
			const own = spend(means, asked, request).finally(() => running.delete(key));
			running.set(key, own);
			return own;
		},
	};
}

async function spend(
	means: GuardMeans<GuardUnit>,
	{ identity, body, uploader: { userId } }: Asked,
	found: ResetRequest,
): Promise<SpendEnd | undefined> {
	const now = means.clock();
	if (found.state === "spending" && found.leaseUntil > now) return undefined;
	const request =
		found.state === "spending"
			? await resumeSpend(means.storage, found, { now, whileSignedIn: true })
			: await beginSpend(means.storage, identity, now);
	return request && carryOutSpend(means, { request, body, userId, whereNothingArrived: "send" });
}

function outcomeOf(ended: SpendEnd): GuardedOutcome {
	const { request } = ended;
	switch (ended.end) {
		case "stored":
			return { kind: "stored", approvedBy: request };
		case "refused":
			return { kind: "refused", status: ended.status, refusal: ended.refusal };
		case "open":
			return { kind: "challenge", request };
	}
}

/** A homeserver that is away for a while does not end the wait of an app whose request is known. */
async function askOrWait(means: GuardMeans<GuardUnit>, asked: Asked): Promise<GuardedOutcome> {
	try {
		return await askHomeserver(means, asked);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		const request = await means.storage.read.requests.current(asked.identity);
		return request !== undefined && isLive(request, means.clock())
			? { kind: "challenge", request }
			: { kind: "unavailable", cause: error };
	}
}

function isLive(request: ResetRequest, now: number): boolean {
	const waits = request.state === "pending" || request.state === "approved";
	return request.state === "spending" || (waits && request.expiresAt > now);
}

/** Nothing approved this upload: the homeserver decides, and where it asks for an approval a person is asked. */
async function askHomeserver(means: GuardMeans<GuardUnit>, asked: Asked): Promise<GuardedOutcome> {
	const verdict = await weigh(means, asked);
	if (verdict.verdict === "answer") return verdict.outcome;
	const caller = { ...asked.uploader, accessToken: asked.accessToken };
	const forwarded = await means.homeserver.forward(caller, verdict.changes);
	switch (forwarded.answer) {
		case "passed-on":
			return { kind: "passed-on", passedOn: forwarded.passedOn };
		case "stored":
			return noteStored(means, asked, verdict);
		case "approval-needed": {
			// A first identity that needs approval is not the first any more: look again.
			const now = verdict.verdict === "needs-approval" ? verdict : await weigh(means, asked);
			if (now.verdict === "answer") return now.outcome;
			return now.verdict === "first" ? { kind: "unavailable" } : ask(means, asked, now.masterKey);
		}
	}
}

type Weighed =
	| Exclude<UploadVerdict, { verdict: "refused" | "unchanged" }>
	| { readonly verdict: "answer"; readonly outcome: GuardedOutcome };

/** What would fail, and what changes nothing, is answered before it goes anywhere: a half written identity stays so. */
async function weigh(means: GuardMeans<GuardUnit>, { body, uploader }: Asked): Promise<Weighed> {
	const [{ identity: stored, deviceIds }, spent] = await Promise.all([
		means.homeserver.look(uploader.userId),
		spentKeys(means, uploader),
	]);
	const verdict = decideUpload({ upload: body, stored, userId: uploader.userId, ...means });
	switch (verdict.verdict) {
		case "refused":
			return answer({ kind: "refused", status: 400, refusal: verdict.refusal });
		case "unchanged":
			return answer({ kind: "unchanged" });
		default:
			return verdict.changes.some(({ publicKey }) => deviceIds.includes(publicKey) || spent.has(publicKey))
				? answer({ kind: "refused", status: 403, refusal: keyInUse })
				: verdict;
	}
}

/** Keys that were put there by an approval: once replaced, a homeserver that keeps their names fails on them for ever. */
async function spentKeys(
	{ storage }: GuardMeans<GuardUnit>,
	{ accountId, userId }: Uploader,
): Promise<ReadonlySet<string>> {
	const requests = await storage.read.requests.ofAccount(accountId, 0);
	const bodies = requests.filter(({ state }) => state === "spent").map((spent) => keptBody(spent, userId));
	return new Set(
		bodies
			.flatMap(({ master, selfSigning, userSigning }) => [master, selfSigning, userSigning])
			.flatMap((key) => (key === undefined ? [] : [key.publicKey])),
	);
}

function answer(outcome: GuardedOutcome): Weighed {
	return { verdict: "answer", outcome };
}

/** Written to the person's log: their first identity, or that the homeserver let another one in without asking. */
async function noteStored(
	means: GuardMeans<GuardUnit>,
	{ uploader }: Asked,
	{ verdict }: UploadVerdict,
): Promise<GuardedOutcome> {
	const kind = verdict === "first" ? "identity-created" : "identity-replaced-unasked";
	const at = { now: means.clock(), newToken: means.newToken };
	await means.storage.write((unit) => unit.events.record(logLine(kind, uploader, at)));
	return { kind: "stored" };
}

async function ask(means: GuardMeans<GuardUnit>, asked: Asked, masterKey: string): Promise<GuardedOutcome> {
	return means.storage.write(async (unit) => {
		// The token was good when the request came in; what counts is this moment.
		if (!(await unit.sessions.isSignedIn(asked.uploader))) return { kind: "signed-out" };
		return askPerson(unit, { ...uploadNow(means, asked), identity: asked.identity, masterKey });
	});
}

function uploadNow(means: GuardMeans<GuardUnit>, { body, uploader }: Asked): Upload {
	return { body, uploader, means: { ...means, now: means.clock() } };
}

function identityOf(
	means: GuardMeans<GuardUnit>,
	{ uploader, body }: Omit<Asked, "identity">,
): RequestIdentity {
	const { accountId, sessionId } = uploader;
	return { accountId, sessionId, digest: requestDigest(body, means.sha256, means.utf8) };
}
