import { errcodes, type MatrixErrorBody } from "@countersign/protocol";
import { uploadedKeys } from "./claim/binding.ts";
import { limits, pendingUntil } from "./claim/lifetimes.ts";
import type { RequestFacts, RequestIdentity, RequestIn, ResetRequest } from "./claim/reset-request.ts";
import { isOver, waitsForObjections } from "./claim/transitions.ts";
import { byApp, expireOld, logLine } from "./events.ts";
import type { DecisionUnit, RequestReading, Upload } from "./ports.ts";

/** A person is asked, or has just answered no. */
export type AskOutcome =
	/** 401 with the request's UIA session and URL; `refusal` is added when the person has refused. */
	| { readonly kind: "challenge"; readonly request: ResetRequest; readonly refusal?: MatrixErrorBody }
	/** 403, told once, to an app that polls without a session and would otherwise poll on. */
	| { readonly kind: "denied"; readonly refusal: MatrixErrorBody }
	/** 429: this session has asked too often. */
	| { readonly kind: "throttled"; readonly retryAfterMs: number };

const refusedByPerson: MatrixErrorBody = {
	errcode: errcodes.forbidden,
	error: "The request was refused on the approval page",
};

/**
 * The answer to an app that asks again while its request waits, without a write; `undefined` where the row has to
 * be made, prolonged or moved. Apps poll twice a second.
 */
export async function askAgain(
	read: RequestReading,
	identity: RequestIdentity,
	{ means }: Upload,
): Promise<AskOutcome | undefined> {
	const request = await read.requests.current(identity);
	const { now } = means;
	const fresh =
		request?.state === "pending" && !isOver(request, now) && now - request.lastUploadAt < limits.touchEveryMs;
	return request !== undefined && (fresh || waitsForObjections(request, now))
		? { kind: "challenge", request }
		: undefined;
}

/** Finds or makes the request of this identity. Same identity, same row, same UIA session, same URL, until it ends. */
export async function askPerson(
	unit: DecisionUnit,
	asking: Upload & { readonly identity: RequestIdentity; readonly masterKey: string },
): Promise<AskOutcome> {
	const { identity, means, body } = asking;
	await expireOld(unit, identity.accountId, means);
	const request = await unit.requests.current(identity);
	if (request?.state === "pending") {
		const sign = { lastUploadAt: means.now, expiresAt: pendingUntil(request.createdAt, means.now) };
		await unit.requests.touch(request.reference, sign);
		return { kind: "challenge", request: { ...request, ...sign } };
	}
	if (request?.state === "denied" && !isOver(request, means.now)) {
		return answerDenial(unit, request, { now: means.now, knowsSession: body.auth.session !== undefined });
	}
	if (request !== undefined && request.state !== "denied") {
		return { kind: "challenge", request };
	}
	return addRequest(unit, asking);
}

/** The same keys are not put before the person again: a thief must not be able to ask until somebody is tired. */
async function answerDenial(
	unit: DecisionUnit,
	request: RequestIn<"denied">,
	asked: { readonly now: number; readonly knowsSession: boolean },
): Promise<AskOutcome> {
	if (asked.knowsSession || request.told) {
		return { kind: "challenge", request, refusal: refusedByPerson };
	}
	const { reference, accountId } = request;
	await unit.requests.move({ move: "tell-denial", reference, accountId, now: asked.now });
	return { kind: "denied", refusal: refusedByPerson };
}

async function addRequest(
	unit: DecisionUnit,
	asking: Upload & { readonly identity: RequestIdentity; readonly masterKey: string },
): Promise<AskOutcome> {
	const { identity, uploader, means, body, masterKey } = asking;
	const asked = await unit.requests.askedSince(identity.sessionId, means.now - limits.windowMs);
	if (asked.count >= limits.newPerWindow) {
		const oldest = asked.oldestAt ?? means.now;
		return { kind: "throttled", retryAfterMs: Math.max(1_000, oldest + limits.windowMs - means.now) };
	}
	if (asked.live >= limits.livePerSession) {
		const { sessionId } = identity;
		await unit.requests.withdraw({ of: "oldest-pending", sessionId }, "newer-request", means.now);
	}
	const facts: RequestFacts = {
		...identity,
		reference: means.newToken(),
		uiaSession: means.newToken(),
		deviceId: uploader.deviceId,
		keys: uploadedKeys(body),
		masterKey,
		createdAt: means.now,
		lastUploadAt: means.now,
		...(uploader.address !== undefined && { address: uploader.address }),
		...(uploader.userAgent !== undefined && { userAgent: uploader.userAgent }),
	};
	const request: RequestIn<"pending"> = {
		...facts,
		state: "pending",
		expiresAt: pendingUntil(means.now, means.now),
	};
	await unit.requests.add(request);
	await unit.events.record(logLine("reset-asked", byApp(uploader), means, request));
	return { kind: "challenge", request };
}
