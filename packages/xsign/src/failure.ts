import {
	CountersignClientError,
	clientErrorCode,
	IdentityResetError,
	isClientError,
} from "@countersign/client";
import { networkReason } from "./network-reason.ts";
import { Refusal } from "./refusal.ts";
import type { Failed } from "./report/index.ts";
import { type Ending, type EndingCode, endings, exitCodes } from "./words/index.ts";

/**
 * What is told of an error, and the exit code: the one place where either is decided.
 *
 * @param hint what a wrong call is told beside what is wrong with it
 */
export function failureOf(thrown: unknown, signal: AbortSignal, hint: readonly string[]): Failed {
	const error = meantBy(thrown);
	const code = codeOf(error, signal);
	const ending = endingOf(error, code);
	const facts = factsOf(error);
	const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? "");
	const next = code === "usage" ? hint : (ending.next ?? []).map(filled);
	const isInterrupted = ending.exit === "interrupted" && typeof signal.reason === "number";
	return {
		event: "failed",
		code,
		exit: isInterrupted ? signal.reason : exitCodes[ending.exit],
		message: filled(ending.message),
		next,
		...(error instanceof IdentityResetError && { safe: error.safe }),
	};
}

/** Outside of a reset, a recovery key that was not kept is nothing but the reason why. */
function meantBy(error: unknown): unknown {
	const isReset = error instanceof IdentityResetError;
	if (isReset || !isClientError(error, clientErrorCode.recoveryNotSaved)) return error;
	return error.cause ?? error;
}

function codeOf(error: unknown, signal: AbortSignal): EndingCode {
	// Whoever pressed Ctrl-C at a question gave no answer on purpose.
	if (signal.aborted && error instanceof Refusal && error.code === "no-answer") return "aborted";
	if (error instanceof Refusal || error instanceof CountersignClientError) return error.code;
	// Full disks, missing rights: what the system says names file and reason.
	return error instanceof Error && "syscall" in error ? "files" : "unexpected";
}

const resumeWords = endings["approval-expired"].next ?? [];

function endingOf(error: unknown, code: EndingCode): Ending {
	const ending = endings[code];
	if (error instanceof CountersignClientError && error.oauth?.error === "access_denied")
		return { exit: "denied", message: "It was refused in the browser. Nothing was changed." };
	if (!(error instanceof IdentityResetError) || !error.resumable) return ending;
	const refusal = refusalBehind(error);
	if (refusal !== undefined) return { ...endings[refusal.code], exit: ending.exit, next: resumeWithFile };
	// Whatever stopped it: what is published and not complete has one way on.
	const isIncomplete = !error.safe && ending.exit !== "interrupted";
	return { ...ending, exit: isIncomplete ? "incomplete" : ending.exit, next: resumeWords };
}

const resumeWithFile = ["Go on with another file for the key:  xsign resume --save-recovery-key FILE"];

/** Why the recovery key could not be kept, where that was ours to say. */
function refusalBehind({ code, cause }: IdentityResetError): Refusal | undefined {
	if (code !== "recovery-not-saved" || !(cause instanceof Error)) return undefined;
	const { cause: reason } = cause;
	return reason instanceof Refusal && reason.code !== "no-answer" ? reason : undefined;
}

/** What the sentences are filled in with. Servers' words lose what a terminal would obey. */
function factsOf(error: unknown): Readonly<Record<string, string>> {
	if (error instanceof Refusal) return error.facts;
	if (error instanceof IdentityResetError) {
		const refusal = refusalBehind(error);
		if (refusal !== undefined) return refusal.facts;
	}
	if (!(error instanceof CountersignClientError))
		return { cause: error instanceof Error ? error.message : String(error) };
	const { status, matrix, oauth, stages, cause } = error;
	return {
		status: String(status ?? ""),
		words: matrix?.error === undefined ? "" : ` It says: ${plain(matrix.error)}`,
		oauth: plain(oauth?.errorDescription ?? oauth?.error ?? "it did not say why"),
		stages: stages === undefined || stages.length === 0 ? "" : ` (${plain(stages.join(", "))})`,
		cause: String(cause),
		reason: networkReason(error),
		system: systemWords(cause),
	};
}

/** What the system said of the file for a recovery key. */
function systemWords(error: unknown): string {
	for (let behind = error; behind instanceof Error; behind = behind.cause)
		if ("syscall" in behind) return ` The system says: ${plain(behind.message)}`;
	return "";
}

function plain(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, 200);
}
