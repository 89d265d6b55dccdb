import type { Asked } from "../approval.ts";
import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { systemSleep } from "../platform.ts";
import type { PasswordProof } from "../stages.ts";
import {
	type ApprovalChallenge,
	type UploadWithApprovalOptions,
	uploadWithApproval,
} from "../upload-with-approval.ts";
import { createBackup, deleteBackup } from "./backup.ts";
import { replaceDehydratedDevice } from "./dehydrated-device.ts";
import { IdentityResetError } from "./errors.ts";
import { type Caller, callerFor, type HomeserverSession, postWith } from "./homeserver.ts";
import { publicKeysOf, secretsBundleOf } from "./identity.ts";
import { look } from "./look.ts";
import { nextStep, type ResetStep, type Sight } from "./next-step.ts";
import type { IdentityCrypto, PendingStore } from "./ports.ts";
import { readPublishedKeys } from "./published-keys.ts";
import { type PendingReset, type PendingState, type Recovery, serializeRecord } from "./record.ts";
import { secretNames, setBackupKeyAside, storeRecovery, storeSecret } from "./recovery.ts";
import { encodeRecoveryKey } from "./recovery-key.ts";

/** What a run needs from the app. */
export interface RunOptions {
	/** Shows the approval page to the person; see `uploadWithApproval`. */
	readonly present: (challenge: ApprovalChallenge) => void | Promise<void>;
	/** Where the person signed in, by which an approval page elsewhere is noticed; see `uploadWithApproval`. */
	readonly knownPages?: UploadWithApprovalOptions["knownPages"];
	/**
	 * Takes the new recovery key, as people write it down. Resolves once the person has it: until then secret storage
	 * is left as it was. May be called again, with the same key, after a crash. Needed unless `recovery` is `"none"`.
	 */
	readonly saveRecoveryKey?: ((recoveryKey: string) => Promise<void>) | undefined;
	/** Sends the person through the authorization endpoint, where the homeserver offers that; see `uploadWithApproval`. */
	readonly stepUp?: UploadWithApprovalOptions["stepUp"];
	/** Asks for the person's password, where the homeserver wants that instead of an approval. See `PasswordProof`. */
	readonly password?: PasswordProof["ask"] | undefined;
	/** Told of each step before it is done. */
	readonly onStep?: ((step: ResetStep) => void) | undefined;
	/** Before the homeserver has the new keys: nothing has changed. Afterwards: a pause, to be resumed. */
	readonly signal?: AbortSignal | undefined;
	/** How long to wait for the approval, in milliseconds. Default 900 000, a quarter of an hour. */
	readonly timeoutMs?: number | undefined;
	/** `manual` looks only when `checkNow` is called. Default `auto`. */
	readonly poll?: "auto" | "manual" | undefined;
}

/** A reset that is complete. */
export interface ResetOutcome {
	/** The new master key. */
	readonly masterKey: string;
	/** The new backup; undefined where none was asked for. */
	readonly backupVersion: string | undefined;
}

/** What a run works with. */
export interface ResetParts {
	readonly session: HomeserverSession;
	readonly crypto: IdentityCrypto;
	readonly store: PendingStore;
}

/** So often is one step done, when what it leads to does not show. Other servers' workers lag behind one another. */
const attempts = 3;

/** Between two of them, in milliseconds. */
const pauseMs = 1_000;

interface Run extends ResetParts {
	readonly options: RunOptions;
	readonly signal: AbortSignal;
	readonly call: Caller;
}

/**
 * Brings a reset to its end: looks, decides, does one step, looks again.
 *
 * @throws `IdentityResetError`
 */
