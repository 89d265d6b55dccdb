import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId, asSessionId, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { inEnglish } from "../../../test/support/in-english.ts";
import { type ListedRequest, resetListPage } from "./reset-list.ts";

const now = 1_800_000_000_000;
const request: ResetRequest = {
	...{
		accountId: asAccountId("alice"),
		sessionId: asSessionId("session"),
		digest: "digest",
		reference: "reference",
	},
	...{ uiaSession: "uia", deviceId: asDeviceId("PHONE"), keys: {}, createdAt: now, lastUploadAt: now },
	masterKey: "EmkqvokUn8p+vQAGZitOk4PWjp7Ukp3txV2TbMPEiBQ",
	...{ state: "pending", expiresAt: now + 60_000 },
};

function shown(...requests: readonly Partial<ListedRequest>[]): string {
	const listed = {
		request,
		device: { deviceId: asDeviceId("PHONE"), id: "PHONE", name: "My phone" },
		warnings: [],
	};
	const page = resetListPage({ now, requests: requests.map((one) => ({ ...listed, ...one })) });
	return inEnglish(page.body);
}

test("requests of devices with one name are told apart by what cannot be dressed up", () => {
	const text = shown(
		{ device: { deviceId: asDeviceId("PHONE"), id: "PHONE", name: "My phone", hasNamesake: true } },
		{
			device: { deviceId: asDeviceId("THIEF"), id: "THIEF", name: "My phone", hasNamesake: true },
			warnings: ["other-address", "new-device"],
		},
	);
	const [own = "", thief = ""] = text.split("<li>").slice(1);
	assert.match(own, /“<bdi>My phone<\/bdi>” <code>PHONE<\/code>/);
	assert.doesNotMatch(own, /network|minutes ago/);
	assert.match(thief, /“<bdi>My phone<\/bdi>” <code>THIEF<\/code>/);
	assert.match(thief, /perhaps from another network; it had only just signed in/);
});

test("a device without a name is called by its id alone, and once", () => {
	const text = shown({ device: { deviceId: asDeviceId("PHONE"), id: "PHONE" } });
	assert.equal(text.match(/PHONE/g)?.length, 1);
});

test("a name that no other device listed has says which it is, without an id", () => {
	const desk = { deviceId: asDeviceId("DESK"), id: "DESK", name: "My desk" };
	const again = { device: { deviceId: asDeviceId("PHONE"), id: "PHONE", name: "My phone" } };
	assert.doesNotMatch(shown({}, again, { device: desk }), /<code>(?:PHONE|DESK)/);
});

test("where nothing waits it says what a digital identity is", () => {
	assert.match(shown(), /how others know that your devices are yours/);
});
