import type { ResetRequest } from "@countersign/core";
import { type Device, devices, people, sessionOf } from "@countersign/core/testing/people";

/** What must be true of the world, kept apart from it and much simpler than it. */
export interface Model {
	/** The key set in force of each person. */
	readonly keys: Map<string, string>;
	/** Every request that was ever answered with a challenge, by reference. */
	readonly requests: Map<string, KnownRequest>;
	readonly endedSessions: Set<string>;
	/** Key sets that a person had before: they are not taken again. */
	readonly used: Set<string>;
}

export interface KnownRequest {
	readonly reference: string;
	readonly uiaSession: string;
	readonly by: Device;
	readonly keySet: string;
	state: ResetRequest["state"];
	/** End of the approval, while approved. */
	approvedUntil?: number;
}

export function emptyModel(): Model {
	return { keys: new Map(), requests: new Map(), endedSessions: new Set(), used: new Set() };
}

/** The one approval that lets exactly this upload through, if there is one now. */
export function approvalFor(
	model: Model,
	upload: { readonly by: Device; readonly keySet: string },
	now: number,
): KnownRequest | undefined {
	return [...model.requests.values()].find(
		(request) =>
			request.state === "approved" &&
			(request.approvedUntil ?? 0) > now &&
			request.keySet === upload.keySet &&
			sessionOf(request.by) === sessionOf(upload.by) &&
			!model.endedSessions.has(sessionOf(upload.by)),
	);
}

/** The person approved it: whatever else they had approved is withdrawn. */
export function noteApproval(model: Model, approved: KnownRequest, now: number): void {
	for (const request of model.requests.values()) {
		if (request.state === "approved" && request.by.localpart === approved.by.localpart) {
			request.state = "withdrawn";
		}
	}
	approved.state = "approved";
	approved.approvedUntil = now + 10 * 60_000;
}

export const everyDevice: readonly Device[] = people.flatMap((localpart) =>
	devices.map((device) => ({ localpart, device })),
);
