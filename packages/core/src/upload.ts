import { errcodes, type MatrixErrorBody } from "@countersign/protocol";
import { type AskOutcome, askAgain, askPerson } from "./ask.ts";
import { requestDigest } from "./claim/binding.ts";
import { decideUpload, type UploadVerdict } from "./claim/decide-upload.ts";
import type { RequestIdentity, ResetRequest } from "./claim/reset-request.ts";
import { byApp, logLine } from "./events.ts";
import { withGenuineSignatures } from "./genuine-signatures.ts";
import { keptBody, namedBody } from "./named-body.ts";
import type { NewKey, Upload, UploadReading, UploadUnit } from "./ports.ts";
import type { Transactions } from "./transactions.ts";
import { noteAsked, noteReplaced } from "./undo/settle.ts";
import { verifyOnce } from "./verify-once.ts";

export type UploadOutcome =
	/** Written, in the same transaction in which the approval, if one was needed, was spent. */
	| { readonly kind: "stored"; readonly approvedBy?: ResetRequest }
	/** Every key was there already: answer success, whatever `auth` holds. */
	| { readonly kind: "unchanged" }
	| AskOutcome
	/** The session ended while the upload was on its way. */
	| { readonly kind: "signed-out" }
	| { readonly kind: "refused"; readonly status: 400 | 403; readonly refusal: MatrixErrorBody };

/**
 * Decides and carries out one upload to a homeserver that shares our storage.
 *
 * Whatever `auth` holds, the request is found by identity: person, session and exact keys. An approval for that
 * identity is spent by one conditional update in the transaction that writes the keys, so that of any number of
 * parallel retries one writes and the others find nothing left to change. A waiting app that merely polls is answered
 * without writing.
 *
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export async function uploadKeys(
	storage: Transactions<UploadUnit, UploadReading>,
	arrived: Upload,
): Promise<UploadOutcome> {
	const upload = { ...arrived, means: { ...arrived.means, verify: verifyOnce(arrived.means.verify) } };
	const seen = await weigh(storage.read, upload);
	return (
		withoutAsking(seen.verdict) ??
		(await askAgain(storage.read, seen.identity, upload)) ??
		storage.write((unit) => carryOut(unit, upload))
	);
}

async function carryOut(unit: UploadUnit, upload: Upload): Promise<UploadOutcome> {
	// Weighed again: what was read before this transaction may have changed since.
	const { verdict, identity, body } = await weigh(unit, upload);
	if (verdict.verdict === "refused" || verdict.verdict === "unchanged") {
		return withoutAsking(verdict) ?? { kind: "unchanged" };
	}
	const { uploader, means } = upload;
	// The token was good when the request came in; what counts is this moment.
	if (!(await unit.sessions.isSignedIn(uploader))) {
		return { kind: "signed-out" };
	}
	const publicKeys = verdict.changes.map((key) => key.publicKey);
	if (await unit.keys.anyTaken(uploader.accountId, publicKeys)) {
		return { kind: "refused", status: 403, refusal: keyInUse };
	}
	if (verdict.verdict === "first") {
		await store(unit, upload, verdict);
		await unit.events.record(logLine("identity-created", byApp(uploader), means));
		return { kind: "stored" };
	}
	const approved = await weighApproved(unit, identity, upload);
	if (approved === undefined) {
		return ask(unit, { ...upload, body, identity, masterKey: verdict.masterKey });
	}
	if (approved.verdict !== "needs-approval") {
		return withoutAsking(approved) ?? { kind: "unchanged" };
	}
	const spent = await takeApproval(unit, identity, upload);
	if (spent === undefined) {
		return ask(unit, { ...upload, body, identity, masterKey: verdict.masterKey });
	}
	await store(unit, upload, approved);
	await noteReplaced(unit, { ...uploader, ...means });
	return { kind: "stored", approvedBy: spent };
}

/** From now on the answer decides, too, what becomes of what the device took away before. */
async function ask(unit: UploadUnit, asking: Parameters<typeof askPerson>[1]): Promise<AskOutcome> {
	const outcome = await askPerson(unit, asking);
	if (outcome.kind === "challenge" && outcome.refusal === undefined) await noteAsked(unit, asking.uploader);
	return outcome;
}

/**
 * The verdict on the upload that was approved: it is stored, and not what came with the retry, which may hold other
 * signatures to the same keys.
 */
async function weighApproved(
	unit: UploadUnit,
	identity: RequestIdentity,
	{ uploader: { accountId, userId }, means }: Upload,
): Promise<UploadVerdict | undefined> {
	const request = await unit.requests.current(identity);
	if (request?.state !== "approved") return undefined;
	const stored = await unit.keys.stored(accountId);
	return decideUpload({ upload: keptBody(request, userId), stored, userId, ...means });
}

async function store(
	unit: UploadUnit,
	{ uploader: { accountId, userId }, means }: Upload,
	{ changes, masterKey }: { readonly changes: readonly NewKey[]; readonly masterKey: string },
): Promise<void> {
	const devices = await unit.keys.deviceSigners(accountId);
	const keys = withGenuineSignatures(changes, { ...means, userId, devices, masterKey });
	await unit.keys.replace(accountId, keys, means.now);
}

/** A key that is called like a device, or was another key of the person's. */
export const keyInUse: MatrixErrorBody = { errcode: errcodes.forbidden, error: "Key ID in use" };

/** Takes the approval, once: the row leaves `approved` in this statement or it was not there to take. */
async function takeApproval(
	unit: UploadUnit,
	identity: RequestIdentity,
	{ uploader, means }: Upload,
): Promise<ResetRequest | undefined> {
	const spent = await unit.requests.move({
		move: "spend",
		...identity,
		token: uploader.tokenHash,
		now: means.now,
	});
	if (spent !== undefined) {
		await unit.events.record(logLine("identity-replaced", byApp(uploader), means, spent));
	}
	return spent;
}

function withoutAsking(verdict: UploadVerdict): UploadOutcome | undefined {
	switch (verdict.verdict) {
		case "refused":
			return { kind: "refused", status: 400, refusal: verdict.refusal };
		case "unchanged":
			return { kind: "unchanged" };
		default:
			return undefined;
	}
}

async function weigh(read: UploadReading, upload: Upload) {
	const { uploader, means } = upload;
	const body = await namedBody(read.requests, upload);
	const stored = await read.keys.stored(uploader.accountId);
	const verdict = decideUpload({ upload: body, stored, userId: uploader.userId, ...means });
	const identity: RequestIdentity = {
		accountId: uploader.accountId,
		sessionId: uploader.sessionId,
		digest: requestDigest(body, means.sha256, means.utf8),
	};
	return { body, verdict, identity };
}
