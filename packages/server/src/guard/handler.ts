import type { IncomingMessage } from "node:http";
import { type GuardedOutcome, type GuardUpload, HomeserverUnavailable } from "@countersign/core";
import { errcodes, opensClientApi, parseDeviceSigningUpload } from "@countersign/protocol";
import {
	type Asked,
	bodyLimitBytes,
	signedInAgain,
	type UploadAnswer,
	uploadAnswer,
	uploadPaths,
} from "../device-signing/index.ts";
import { clientAddressOf, type RawHandler, readIncoming, userAgentOf } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { matrixFailure, parseJsonObject, withoutDevice } from "../matrix-api/index.ts";
import { canStepUp, type Sessions } from "../sessions/index.ts";
import { passed, refused, send, sendPreflight, wrongMethod } from "./answer.ts";
import { type Claims, claimsOf } from "./caller.ts";
import { type ForeignDeps, isSameSecret, passForeign } from "./foreign.ts";
import { answerUndo, methodsOf } from "./undo.ts";
import type { UndoDeps } from "./undo-asked.ts";
import { parseUndoPath, undoRouteOf } from "./undo-paths.ts";

export interface GuardDeps extends Omit<ForeignDeps, "storage">, UndoDeps {
	readonly storage: ForeignDeps["storage"] & UndoDeps["storage"];
	readonly upload: GuardUpload;
	readonly authenticate: Sessions["authenticate"];
	/** Whether a token looks like one that we hand out, good or not. */
	readonly isOwnToken: (accessToken: string) => boolean;
	/** With which we speak to the homeserver ourselves. From outside it opens nothing. */
	readonly asToken: string;
	/** With a trailing slash. */
	readonly publicBase: string;
	/** Whether apps are told that they may step up. */
	readonly stepUp: boolean;
	readonly log: Pick<Log, "error" | "warn">;
}

/** Whether the guard answers this path, as it was sent: another spelling of it is another path, and is not handed on. */
export function isGuardedPath(path: string): boolean {
	return isUploadPath(path) || parseUndoPath(path) !== undefined;
}

/** What a guarded path is called among routes: for logs, which keep no ids. */
export function guardedRouteOf(path: string): string {
	const undo = parseUndoPath(path);
	return undo === undefined ? path : undoRouteOf(undo);
}

function isUploadPath(path: string): boolean {
	return uploadPaths.some((guarded) => guarded === path);
}

/** Answers uploads of cross-signing keys, and what apps take away before, in the place of the homeserver behind. */
export function createGuard(deps: GuardDeps): RawHandler {
	return async (incoming, outgoing) => {
		const { url = "" } = incoming;
		const undo = parseUndoPath(url.split("?", 1).join());
		if (incoming.method === "OPTIONS")
			return sendPreflight(outgoing, undo === undefined ? ["POST"] : methodsOf(undo));
		send(
			outgoing,
			await answerSafely(deps, () =>
				undo === undefined ? answer(deps, incoming) : answerUndo(deps, incoming, undo),
			),
		);
	};
}

async function answerSafely(deps: GuardDeps, answering: () => Promise<UploadAnswer>): Promise<UploadAnswer> {
	try {
		return await answering();
	} catch (err) {
		if (err instanceof HomeserverUnavailable) return unavailable(deps, err);
		deps.log.error({ err }, "the guard failed");
		return matrixFailure(err);
	}
}

async function answer(deps: GuardDeps, incoming: IncomingMessage): Promise<UploadAnswer> {
	if (incoming.method !== "POST") return wrongMethod(["POST"]);
	const claims = claimsOf(incoming);
	if (claims === undefined) return refused("missing");
	return deps.isOwnToken(claims.accessToken)
		? answerOwn(deps, incoming, claims)
		: answerForeign(deps, incoming, claims);
}

/**
 * One of our own tokens. What has expired or ended is answered here and goes no further: the homeserver may remember
 * for minutes that it was good.
 */
async function answerOwn(
	deps: GuardDeps,
	incoming: IncomingMessage,
	{ accessToken }: Claims,
): Promise<UploadAnswer> {
	const address = clientAddressOf(incoming);
	const known = await deps.authenticate(accessToken, { address });
	if (!known.ok) return refused(known.reason);
	const { accountId, userId, sessionId, deviceId, clientId, scope } = known.caller;
	if (!opensClientApi(scope)) return refused("other-purpose");
	// Whoever approves is shown the device that asks, and what it takes away is hidden from it alone.
	if (deviceId === null) return withoutDevice;
	const read = await readObject(incoming);
	if (!read.ok) return { status: read.status, body: read.refusal };
	// Whoever sends a body decides when it ends, and may be signed out before.
	const still = await deps.authenticate(accessToken, notedAlready);
	if (!still.ok) return refused(still.reason);
	const body = parseDeviceSigningUpload(read.body, userId);
	if (!body.ok) return { status: 400, body: body.refusal };
	// Where apps do not step up, what one of them got so before is good for nothing.
	const tokenHash = deps.stepUp ? known.caller.tokenHash : noToken;
	const uploader = { accountId, userId, sessionId, deviceId, clientId, tokenHash, address };
	const outcome = await deps.upload({
		...{ accessToken, body: body.value },
		uploader: { ...uploader, ...agentOf(incoming) },
	});
	const asked = { auth: body.value.auth, canStepUp: deps.stepUp && canStepUp(clientId) };
	return inWords(deps, { outcome, asked }, async () => {
		const again = await deps.authenticate(accessToken, notedAlready);
		return again.ok ? signedInAgain : refused(again.reason);
	});
}

/** The hash of none. */
const noToken = "";

/** Where a token was used is written down once for each request. */
const notedAlready = {};

async function answerForeign(
	deps: GuardDeps,
	incoming: IncomingMessage,
	{ accessToken, query }: Claims,
): Promise<UploadAnswer> {
	if (isSameSecret(accessToken, deps.asToken)) {
		deps.log.warn({}, "the application service's own token was used from outside: change the shared secret");
		return refused("unknown");
	}
	const read = await readObject(incoming);
	if (!read.ok) return { status: read.status, body: read.refusal };
	const address = clientAddressOf(incoming);
	return passForeign(deps, { accessToken, query, body: read.body, address, ...agentOf(incoming) });
}

async function inWords(
	deps: GuardDeps,
	{ outcome, asked }: { readonly outcome: GuardedOutcome; readonly asked: Omit<Asked, "publicBase"> },
	signedOut: () => Promise<UploadAnswer>,
): Promise<UploadAnswer> {
	switch (outcome.kind) {
		case "passed-on":
			return passed(outcome.passedOn);
		case "unavailable":
			return unavailable(deps, outcome.cause);
		case "signed-out":
			return signedOut();
		default:
			return uploadAnswer(outcome, { ...asked, publicBase: deps.publicBase });
	}
}

async function readObject(incoming: IncomingMessage) {
	const read = await readIncoming(incoming, bodyLimitBytes);
	return parseJsonObject(read, { strict: true, limitBytes: bodyLimitBytes });
}

function agentOf({ headers }: IncomingMessage): { readonly userAgent?: string } {
	const userAgent = userAgentOf(headers["user-agent"]);
	return userAgent === undefined ? {} : { userAgent };
}

/** Not 401: no app must think that it is signed out because a homeserver starts anew. */
function unavailable({ log }: GuardDeps, err: HomeserverUnavailable | undefined): UploadAnswer {
	log.warn({ err }, "a guarded request did not reach the homeserver");
	const error = "The homeserver does not answer at the moment";
	return { status: 502, body: { errcode: errcodes.unknown, error }, headers: { "retry-after": "5" } };
}
