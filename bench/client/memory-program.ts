/** Makes a first identity, asks for another one, gives up, and says how much was on the heap meanwhile. */
import type { IdentityCrypto } from "@countersign/client";

/** Bytes on the heap, after a collection. */
export interface Heap {
	readonly before: number;
	readonly loaded: number;
	readonly waiting: number;
	readonly over: number;
}

function heap(): number {
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
}

const { accessToken, ...rest } = JSON.parse(process.argv[2] ?? "");
const before = heap();
const { memoryPendingStore, prepareIdentityReset } = await import("@countersign/client");
const loaded = heap();
const session = { ...rest, accessToken: async () => accessToken };
/** Nothing comes this far: what is waited for is not given. */
const untouched = async () => undefined;
const crypto: IdentityCrypto = {
	...{ heldMasterKey: untouched, importIdentity: untouched, signDevice: untouched },
	...{ backupVersion: untouched, useBackup: untouched, importRoomKeys: untouched },
};
const first = await prepareIdentityReset({ session, crypto, store: memoryPendingStore() });
const options = { present: () => {}, saveRecoveryKey: async () => {} };
// The keys are taken; that the app holds none of them ends the run.
await first.run({ ...options }).catch(() => {});
const parts = { session, crypto, store: memoryPendingStore() };
const second = await prepareIdentityReset(parts);
const over = new AbortController();
let waiting = 0;
await second
	.run({
		...options,
		signal: over.signal,
		present() {
			waiting = heap();
			over.abort();
		},
	})
	.catch(() => {});
process.stdout.write(JSON.stringify({ before, loaded, waiting, over: heap() } satisfies Heap));
