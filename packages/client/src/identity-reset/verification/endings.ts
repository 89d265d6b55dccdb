import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { sasOf, type WasmVerification } from "./machine-parts.ts";

/** Why a verification came to nothing. */
export type Failure =
	| { readonly kind: "cancelled"; readonly code: string }
	| { readonly kind: "timeout" }
	| { readonly kind: "mismatch"; readonly code: string };

/** How this verification failed; undefined as long as it has not. */
export function failureOf(verification: WasmVerification): Failure | undefined {
	const sas = sasOf(verification);
	if (verification.isCancelled() || sas?.isCancelled() === true) {
		const code = verification.cancelInfo?.cancelCode() ?? sas?.cancelInfo()?.cancelCode() ?? "m.user";
		return failureByCode(code);
	}
	return verification.timedOut() || sas?.timedOut() === true ? { kind: "timeout" } : undefined;
}

/** Codes that say that what the devices hold of each other differs: a fault of one of them, or somebody in between. */
const mismatches = ["m.mismatched_sas", "m.mismatched_commitment", "m.key_mismatch", "m.user_mismatch"];

function failureByCode(code: string): Failure {
	if (code === "m.timeout") return { kind: "timeout" };
	return { kind: mismatches.includes(code) ? "mismatch" : "cancelled", code };
}

/** The error for it. */
export function errorOf(failure: Failure): CountersignClientError {
	switch (failure.kind) {
		case "timeout":
			return new CountersignClientError(clientErrorCode.verificationTimeout, "nobody compared in time", {
				cancelCode: "m.timeout",
			});
		case "mismatch":
			return new CountersignClientError(clientErrorCode.verificationMismatch, "the devices do not match", {
				cancelCode: failure.code,
			});
		case "cancelled": {
			const isTaken = failure.code === "m.accepted";
			return isTaken
				? new CountersignClientError(
						clientErrorCode.verificationAnsweredElsewhere,
						"another device of the person took it",
						{ cancelCode: failure.code },
					)
				: new CountersignClientError(clientErrorCode.verificationCancelled, "the other side gave up", {
						cancelCode: failure.code,
					});
		}
	}
}
