import { asDeviceId, type DeviceSigningUpload, makeUserId } from "@countersign/protocol";
import { approveRequest, denyRequest, reopenRequest } from "../src/claim/decide-request.ts";
import type { AccountId } from "../src/identifiers.ts";
import type { ApprovalUnit, Uploader, UploadUnit } from "../src/ports.ts";
import type { Transactions } from "../src/transactions.ts";
import { uploadKeys } from "../src/upload.ts";
import { sha256, signing } from "./identity.ts";
import { accountOf, browserOf, type Device, sessionOf } from "./people.ts";

export type CoreStorage = Transactions<UploadUnit & ApprovalUnit>;

/** What a world stands on: everybody of `people` is signed in on all of their devices, and in one browser. */
export interface Ground<Stored extends CoreStorage> {
	readonly storage: Stored;
	/** Ends a session the way the sessions folder does: its requests go in the same transaction. */
	endSession(of: Device, now: number): Promise<void>;
	/** The kinds of the lines in a person's security log, newest first. */
	log(accountId: AccountId): Promise<readonly string[]>;
	close(): Promise<void>;
}

/** The real core on any storage, with a clock that a test turns. */
export function openWorldOn<Stored extends CoreStorage>(ground: Ground<Stored>) {
	const { storage } = ground;
	let now = 1_000_000;
	let tokens = 0;
	const newToken = () => `token-${++tokens}`;
	const means = () => ({ now, newToken, sha256, ...signing });

	return {
		...ground,
		now: () => now,
		advance(ms: number) {
			now += ms;
		},
		upload(
			by: Device,
			body: DeviceSigningUpload,
			on: CoreStorage = storage,
			from: Partial<Pick<Uploader, "address" | "userAgent" | "tokenHash">> = {},
		) {
			return uploadKeys(on, {
				body,
				uploader: {
					clientId: "client-1",
					accountId: accountOf(by.localpart),
					userId: makeUserId(by.localpart, "localhost"),
					sessionId: sessionOf(by),
					deviceId: asDeviceId(by.device),
					tokenHash: from.tokenHash ?? "a token",
					...from,
				},
				means: means(),
			});
		},
		decide(
			how: "approve" | "deny" | "reopen",
			by: {
				readonly localpart: string;
				readonly reference: string;
				readonly proofAgeMs: number;
				readonly delayMs?: number;
			},
			on: CoreStorage = storage,
		) {
			const decision = { reference: by.reference, accountId: accountOf(by.localpart), now, newToken };
			switch (how) {
				case "approve":
					return approveRequest(on, {
						...{ ...decision, delayMs: by.delayMs ?? 0 },
						proof: { ...browserOf(by.localpart), at: now - by.proofAgeMs },
					});
				case "deny":
					return denyRequest(on, decision);
				case "reopen":
					return reopenRequest(on, decision);
			}
		},
		endSession: (of: Device) => ground.endSession(of, now),
	};
}
