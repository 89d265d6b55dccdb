import { asAccountId } from "@countersign/core";
import { browserOf, type Device, devices, people, sessionOf } from "@countersign/core/testing/people";
import { type Ground, openWorldOn } from "@countersign/core/testing/world";
import type { Storage } from "../../src/storage/index.ts";
import { openTemporaryStorage, seedAccount } from "../support/storage.ts";

/** The real storage, with everybody signed in. */
export async function realGround(): Promise<Ground<Storage>> {
	const storage = await openTemporaryStorage();
	for (const localpart of people) {
		await seedAccount(storage, { localpart, deviceIds: devices, at: 1_000_000 });
		const { browser: idHash, ...signedIn } = browserOf(localpart);
		const times = {
			createdAt: 1_000_000,
			provedHow: "password" as const,
			provedAt: 1_000_000,
			expiresAt: Number.MAX_SAFE_INTEGER,
		};
		await storage.write((unit) => unit.browserSessions.add({ idHash, ...signedIn, ...times }));
	}
	return {
		storage,
		endSession: (of: Device, now) =>
			storage.write(async (unit) => {
				const sessionId = sessionOf(of);
				await unit.sessions.end(
					{ accountId: asAccountId(`account-${of.localpart}`), sessionId },
					"signed-out",
					now,
				);
				await unit.requests.withdraw({ of: "session", sessionId }, "session-ended", now);
			}),
		log: async (accountId) => {
			const lines = await storage.read.events.list(accountId, { limit: 50 });
			return lines.map(({ kind }) => kind);
		},
		close: () => storage.close(),
	};
}

/** The real storage and the real core, with a clock that a test turns. */
export async function openWorld() {
	return openWorldOn(await realGround());
}

export type World = Awaited<ReturnType<typeof openWorld>>;

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
