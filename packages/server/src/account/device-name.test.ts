import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type AccountId, asSessionId, HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../../test/support/actors.ts";
import { openPagesWorld, type PagesWorld } from "../../test/support/pages-world.ts";
import type { SessionOnDevice } from "../sessions/index.ts";
import { createDeviceNameRoutes } from "./device-name.ts";
import type { DeviceNaming } from "./ports.ts";

type Renaming = Parameters<DeviceNaming["renameDevice"]>[0];

describe("the form that names a device", () => {
	const path = "/account/devices/PHONEALICE/name";
	const asked: Renaming[] = [];
	let world: PagesWorld;
	let accountId: AccountId;
	let renameDevice: DeviceNaming["renameDevice"];
	let signedInAs = asSessionId("session");

	before(async () => {
		world = await openPagesWorld();
		accountId = await world.add("alice");
		const device = (): SessionOnDevice => ({
			...{ id: signedInAs, accountId, clientId: "client", deviceId: asDeviceId("PHONEALICE"), scope: "" },
			...{ lasting: false, compat: false, createdAt: 0, lastUsedAt: 0 },
		});
		const homeserver: DeviceNaming & { deviceNames(): Promise<ReadonlyMap<string, string>> } = {
			deviceNames: async () => new Map([["PHONEALICE", " Hall\t\u202e <b>"]]),
			renameDevice(renaming) {
				asked.push(renaming);
				return renameDevice(renaming);
			},
		};
		const sessions = {
			findDevice: async (owner: string, deviceId: string) =>
				owner === accountId && deviceId === "PHONEALICE" ? device() : undefined,
			findWithoutDevice: async () => assert.fail("a name is of a device"),
		};
		world.app.route("/", createDeviceNameRoutes({ ...world, homeserver, sessions }));
	});
	beforeEach(() => {
		asked.length = 0;
		renameDevice = async () => ({ ok: true });
	});
	after(() => world[Symbol.asyncDispose]());

	async function signedIn() {
		const browser = world.browser();
		await browser.signIn("alice");
		return browser;
	}

	test("shows the name that the device has, with nothing in it that reorders what stands around", async () => {
		const { text } = await (await signedIn()).get(path);
		assert.match(text, /name="name" [^>]*value="Hall &lt;b&gt;"/);
	});

	test("hands on what its page will show: no control, invisible or reordering characters, one line", async () => {
		const browser = await signedIn();
		for (const name of [" Kit\u0000chen\n\u2068tablet\u200b ", "\u200e\u200b", "n".repeat(300)])
			assert.equal((await browser.fill(path, { name }, path)).location, "/account/devices/PHONEALICE");
		const names = asked.map(({ displayName }) => displayName);
		assert.deepEqual(names, ["Kitchen tablet", "", "n".repeat(300)]);
		const { by, ...renaming } = asked[0] ?? assert.fail("nothing was asked");
		assert.equal(by.accountId, accountId);
		assert.deepEqual(renaming, {
			...{ localpart: "alice", deviceId: asDeviceId("PHONEALICE"), displayName: "Kitchen tablet" },
		});
	});

	test("says how long a name may be, at its field, with what was typed", async () => {
		renameDevice = async () => ({ ok: false, reason: "too-long", atMost: 100 });
		const { status, text } = await (await signedIn()).fill(path, { name: "Too long" }, path);
		assert.equal(status, 400);
		assert.match(text, /value="Too long"[\s\S]*id="name-error" role="alert">[^<]*at most 100 characters/);
	});

	test("says that nobody answered, and that the name may be another one", async () => {
		renameDevice = () => Promise.reject(new HomeserverUnavailable());
		const { status, headers, text } = await (await signedIn()).fill(path, { name: "Typed" }, path);
		assert.deepEqual([status, headers.get("retry-after")], [503, "10"]);
		assert.match(text, /does not answer[\s\S]*value="Typed"/);
	});

	test("says that it has expired where its browser was signed out on the way", async () => {
		renameDevice = async () => ({ ok: false, reason: "signed-out" });
		const { status, text } = await (await signedIn()).fill(path, { name: "Too late" }, path);
		assert.deepEqual([status, /<h1>This form has expired/.test(text)], [403, true]);
	});

	test("tells of a device that is gone by now as of one there never was", async () => {
		renameDevice = async () => ({ ok: false, reason: "no-such-device" });
		const browser = await signedIn();
		assert.equal((await browser.fill(path, { name: "Gone" }, path)).status, 404);
		assert.equal((await browser.get("/account/devices/OTHER/name")).status, 404);
	});

	test("is for the session it was shown for: whoever took the device over since keeps the name", async () => {
		const browser = await signedIn();
		const { text } = await browser.get(path);
		const csrf = /name="csrf" value="([^"]*)"/.exec(text.slice(text.indexOf(path)))?.[1] ?? "";
		signedInAs = asSessionId("another");
		assert.equal((await browser.post(path, { csrf, name: "Another's" })).status, 403);
		assert.deepEqual(asked, []);
		signedInAs = asSessionId("session");
	});

	test("is not sent on while the homeserver takes any identity of the person's devices", async () => {
		const at = world.clock();
		const until = String(at + 600_000);
		const event = { id: "opened", accountId, at, kind: "reset-window-opened", detail: { until } } as const;
		await world.storage.write((unit) =>
			unit.events.record({ ...event, actor: byPerson, address: "192.0.2.1" }),
		);
		const browser = await signedIn();
		const { status, text } = await browser.fill(path, { name: "Later" }, path);
		assert.equal(status, 409);
		assert.match(text, /Not now[\s\S]*value="Later"/);
		assert.deepEqual(asked, []);
		world.advance(600_000);
		assert.equal((await browser.fill(path, { name: "Later" }, path)).status, 303);
	});

	test("leads whoever is not signed in to sign in, and back", async () => {
		const { location } = await world.browser().get(path);
		assert.equal(location, `/login?next=${encodeURIComponent(path)}`);
	});
});
