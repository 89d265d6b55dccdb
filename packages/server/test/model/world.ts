import { approveRequest, denyRequest, reopenRequest, uploadKeys } from "@countersign/core";
import { bodyOf, identity, sha256, signing } from "@countersign/core/testing";
import { type DeviceSigningUpload, makeUserId, parseDeviceSigningUpload } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { openTemporaryStorage, seedAccount } from "../support/storage.ts";

/** People, their devices and the key sets each of them may upload. */
export const people = ["alice", "bob"] as const;
export const devices = ["ONE", "TWO"] as const;
export const keySets = ["a", "b", "c", "d"] as const;

export interface Device {
	readonly localpart: (typeof people)[number];
	readonly device: (typeof devices)[number];
}

/** The real storage and the real core, with a clock that a test turns. */
export async function openWorld() {
	const storage = await openTemporaryStorage();
	const start = 1_000_000;
	for (const localpart of people) {
		await seedAccount(storage, { localpart, deviceIds: devices, at: start });
	}
	let now = start;
	let tokens = 0;
	const newToken = () => `token-${++tokens}`;
	const means = () => ({ now, newToken, sha256, ...signing });

	return {
		storage,
		now: () => now,
		advance(ms: number) {
			now += ms;
		},
		upload(by: Device, body: DeviceSigningUpload, on: Storage = storage) {
			return uploadKeys(on, {
				body,
				uploader: {
					accountId: accountOf(by.localpart),
					userId: makeUserId(by.localpart, "localhost"),
					sessionId: sessionOf(by),
					deviceId: by.device,
				},
				means: means(),
			});
		},
		decide(
			how: "approve" | "deny" | "reopen",
			by: { readonly localpart: string; readonly reference: string; readonly proofAgeMs: number },
			on: Storage = storage,
		) {
			const decision = { reference: by.reference, accountId: accountOf(by.localpart), now, newToken };
			switch (how) {
				case "approve":
					return approveRequest(on, { ...decision, provedAt: now - by.proofAgeMs, generation: 0 });
				case "deny":
					return denyRequest(on, decision);
				case "reopen":
					return reopenRequest(on, decision);
			}
		},
		/** Ends a session the way the sessions folder does: its requests go in the same transaction. */
		endSession(of: Device) {
			return storage.write(async (unit) => {
				await unit.sessions.end(
					{ accountId: accountOf(of.localpart), sessionId: sessionOf(of) },
					"signed-out",
					now,
				);
				await unit.requests.withdraw({ of: "session", sessionId: sessionOf(of) }, "session-ended", now);
			});
		},
	};
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export function accountOf(localpart: string): string {
	return `account-${localpart}`;
}

export function sessionOf({ localpart, device }: Device): string {
	return `${localpart}/${device}`;
}

/** The body of one of a person's key sets, with the given `auth`. */
export function bodyFor(localpart: string, keySet: string, auth: unknown): DeviceSigningUpload {
	const userId = `@${localpart}:localhost`;
	const parsed = parseDeviceSigningUpload(
		{ ...bodyOf(identity(`${localpart}/${keySet}`), userId), auth },
		userId,
	);
	if (!parsed.ok) {
		throw new Error(parsed.refusal.error);
	}
	return parsed.value;
}

/** A storage whose next transactions die at the given call of a repository, as a process does between two writes. */
export function dyingAt(storage: Storage, call: number): Storage {
	let calls = 0;
	const dying = <T extends object>(repository: T): T =>
		new Proxy(repository, {
			get(target, name, receiver) {
				const method = Reflect.get(target, name, receiver);
				if (typeof method !== "function") {
					return method;
				}
				return (...words: unknown[]) => {
					calls += 1;
					if (calls > call) {
						throw new Error("died here");
					}
					return Reflect.apply(method, target, words);
				};
			},
		});
	return {
		...storage,
		write: (work) =>
			storage.write((unit) =>
				work({
					...unit,
					requests: dying(unit.requests),
					keys: dying(unit.keys),
					events: dying(unit.events),
				}),
			),
	};
}
