import { isRecord, member, parseMatrixError } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { discoverAuthMetadata } from "../../oauth-metadata.ts";
import { systemClock, systemJitter, systemSleep } from "../../platform.ts";
import { createPacer } from "../../polling.ts";
import { malformedAnswer, readJson, send, unexpectedStatus } from "../../transport.ts";
import { allowsPlainHttp, below, parseHttpUrl } from "../../urls.ts";
import { type HomeserverSession, isPassing } from "../homeserver.ts";

/** A backup from before a reset, and what its recovery key opens. */
export interface KeptBackup {
	readonly version: string;
	/** Account data by type, as they stood. */
	readonly secrets: Readonly<Record<string, unknown>>;
}

/** Where the person lets this app read. */
export interface KeptPage {
	/** Of the authorization server; safe to open. */
	readonly url: string;
	/** Looks at once: the person came back from the page. */
	checkNow(): void;
}

interface Reading {
	readonly session: HomeserverSession;
	readonly signal: AbortSignal;
	readonly present: (page: KeptPage) => void | Promise<void>;
	readonly timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 600_000;

/** What the authorization server keeps, the oldest first, once the person lets this app read it. */
export async function readKept({
	session,
	signal,
	present,
	timeoutMs = defaultTimeoutMs,
}: Reading): Promise<readonly KeptBackup[]> {
	const { fetch, now = systemClock, sleep = systemSleep, jitter = systemJitter } = session;
	const { issuer } = await discoverAuthMetadata(session.homeserver, { fetch, signal });
	const deadlineAt = now() + timeoutMs;
	const pacer = createPacer({ now, sleep, jitter, signal, deadlineAt, automatic: true });
	let isShown = false;
	for (;;) {
		const found = await ask(session, issuer, signal);
		if (found.kind === "kept") return found.kept;
		const first = !isShown;
		if (found.kind === "closed" && first) {
			isShown = true;
			await present({ url: found.url, checkNow: () => pacer.checkNow() });
		}
		const look = await pacer.untilNextLook(found.kind === "closed" ? { kind: "challenge", first } : found);
		if (look === "expired") {
			const message = "the person has not let this app read what is kept";
			throw new CountersignClientError(clientErrorCode.readingTimeout, message);
		}
	}
}

type Found =
	| { readonly kind: "kept"; readonly kept: readonly KeptBackup[] }
	| { readonly kind: "closed"; readonly url: string }
	| { readonly kind: "postponed"; readonly retryAfterMs: number | undefined };

async function ask(session: HomeserverSession, issuer: string, signal: AbortSignal): Promise<Found> {
	try {
		const token = await session.accessToken();
		const found = await look(session, issuer, { token, signal });
		if (found !== "unknown-token") return found;
		const fresh = await session.accessToken({ rejected: token });
		const again = fresh === token ? found : await look(session, issuer, { token: fresh, signal });
		if (again !== "unknown-token") return again;
	} catch (error) {
		if (!isPassing(error) || signal.aborted) throw error;
		return { kind: "postponed", retryAfterMs: error.retryAfterMs };
	}
	throw new CountersignClientError(clientErrorCode.loggedOut, "the server knows none of the tokens");
}

async function look(
	{ fetch }: HomeserverSession,
	issuer: string,
	{ token, signal }: { readonly token: string; readonly signal: AbortSignal },
): Promise<Found | "unknown-token"> {
	const headers = { authorization: `Bearer ${token}` };
	const response = await send(below(issuer, "/undo/v1/kept"), { headers }, { fetch, signal });
	const body = await readJson(response);
	const { status } = response;
	if (status === 401 && parseMatrixError(body)?.errcode === "M_UNKNOWN_TOKEN") return "unknown-token";
	const url = isRecord(body) ? member(body, "url") : undefined;
	if (status === 403 && typeof url === "string") return { kind: "closed", url: checked(url, issuer) };
	if (status === 404) {
		const message = "nothing can be restored: this server keeps nothing from before a reset";
		throw new CountersignClientError(clientErrorCode.nothingToRestore, message);
	}
	if (status !== 200) throw unexpectedStatus(response, body);
	const kept = isRecord(body) ? member(body, "kept") : undefined;
	if (!Array.isArray(kept)) throw malformedAnswer(response, "no list of what is kept");
	return { kind: "kept", kept: kept.flatMap((one: unknown) => keptOf(one)) };
}

function keptOf(one: unknown): readonly KeptBackup[] {
	if (!isRecord(one)) return [];
	const [version, secrets] = [member(one, "version"), member(one, "secrets")];
	return typeof version === "string" && isRecord(secrets) ? [{ version, secrets }] : [];
}

/** The server's own page, and no other: the person enters a password there. */
function checked(url: string, issuer: string): string {
	const page = parseHttpUrl(url, { plainHttp: allowsPlainHttp(issuer) });
	if (page?.origin === new URL(issuer).origin) return url;
	const message = "the page must not be opened";
	throw new CountersignClientError(clientErrorCode.badApprovalUrl, message, { safe: true });
}
