/** The unmodified matrix-js-sdk resets on Synapse, through the proxy as it is printed. */
import { test } from "node:test";
import { approved, begunAnew, refused, renewed, switchedOff } from "../interop/undo-scenarios.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorldOptions } from "../support/synapse-world.ts";
import { openUndoWorld, type UndoWorld } from "../support/undo-world.ts";

const skip = needsSynapseBehind("nginx").skip || jsSdk.skip;
const needed = { skip, timeout: 300_000 };

async function beside(options: SynapseWorldOptions, run: (world: UndoWorld) => Promise<void>): Promise<void> {
	await using synapse = await openSynapseWorld(options);
	await using world = await openUndoWorld({ ...synapse, url: synapse.homeserver });
	await run(world);
}

test("a refused reset leaves the backup, secret storage and the other device as they were", needed, () =>
	beside({}, refused),
);

test("an approved reset is not disturbed: the new backup is in force on every device", needed, () =>
	beside({}, approved),
);

test(
	"beside a backup that was begun anew meanwhile, the keys of the one that came back are moved into it",
	needed,
	() => beside({}, begunAnew),
);

test("a backup that its person begins anew stays as they want it", needed, () => beside({}, renewed));

test("a backup that its person switches off stays as they want it", needed, () => {
	let ahead = 0;
	return beside({ clock: () => Date.now() + ahead }, (world) =>
		switchedOff(world, () => {
			ahead += 11 * 60_000;
		}),
	);
});
