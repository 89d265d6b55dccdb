import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, HomeserverUnavailable, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { DeviceSession } from "../sessions/index.ts";
import { type LoadResetDeps, loadReset } from "./load-reset.ts";
import type { AskingSession } from "./ports.ts";

const now = 1_800_000_000_000;

const request: ResetRequest = {
	accountId: asAccountId("alice"),
	sessionId: asSessionId("session"),
	digest: "digest",
	reference: "reference",
	uiaSession: "uia",
	deviceId: asDeviceId("PHONE"),
	keys: {},
	masterKey: "new",
	createdAt: now - 60_000,
	lastUploadAt: now,
	state: "spent",
	decidedAt: now,
	endedAt: now,
};

const visit = {
	path: "/account/reset/reference",
	signedInAs: "@alice:localhost",
	csrf: "t",
	asks: undefined,
	browserAddress: "192.0.2.1",
};

function over(
	identityOf: LoadResetDeps["homeserver"]["identityOf"],
	session?: Partial<AskingSession>,
	deviceNames: LoadResetDeps["homeserver"]["deviceNames"] = () => Promise.reject(new HomeserverUnavailable()),
	devices: readonly DeviceSession[] = [],
): LoadResetDeps {
	const facts = session && { deviceId: asDeviceId("PHONE"), createdAt: now, ended: false, ...session };
	const read = {
		requests: { find: async () => request, ofAccount: async () => [request] },
		sessionFacts: { find: async () => facts },
		events: { list: async () => [] },
		holds: { kept: async () => [] },
	};
	return {
		storage: { read, write: (work) => work(read) },
		homeserver: { identityOf, deviceNames, keysIn: async () => 0 },
		sessions: { listOf: async () => devices },
		clock: () => now,
	};
}

describe("a homeserver that does not answer", () => {
	test("leaves a gap in the page, never a guess", async () => {
		const view = await loadReset(
			over(() => Promise.reject(new HomeserverUnavailable())),
			request,
			visit,
		);
		assert.equal(view.stage === "replaced" && view.progress, "unknown");
		assert.equal(view.asking.currentKey, undefined);
		assert.equal(view.asking.backup, undefined);
	});

	test("any other failure is one", async () => {
		const broken = new Error("broken");
		await assert.rejects(
			loadReset(
				over(() => Promise.reject(broken)),
				request,
				visit,
			),
			broken,
		);
	});
});

describe("the name of the device", () => {
	const long = "An app whose name goes on for longer than there is room for on a page that has to be read";
	const named = async (clientName: string, deviceName: string) => {
		const answers = over(() => Promise.reject(new HomeserverUnavailable()), { clientName, deviceName });
		return (await loadReset(answers, request, visit)).asking.device.name;
	};

	test("is the one that the homeserver has, where apps change it, and none where they took it away", async () => {
		const called = async (names: readonly (readonly [string, string | undefined])[]) => {
			const silent = () => Promise.reject(new HomeserverUnavailable());
			const known = { clientName: "Example", deviceName: "as it signed in" };
			const deps = over(silent, known, async () => new Map(names));
			return (await loadReset(deps, request, visit)).asking.device.name;
		};
		assert.equal(await called([["PHONE", "My \u202ephone\u0007"]]), "My phone");
		assert.equal(await called([["PHONE", undefined]]), undefined);
		assert.equal(await called([["LAPTOP", "another"]]), "as it signed in", "it is not known there yet");
	});

	test("is not told twice where it is the app's, however long", async () => {
		assert.equal(await named("Example", "Example"), undefined);
		assert.equal(await named(long, long), undefined);
		assert.equal(await named(long.repeat(4), long.repeat(4)), undefined);
	});

	test("is told where it only begins like the app's", async () => {
		assert.match((await named(`${long} on a laptop`, `${long} on a phone`)) ?? "", /^An app whose/);
	});

	test("stands alone, but beside its id where another device of theirs is called the same", async () => {
		const other = (deviceId: string): DeviceSession => ({
			...{ id: asSessionId(deviceId), accountId: request.accountId, clientId: "client" },
			...{ deviceId: asDeviceId(deviceId), lasting: false, compat: false, scope: "" },
			...{ createdAt: now, lastUsedAt: now },
		});
		const known = { clientName: "Example", deviceName: "My phone" };
		const asked = async (deviceId: string, name: string) => {
			const silent = () => Promise.reject(new HomeserverUnavailable());
			const names = async () => new Map([["PHONE", "My phone"] as const, [deviceId, name] as const]);
			const deps = over(silent, known, names, [other("PHONE"), other(deviceId)]);
			return (await loadReset(deps, request, visit)).asking.device.hasNamesake;
		};
		assert.equal(await asked("THIEF", "My phone"), true);
		for (const alike of ["My\u202e phone", "my phone", "My “phone”", "Ｍy phone", "My  phone."])
			assert.equal(await asked("THIEF", alike), true, alike);
		assert.equal(await asked("LAPTOP", "My laptop"), false);
	});
});

describe("after a refusal that gave the backup back alone", () => {
	const { accountId, createdAt } = request;
	/** What the page says where this is kept, back at `at`. */
	const saidOf = async (devices: readonly string[], at: number, isBack = true) => {
		const deps = over(() => Promise.reject(new HomeserverUnavailable()));
		const line = { id: "1", accountId, at: now, kind: "reset-data-back-in-part" as const, detail: {} };
		const one = { reference: "h", accountId, floor: 1, devices: devices.map(asDeviceId) };
		const read = {
			...deps.storage.read,
			events: { list: async () => [{ ...line, actor: { kind: "server", because: "undo" } as const }] },
			holds: { kept: async () => [{ ...one, isBack, endedAt: at, until: now + 1 }] },
		};
		const storage: LoadResetDeps["storage"] = { read, write: (work) => work(read) };
		return (await loadReset({ ...deps, storage }, request, visit)).asking.putBack;
	};

	test("what is kept is spoken of where it is of this request's device, and came back after it was asked", async () => {
		assert.equal(await saidOf(["PHONE"], createdAt), "aside");
		assert.equal(await saidOf(["LAPTOP", "PHONE"], now), "aside");
		assert.equal(await saidOf(["LAPTOP"], now), "in-part");
		assert.equal(await saidOf(["PHONE"], createdAt - 1), "in-part");
		assert.equal(await saidOf(["PHONE"], now, false), "in-part");
	});
});
