import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import { alice } from "../../test/support/session-world.ts";
import type { UndoBehind } from "../../test/support/undo-behind.ts";
import {
	backupPath,
	dataAt,
	dehydratedPath,
	openUndoGuarding,
	type UndoGuarding,
} from "../../test/support/undo-guarding.ts";

let world: UndoGuarding;
let behind: UndoBehind;
let phone: string;
before(async () => {
	world = await openUndoGuarding();
});
beforeEach(async () => {
	await world.afresh();
	[behind, phone] = [world.behind(), world.phone()];
	behind.versions.add(1).add(2);
	behind.dehydrated = "DRY";
	behind.data.set(master, encrypted).set(defaultKey, { key: "K1" });
});
after(() => world[Symbol.asyncDispose]());

const master = "m.cross_signing.master";
const defaultKey = "m.secret_storage.default_key";
const encrypted = { encrypted: { K1: { ciphertext: "a" } } };

/** From its `count`th use on, of this request, the database does not answer. Returns what undoes that. */
function awayFrom(count: number): () => void {
	let uses = 0;
	world.database.before = () => {
		uses += 1;
		if (uses >= count) throw new StorageUnavailable("the database is away");
	};
	return () => {
		world.database.before = () => {};
	};
}

const kept = () => [[...behind.versions], behind.dehydrated, Object.fromEntries(behind.data)];
const isQuestion = (line: string) => line.startsWith("GET ");

describe("with the database away, at whichever step of it, nothing is taken away", () => {
	for (const [what, line, sent, leastSteps] of [
		["a version", `DELETE ${backupPath}/2`, undefined, 6],
		["the dehydrated device", `DELETE ${dehydratedPath}`, undefined, 6],
		["a secret that is emptied", `PUT ${dataAt(master)}`, {}, 5],
		[
			"a secret that is deleted",
			`DELETE unstable/org.matrix.msc3391/${dataAt(master).slice(3)}`,
			undefined,
			5,
		],
		["the default key", `PUT ${dataAt(defaultKey)}`, { key: "K2" }, 3],
		["the keys of a version", "DELETE v3/room_keys/keys?version=2", undefined, 3],
		["what a version is signed with", `PUT ${backupPath}/2`, { auth_data: {} }, 3],
	] as const)
		test(what, async () => {
			const before = kept();
			const ask = () => world.ask(phone, line, { ...(sent !== undefined && { body: sent }) });
			let steps = 1;
			for (; ; steps++) {
				const isBack = awayFrom(steps);
				const { status, body, headers } = await ask();
				isBack();
				if (status !== 503) break;
				assert.deepEqual([body.errcode, Number(headers.get("retry-after")) > 0], ["M_UNKNOWN", true]);
				assert.deepEqual(kept(), before, `at step ${steps}`);
				assert.ok(world.arrived().every(isQuestion), `only asked about, at step ${steps}`);
				assert.equal(await world.openHold(), undefined);
				assert.deepEqual(await world.storage.read.holds.kept(alice), []);
			}
			assert.ok(steps > leastSteps, `it takes ${steps - 1} steps`);
		});

	test("and one that is back goes on as if it had never been away", async () => {
		const isBack = awayFrom(3);
		assert.equal((await world.ask(phone, `DELETE ${backupPath}/2`)).status, 503);
		isBack();
		assert.equal((await world.ask(phone, `DELETE ${backupPath}/2`)).status, 200);
		const hold = await world.openHold();
		assert.deepEqual([hold?.floor, [...behind.versions]], [2, [1, 2]]);
	});
});

test("with the database away what is gone to a device is not shown to it", async () => {
	await world.ask(phone, `DELETE ${backupPath}/2`);
	await world.ask(phone, `DELETE ${dehydratedPath}`);
	for (const line of [`GET ${backupPath}`, `GET ${backupPath}/2`, `GET ${dehydratedPath}`])
		for (const step of [1, 2]) {
			const isBack = awayFrom(step);
			const { status, body } = await world.ask(phone, line);
			isBack();
			assert.deepEqual([status, body.version, body.device_id], [503, undefined, undefined], line);
		}
});
