import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedPath } from "../../test/support/guarding-world.ts";
import { guardedRouteOf, isGuardedPath } from "./index.ts";
import { homeserverPath, parseUndoPath } from "./undo-paths.ts";

test("two paths are guarded, to the letter; another spelling of them is another path", () => {
	const both = [guardedPath, guardedPath.replace("/v3/", "/unstable/")];
	for (const path of both) assert.ok(isGuardedPath(path), path);
	for (const path of both)
		for (const other of [
			`${path}/`,
			`/${path}`,
			path.replace("k", "%6B"),
			path.toUpperCase(),
			path.slice(0, -1),
		])
			assert.ok(!isGuardedPath(other), other);
});

const base = "/_matrix/client/v3";

test("what apps take away goes on in one spelling, whatever release and percent-encoding it came in", () => {
	for (const [sent, goesOn] of [
		["/_matrix/client/r0/room_keys/version", `${base}/room_keys/version`],
		[`${base}/room_keys/version/12`, `${base}/room_keys/version/12`],
		[`${base}/room_keys/keys`, `${base}/room_keys/keys`],
		[`${base}/room_keys/keys/!r:h/a%2Fb`, `${base}/room_keys/keys/!r%3Ah/a%2Fb`],
		[
			`${base}/user/@a%2Fb:h/account_data/m%2Esecret_storage%2Edefault_key`,
			`${base}/user/%40a%2Fb%3Ah/account_data/m.secret_storage.default_key`,
		],
	] as const) {
		const path = parseUndoPath(sent);
		assert.ok(path && isGuardedPath(sent), sent);
		assert.equal(homeserverPath(path), goesOn);
		assert.doesNotMatch(guardedRouteOf(sent), /[@!]|%40|secret/, "no id is logged");
	}
	for (const type of ["m.secret_storage.key.x", "m.cross_signing.master", "m.megolm_backup.v1"])
		assert.deepEqual(parseUndoPath(`${base}/user/@a:h/account_data/${type}`), {
			...{ of: "account-data", userId: "@a:h", type },
		});
	for (const version of ["01", "+1", "1_0", "%31_", "0", "-1", "٣"])
		assert.deepEqual(parseUndoPath(`${base}/room_keys/version/${version}`), { of: "version", version: 0 });
});

test("no other path is one of these, and none of the messages' keys but to delete them", () => {
	for (const other of [
		...[
			"room_keys",
			"room_keys/versions",
			"room_keys//version/1",
			"room_keys/version/1/2",
			"room_keys/version/",
		],
		...["room_keys/version/%2e%2e", "room_keys/./version", "room%5Fkeys/version", "room_keys/%76ersion/1"],
		...[
			"room_keys/version/%zz",
			"room_keys/keys/a/b/c",
			"room_keys/keys/%2e/x",
			"room_keys/keys/a/.",
			"sync",
			"keys/upload",
		],
		...["user/@a:h/account_data/m.secret_storage", "user/@a:h/account_data/x.m.cross_signing.master"],
		...["user/@a:h/account_data/m.megolm_backup.v12", "user/@a:h/account_datas/m.megolm_backup.v1"],
		...["user/@a:h/account_data/m.direct", "user/@a:h/account_data/m.key_backup", "user/@a:h/account_data/"],
		...[
			"user/@a:h/rooms/!r:h/account_data/m.megolm_backup.v1",
			"user/@a:h/account_data/m.megolm_backup.v1/x",
		],
		"org.matrix.msc3814.v1/dehydrated_device",
	])
		assert.equal(parseUndoPath(`${base}/${other}`), undefined, other);
	const unstable = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
	assert.deepEqual(parseUndoPath(unstable), { of: "dehydrated-device" });
	for (const other of [`${unstable}/DRY/events`, unstable.replace("_device", "_devices"), `${unstable}/DRY`])
		assert.equal(parseUndoPath(other), undefined, other);
	const removal = "org.matrix.msc3391/user/@a:h/account_data/m.cross_signing.master";
	const removed = parseUndoPath(`/_matrix/client/unstable/${removal}`);
	assert.deepEqual(removed, { of: "removed-data", userId: "@a:h", type: "m.cross_signing.master" });
	assert.equal(homeserverPath(removed), `/_matrix/client/unstable/${removal.replace("@a:h", "%40a%3Ah")}`);
	for (const other of [`v3/${removal}`, "unstable/org.matrix.msc3391/room_keys/version"])
		assert.equal(parseUndoPath(`/_matrix/client/${other}`), undefined, other);
});

test("a log names each by its route", () => {
	for (const [path, route] of [
		[guardedPath, guardedPath],
		[`${base}/room_keys/version`, `${base}/room_keys/version`],
		[`${base}/room_keys/version/7`, `${base}/room_keys/version/:version`],
		[`${base}/room_keys/keys/!r:h/s`, `${base}/room_keys/keys`],
		[`${base}/user/@a:h/account_data/m.megolm_backup.v1`, `${base}/user/:userId/account_data/:type`],
	] as const)
		assert.equal(guardedRouteOf(path), route);
	const dehydrated = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";
	assert.equal(guardedRouteOf(dehydrated), dehydrated);
	const removal = "/_matrix/client/unstable/org.matrix.msc3391/user/@a:h/account_data/m.megolm_backup.v1";
	assert.equal(
		guardedRouteOf(removal),
		"/_matrix/client/unstable/org.matrix.msc3391/user/:userId/account_data/:type",
	);
});
