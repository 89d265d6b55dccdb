import { lifetimes, type RequestIn, type ResetRequest, waitsForObjections } from "@countersign/core";
import type { IdentityTruth } from "../ports.ts";
import { isSameNetwork } from "./network.ts";
import type { ResetProgress, ResetStage, ResetWarning } from "./reset-view.ts";

/** A device that signed in less than this before it asked may have done so only to ask. */
const newDeviceMs = 10 * 60_000;

export interface StageInput {
	/** As it stands now: a row whose time is over is expired. */
	readonly request: ResetRequest;
	/** All live requests of the person. */
	readonly live: readonly ResetRequest[];
	/** Undefined when the homeserver does not answer. */
	readonly truth: IdentityTruth | undefined;
	readonly signedInAt: number | undefined;
	readonly signedOut: boolean;
	readonly browserAddress: string;
	/** A refused request had been approved before. */
	readonly takenBack: boolean;
	readonly now: number;
}

/** What the page is about, from the row and from what the homeserver's own keys show. Pure. */
export function stageOf(input: StageInput): ResetStage {
	const { request } = input;
	switch (request.state) {
		case "pending":
			return { stage: "waiting", warnings: warningsAbout(input), expiresAt: request.expiresAt };
		case "approved":
			return approvedStage(request, input.now);
		case "spending":
			return { stage: "spending" };
		case "spent":
			return { stage: "replaced", progress: progressOf(request, input), endedAt: request.endedAt };
		case "denied":
			return { stage: "denied", takenBack: input.takenBack, reopenUntil: request.expiresAt };
		case "expired":
			return { stage: "expired", endedAt: request.endedAt };
		case "withdrawn":
			return { stage: "withdrawn", reason: request.reason, endedAt: request.endedAt };
		case "failed":
			return { stage: "failed", reason: request.reason, endedAt: request.endedAt };
	}
}

function approvedStage(request: RequestIn<"approved">, now: number): ResetStage {
	const { expiresAt, usableFrom } = request;
	return waitsForObjections(request, now)
		? { stage: "objectable", usableFrom, expiresAt }
		: { stage: "approved", expiresAt };
}

function progressOf(request: RequestIn<"spent">, input: StageInput): ResetProgress {
	const { truth, signedOut, now } = input;
	if (truth === undefined) return "unknown";
	if (truth.masterKey !== request.masterKey) return "superseded";
	if (signedOut) return "signed-out";
	if (truth.selfSigningValid && truth.signedDevices.includes(request.deviceId)) return "finished";
	const late = now - request.endedAt > lifetimes.finishMs;
	return late || !truth.selfSigningValid ? "unfinished" : "finishing";
}

/**
 * Reasons to look twice. A thief's request carries the person's own device name and their own words; where it comes
 * from, how many there are and how new its device is cannot be dressed up.
 */
export function warningsAbout({
	request,
	live,
	signedInAt,
	browserAddress,
}: Pick<StageInput, "request" | "live" | "signedInAt" | "browserAddress">): ResetWarning[] {
	const elsewhere = request.address !== undefined && !isSameNetwork(request.address, browserAddress);
	const others = live.some((one) => one.deviceId === request.deviceId && one.digest !== request.digest);
	const fresh = signedInAt !== undefined && request.createdAt - signedInAt < newDeviceMs;
	return [
		...(elsewhere ? (["other-address"] as const) : []),
		...(others ? (["several-key-sets"] as const) : []),
		...(fresh ? (["new-device"] as const) : []),
	];
}