export async function runReset(
	pending: PendingReset,
	options: RunOptions,
	parts: ResetParts,
): Promise<ResetOutcome> {
	const signal = options.signal ?? new AbortController().signal;
	const run: Run = { ...parts, options, signal, call: callerFor(parts.session, signal) };
	let record = pending;
	const pause = () => (parts.session.sleep ?? systemSleep)(pauseMs, signal);
	let waits = 0;
	let last: { readonly step: ResetStep; readonly times: number } = { step: "upload", times: 0 };
	try {
		for (;;) {
			if (signal.aborted) throw aborted(signal);
			const sight = await look(run.call, record, parts.crypto);
			record = await noticeAcceptance(run, record, sight);
			// A server that shows such a device and lets nobody replace it does not keep a reset from its end.
			const isInVain = last.step === "replace-dehydrated-device" && last.times === attempts;
			const step = nextStep(record, isInVain ? { ...sight, staleDehydrated: [] } : sight);
			if (step === "done") return await finish(run, record, sight);
			if (step === "replaced") throw replaced();
			if (step === "await-device") {
				if (++waits === attempts) throw unpublished();
				await pause();
				continue;
			}
			last = { step, times: step === last.step ? last.times + 1 : 1 };
			if (last.times > attempts) throw withoutEffect(step);
			if (last.times > 1) await pause();
			options.onStep?.(step);
			record = await perform(run, record, { step, sight });
		}
	} catch (error) {
		throw await judgeFailure(run, record, { error, step: last.step });
	}
}

/** Writes down that the new identity was seen: from here on there is no way back, only a way on. */
async function noticeAcceptance(run: Run, record: PendingReset, sight: Sight): Promise<PendingReset> {
	const isOurs = sight.masterKey === record.identity.master.publicKey;
	const isNews = record.state.at === "prepared" || record.state.at === "challenged";
	return isOurs && isNews ? advance(run, record, { at: "accepted" }) : record;
}

async function advance(
	{ store }: ResetParts,
	record: PendingReset,
	state: PendingState,
): Promise<PendingReset> {
	const next = { ...record, state };
	await store.put(serializeRecord(next));
	return next;
}

async function finish({ store }: Run, record: PendingReset, sight: Sight): Promise<ResetOutcome> {
	await store.delete();
	const backupVersion = record.recovery === undefined ? undefined : sight.backup?.version;
	return { masterKey: record.identity.master.publicKey, backupVersion };
}

/** Does one step. Each may find its work done already, by a run that a crash ended. */
async function perform(
	run: Run,
	record: PendingReset,
	{ step, sight }: { readonly step: ResetStep; readonly sight: Sight },
): Promise<PendingReset> {
	const { crypto, call, signal } = run;
	const { identity, userId } = record;
	const owner = { call, userId };
	switch (step) {
		case "upload":
			return upload(run, record);
		case "import":
			await crypto.importIdentity(secretsBundleOf(identity), postWith(call));
			return record;
		case "sign-device":
			await crypto.signDevice(postWith(call));
			return record;
		case "save-recovery-key":
			await saveRecoveryKey(run, recoveryOf(record));
			return advance(run, record, { at: "recovery-saved" });
		case "store-recovery":
			await storeRecovery(owner, { key: recoveryOf(record).key, identity });
			return record;
		case "create-backup": {
			const { key, backup: keys, old } = recoveryOf(record);
			if (old?.fate === "keep") await setBackupKeyAside(owner, { ...old, keyId: key.keyId });
			await storeSecret(owner, key, { name: secretNames.backup, text: keys.secret });
			await createBackup(call, { keys, identity, userId });
			return record;
		}
		case "use-backup": {
			const { backup } = await look(call, record, crypto);
			if (backup !== undefined)
				await crypto.useBackup({ ...recoveryOf(record).backup, version: backup.version });
			return record;
		}
		case "delete-old-backup":
			await deleteBackup(call, recoveryOf(record).old?.version ?? "");
			return record;
		case "replace-dehydrated-device":
			await replaceDehydratedDevice({ call, crypto, signal }, { record, stale: sight.staleDehydrated });
			return record;
	}
}

