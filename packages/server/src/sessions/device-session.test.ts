import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { canStepUp, claims, compatClient, deviceSession, lastingClient } from "./device-session.ts";

const named = (name: unknown) => claims(JSON.stringify({ client_name: name }));

describe("what a client says of itself", () => {
	test("is its name and its address", () => {
		const metadata = JSON.stringify({ client_name: "App", client_uri: "https://app.example/" });
		assert.deepEqual(claims(metadata), { name: "App", uri: "https://app.example/" });
	});

	test("is nothing where it says nothing, or what is neither", () => {
		for (const metadata of ["{}", "[]", "null", "1", "not JSON", "", '{"client_name":1,"client_uri":{}}'])
			assert.deepEqual(claims(metadata), {}, metadata);
	});

	test("is shown up to a hundred characters, whatever they are made of", () => {
		assert.deepEqual(named("x".repeat(101)), { name: "x".repeat(100) });
		assert.deepEqual(named(" x "), { name: "x" });
		assert.deepEqual(named("😀".repeat(101)), { name: "😀".repeat(100) });
	});

	test("holds nothing that hides or reorders what surrounds it", () => {
		assert.deepEqual(named(" \u202eApp\u0000\u200b\ud800 One "), { name: "App One" });
		assert.deepEqual(named(" \u202e "), {});
	});
});

test("a session is shown with what is known of it, and nothing in the place of the rest", () => {
	const facts = {
		...{ id: asSessionId("s"), accountId: asAccountId("a"), deviceId: asDeviceId("DEVICE") },
		...{ clientId: "client", scope: "openid", createdAt: 1, lastUsedAt: 2 },
	};
	const untold = { tokenEndTold: null, idleEndTold: null, ageEndTold: null };
	const noEnd = { ...untold, endsAt: null, tokenMadeAt: null };
	const unknown = { ...noEnd, signedInAddress: null, lastAddress: null, userAgent: null };
	assert.deepEqual(deviceSession({ ...facts, ...unknown, clientMetadata: "{}" }), {
		...{ ...facts, lasting: false, compat: false },
	});
	const metadata = JSON.stringify({ client_name: "App", client_uri: "https://app.example/" });
	const told = { signedInAddress: "192.0.2.1", lastAddress: "192.0.2.2", userAgent: "Example" };
	assert.deepEqual(deviceSession({ ...facts, ...noEnd, ...told, clientMetadata: metadata, keptUntil: 3 }), {
		...{ ...facts, ...told, lasting: false, compat: false },
		...{ clientName: "App", clientUri: "https://app.example/", keptUntil: 3 },
	});
	for (const [clientId, is] of [
		["legacy", { lasting: false, compat: true }],
		["lasting-token-1", { lasting: true, compat: false }],
		["not-lasting-token-1", { lasting: false, compat: false }],
	] as const) {
		const { lasting, compat } = deviceSession({ ...facts, ...unknown, clientId, clientMetadata: "{}" });
		assert.deepEqual({ lasting, compat }, is);
	}
	const own = { ...facts, ...unknown, clientId: "lasting-token-own.x", clientMetadata: "{}" };
	assert.deepEqual(deviceSession({ ...own, endsAt: 4, tokenMadeAt: 3 }), {
		...{ ...facts, clientId: own.clientId, lasting: true, compat: false },
		...{ byPerson: true, endsAt: 4, tokenMadeAt: 3 },
	});
	const ends = deviceSession({ ...facts, ...unknown, clientMetadata: "{}", idleEndTold: 5, tokenEndTold: 6 });
	assert.deepEqual(ends.endTold, { idle: 5, token: 6 });
});

test("whoever signed in by OAuth can send the person back there, and nobody else", () => {
	assert.equal(canStepUp("a-registered-client"), true);
	assert.equal(canStepUp(compatClient), false);
	assert.equal(canStepUp(`${lastingClient}bot`), false);
});
