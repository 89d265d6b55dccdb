import { CountersignClientError } from "@countersign/client";
import { networkWords } from "./words/index.ts";

/** Why a request got no answer, for whoever typed the address; nothing where nobody knows. */
export function networkReason(thrown: unknown): string {
	for (let error = thrown; error instanceof Error; error = error.cause) {
		if (error.name === "TimeoutError") return networkWords.late;
		// Ours say that there was no answer; what is behind them says why.
		if (error instanceof CountersignClientError) continue;
		if (!("code" in error) || typeof error.code !== "string") continue;
		return reasonOf(error.code, new Map(Object.entries(error)));
	}
	return "";
}

/** What the other side said was no TLS, but plain http as a rule. */
const noTls: readonly string[] = ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"];

function reasonOf(code: string, details: ReadonlyMap<string, unknown>): string {
	if (code === "ENOTFOUND" || code === "EAI_AGAIN")
		return networkWords.noHost(String(details.get("hostname")));
	if (code === "ECONNREFUSED") return networkWords.refused;
	if (noTls.includes(code)) return networkWords.noTls;
	if (/CERT|SIGNATURE/.test(code)) return networkWords.certificate(code);
	return networkWords.other(code);
}