async function upload(run: Run, record: PendingReset): Promise<PendingReset> {
	const { session, options, signal } = run;
	let kept = record;
	await uploadWithApproval({
		...session,
		...options,
		signal,
		password: options.password && { userId: record.userId, ask: options.password },
		keys: await publicKeysOf(record.identity, record.userId),
		asked: record.state.at === "challenged" ? record.state.asked : undefined,
		async beforeAnswer() {
			if (await isReplaced(run, record)) throw replaced();
		},
		async onAsked(asked: Asked) {
			const before = kept.state.at === "challenged" ? kept.state.asked : undefined;
			if (before?.url === asked.url && before?.session === asked.session) return;
			kept = await advance(run, kept, { at: "challenged", asked });
		},
	});
	return kept;
}

/** Whether these keys would replace another identity than the person was told; no, where that cannot be seen for now. */
async function isReplaced({ session, signal }: Run, record: PendingReset): Promise<boolean> {
	try {
		const { masterKey } = await readPublishedKeys(callerFor(session, signal, 1), record);
		return masterKey !== record.replaces && masterKey !== record.identity.master.publicKey;
	} catch {
		// Nothing of the kind ends the wait; the next look at the upload says what there is to say.
		return false;
	}
}

function recoveryOf({ recovery }: PendingReset): Recovery {
	if (recovery === undefined) throw new TypeError("this reset has no recovery");
	return recovery;
}

async function saveRecoveryKey({ options }: Run, { key }: Recovery): Promise<void> {
	try {
		if (options.saveRecoveryKey === undefined) throw new TypeError("saveRecoveryKey is missing");
		await options.saveRecoveryKey(encodeRecoveryKey(key.secret));
	} catch (cause) {
		const message = "the caller did not keep the recovery key";
		throw new CountersignClientError(clientErrorCode.recoveryNotSaved, message, { cause });
	}
}

function aborted({ reason }: AbortSignal): CountersignClientError {
	return new CountersignClientError(clientErrorCode.aborted, "the reset was aborted", { cause: reason });
}

function replaced(): CountersignClientError {
	const message = "another identity was published meanwhile";
	return new CountersignClientError(clientErrorCode.keysReplacedElsewhere, message);
}

function unpublished(): CountersignClientError {
	const message = "this device has published no keys, so that no identity can vouch for it";
	return new CountersignClientError(clientErrorCode.deviceUnknown, message, { safe: true });
}

function withoutEffect(step: ResetStep): CountersignClientError {
	return step === "upload"
		? new CountersignClientError(clientErrorCode.keysNotStored, "the homeserver still shows the old keys")
		: new CountersignClientError(clientErrorCode.identityIncomplete, `what ${step} leads to does not show`);
}

/** Codes after which these keys lead nowhere. */
const hopeless: readonly string[] = [clientErrorCode.keysReplacedElsewhere, clientErrorCode.keysRejected];

/** Codes after which the same keys may still be taken, but not without somebody's doing something about it. */
const settled: readonly string[] = [
	clientErrorCode.approvalDenied,
	clientErrorCode.challengeUnsupported,
	clientErrorCode.badApprovalUrl,
];

async function judgeFailure(
	{ store }: Run,
	record: PendingReset,
	{ error, step }: { readonly error: unknown; readonly step: ResetStep },
): Promise<unknown> {
	if (!(error instanceof CountersignClientError)) return error;
	const { code, message, status, retryAfterMs, matrix, oauth, stages } = error;
	const isEarly = record.state.at === "prepared" || record.state.at === "challenged";
	const stands = code !== clientErrorCode.keysReplacedElsewhere;
	const safe = isEarly && stands && (step !== "upload" || (error.safe ?? true));
	if (hopeless.includes(code)) await store.delete();
	const resumable = ![...hopeless, ...settled].includes(code);
	const details = { status, retryAfterMs, matrix, oauth, stages, step, safe, resumable, cause: error };
	return new IdentityResetError(code, message, details);
}
