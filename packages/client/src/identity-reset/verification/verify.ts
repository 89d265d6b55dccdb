import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { callerFor, postWith } from "../homeserver.ts";
import { readPublishedKeys } from "../published-keys.ts";
import { errorOf, failureOf } from "./endings.ts";
import { appsLoop, ownLoop } from "./machine-loop.ts";
import {
	type ComparedEmoji,
	isOwnIdentity,
	sasOf,
	type WasmSas,
	type WasmVerification,
} from "./machine-parts.ts";
import type { VerificationOptions, VerificationOutcome, Verifying } from "./options.ts";
import { takeOver } from "./take-over.ts";

const defaultTimeoutMs = 600_000;

/**
 * Verifies this device with another one of the same person, by emoji that the person compares. Afterwards the
 * identity vouches for this device, and this device holds the identity where the other one has it to give: nothing is
 * replaced, and no recovery key is needed. Where this device is the trusted one, the other one becomes it.
 *
 * @see Matrix specification v1.17, Client-Server API, "Short Authentication String (SAS) verification"
 * @throws `nothing-to-verify-with`, `verification-mismatch`, `verification-cancelled`, `verification-timeout`,
 * `verification-answered-elsewhere`, `aborted`; `identity-incomplete` where the devices match and the other one then
 * does not vouch for this one; what `compare` throws; and what every request may throw
 */
export async function verifyWithOtherDevice(options: VerificationOptions): Promise<VerificationOutcome> {
	const { sync = "here", timeoutMs = defaultTimeoutMs } = options;
	const late = AbortSignal.timeout(timeoutMs);
	const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
	const loop = sync === "here" ? ownLoop(options, signal) : appsLoop(options, signal);
	const verifying: Verifying = { ...options, loop, signal };
	try {
		await requireSomebody(verifying);
		return await run(verifying);
	} catch (error) {
		throw late.aborted && isAborted(error) ? errorOf({ kind: "timeout" }) : error;
	}
}

function isAborted(error: unknown): boolean {
	return error instanceof CountersignClientError && error.code === clientErrorCode.aborted;
}

async function requireSomebody({ session, machine, wasm, signal }: Verifying): Promise<void> {
	const call = callerFor(session, signal);
	const { masterKey, devices, signedDevices, dehydrated } = await readPublishedKeys(call, session);
	const isTrusted = signedDevices.includes(session.deviceId);
	const others = (isTrusted ? devices : signedDevices).filter(
		(id) => id !== session.deviceId && !dehydrated.includes(id),
	);
	if (masterKey === undefined || others.length === 0) {
		const message = "no other device can vouch for this one";
		throw new CountersignClientError(clientErrorCode.nothingToVerifyWith, message);
	}
	const query = machine.queryKeysForUsers([new wasm.UserId(session.userId)]);
	const answer = await postWith(call)("keys/query", query.body);
	if (query.id !== undefined) await machine.markRequestAsSent(query.id, query.type, answer);
}

async function run(verifying: Verifying): Promise<VerificationOutcome> {
	const { loop, onStep } = verifying;
	// What lies there from before: device keys to upload, requests that are over.
	await loop.turn(new AbortController().signal);
	const asked = verifying.begin === "wait" ? undefined : await ask(verifying);
	let current = asked;
	try {
		current = await untilAnswered(verifying, asked);
		onStep?.("answered");
		const sas = await untilComparable(verifying, current);
		const otherDeviceId = sas.otherDeviceId.toString();
		onStep?.("comparing");
		await compare(verifying, current, sas);
		onStep?.("confirmed");
		while (!current.isDone()) await turnOf(verifying, current);
		onStep?.("verified");
		return await takeOver(verifying, otherDeviceId);
	} catch (error) {
		await loop.lastWord(current?.cancel());
		throw error;
	} finally {
		await loop.close();
	}
}

async function ask({ machine, wasm, loop, session, onStep }: Verifying): Promise<WasmVerification> {
	const identity = await machine.getIdentity(new wasm.UserId(session.userId));
	if (!isOwnIdentity(identity)) throw new TypeError("the machine does not know the person's own identity");
	const [verification, request] = await identity.requestVerification([wasm.VerificationMethod.SasV1]);
	await loop.send(request);
	onStep?.("asked");
	return verification;
}

/** The verification that another device takes part in: the one asked for here, or one it asks for. */
async function untilAnswered(
	verifying: Verifying,
	asked: WasmVerification | undefined,
): Promise<WasmVerification> {
	const { machine, wasm, loop, session } = verifying;
	for (;;) {
		if (asked !== undefined && (asked.isReady() || sasOf(asked) !== undefined)) return asked;
		const theirs = machine.getVerificationRequests(new wasm.UserId(session.userId)).find(isOffered);
		if (theirs !== undefined) {
			await loop.send(asked?.cancel());
			await loop.send(theirs.acceptWithMethods([wasm.VerificationMethod.SasV1]));
			return theirs;
		}
		await turnOf(verifying, asked);
	}
}

/** Whether this is a request by another device of the person, which nobody took so far. */
function isOffered(verification: WasmVerification): boolean {
	if (!verification.isSelfVerification() || verification.weStarted()) return false;
	const isOver = verification.isCancelled() || verification.timedOut() || verification.isDone();
	return !isOver && !verification.isPassive() && !verification.isReady() && !sasOf(verification);
}

/** Who asked also begins; where both do, the machine knows whose beginning counts. */
async function untilComparable(verifying: Verifying, verification: WasmVerification): Promise<WasmSas> {
	const { loop } = verifying;
	if (verification.weStarted() && sasOf(verification) === undefined)
		await loop.send((await verification.startSas())?.[1]);
	for (;;) {
		const sas = sasOf(verification);
		await loop.send(sas?.accept());
		if (sas?.canBePresented() === true) return sas;
		await turnOf(verifying, verification);
	}
}

/** Asks the person, and listens meanwhile: the other device may give up. */
async function compare(verifying: Verifying, verification: WasmVerification, sas: WasmSas): Promise<void> {
	const over = new AbortController();
	const listening = listen(verifying, verification, over.signal);
	try {
		const answer = verifying.compare(emojiOf(sas), AbortSignal.any([verifying.signal, over.signal]));
		// Whoever answers after the end answers nobody.
		answer.catch(() => {});
		const matches = await Promise.race([answer, listening]);
		over.abort();
		await listening;
		if (matches === true) {
			for (const request of await sas.confirm()) await verifying.loop.send(request);
			return;
		}
	} finally {
		over.abort();
		await listening.catch(() => {});
	}
	await verifying.loop.send(sas.cancelWithCode("m.mismatched_sas"));
	throw errorOf({ kind: "mismatch", code: "m.mismatched_sas" });
}

async function listen(verifying: Verifying, verification: WasmVerification, over: AbortSignal) {
	while (!over.aborted) await turnOf(verifying, verification, over);
}

function emojiOf(sas: WasmSas): readonly ComparedEmoji[] {
	return (sas.emoji() ?? []).map(({ symbol, description }) => ({ symbol, description }));
}

/** One turn of the loop. @throws what ended the verification */
async function turnOf(
	{ loop, signal }: Verifying,
	verification: WasmVerification | undefined,
	over = new AbortController().signal,
): Promise<void> {
	const before = verification && failureOf(verification);
	if (before !== undefined) throw errorOf(before);
	await loop.turn(over);
	if (signal.aborted) {
		const message = "the verification was aborted";
		throw new CountersignClientError(clientErrorCode.aborted, message, { cause: signal.reason });
	}
	const failure = verification && failureOf(verification);
	if (failure !== undefined) throw errorOf(failure);
}
