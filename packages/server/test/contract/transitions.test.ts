import { after } from "node:test";
import { asSessionId } from "@countersign/core";
import { type TransitionsWorld, transitionsSuite } from "@countersign/core/testing/transitions-suite";
import { dialect, openTemporaryStorage, seedAccount } from "../support/storage.ts";

/** Opened here: what a test opens goes when that test is over. */
const storage = await openTemporaryStorage();
let people = 0;

/** Somebody new, on the one storage that all of the suite works with. */
async function somebody(): Promise<TransitionsWorld> {
	const localpart = `alice-${++people}`;
	const { accountId } = await seedAccount(storage, { localpart, deviceIds: ["ONE", "TWO"], at: 1 });
	const [one, two] = [asSessionId(`${localpart}/ONE`), asSessionId(`${localpart}/TWO`)];
	const changed = async (change: Parameters<typeof storage.write<unknown>>[0]) => {
		await storage.write(change);
	};
	return {
		...{ storage, accountId, one, two },
		signOut: () => changed((unit) => unit.sessions.end({ accountId, sessionId: one }, "signed-out", 2)),
		lock: () => changed((unit) => unit.accounts.lock(accountId, 2)),
		closeAccount: () => changed((unit) => unit.accounts.close(accountId, { erase: false, now: 2 })),
		raiseGeneration: () => changed((unit) => unit.accounts.raiseGeneration(accountId)),
		close: async () => {},
	};
}

transitionsSuite(dialect, somebody);
after(() => storage.close());
