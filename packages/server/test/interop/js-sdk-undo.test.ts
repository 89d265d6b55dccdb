/** The unmodified matrix-js-sdk resets, and a person refuses: what it removed before it asked is there again. */
import { test } from "node:test";
import { jsSdk } from "../support/js-sdk-library.ts";
import { startServer } from "../support/server.ts";
import { openUndoWorld } from "../support/undo-world.ts";
import { approved, begunAnew, refused, renewed, switchedOff } from "./undo-scenarios.ts";

const { skip } = jsSdk;

test("a refused reset leaves the backup, secret storage and the other device as they were", {
	skip,
}, async () => {
	await using server = await startServer();
	await using world = await openUndoWorld(server);
	await refused(world);
});

test("an approved reset is not disturbed: the new backup is in force on every device", { skip }, async () => {
	await using server = await startServer();
	await using world = await openUndoWorld(server);
	await approved(world);
});

test("beside a backup that was begun anew meanwhile, the keys of the one that came back are moved into it", {
	skip,
}, async () => {
	await using server = await startServer();
	await using world = await openUndoWorld(server);
	await begunAnew(world);
});

test("a backup that its person begins anew, or switches off, stays as they want it", { skip }, async () => {
	for (const wanted of [renewed, switchedOff]) {
		await using server = await startServer();
		await using world = await openUndoWorld(server);
		await wanted(world);
	}
});
