import assert from "node:assert/strict";
import { test } from "node:test";
import { acrOfRequest, asSessionId, type RequestIn } from "@countersign/core";
import { asDeviceId, makeUserId } from "@countersign/protocol";
import { alice, client, scopeFor } from "../../test/support/session-world.ts";
import { introspectionAnswer } from "./answer.ts";

const now = 1_800_000_000_000;
const tokenHash = "hash of the token";
const facts = {
	...{
		reference: "r",
		uiaSession: "u",
		accountId: alice,
		sessionId: "s",
		deviceId: asDeviceId("DEVICEAAAA"),
	},
	...{ digest: "d", keys: {}, masterKey: "m", createdAt: now, lastUploadAt: now },
};
const approved = {
	...facts,
	...{
		state: "approved",
		decidedAt: now,
		usableFrom: now,
		expiresAt: now + 1,
		failures: 0,
		onlyToken: tokenHash,
	},
} as unknown as RequestIn<"approved">;

function answer(
	event: { readonly acr: string; readonly at: number } | undefined,
	request?: RequestIn<"approved">,
) {
	const deviceId = asDeviceId("DEVICEAAAA");
	const caller = {
		...{
			accountId: alice,
			localpart: "alice",
			userId: makeUserId("alice", "localhost"),
			sessionId: asSessionId("s"),
		},
		...{ deviceId, clientId: client, scope: scopeFor("DEVICEAAAA"), admin: false, tokenHash },
	};
	const found = { ok: true, caller, issuedAt: now, ...(event !== undefined && { event }) } as const;
	const { acr, auth_time: at } = {
		acr: undefined,
		auth_time: undefined,
		...introspectionAnswer(found, now, request),
	};
	return [acr, at];
}

test("a token that was bought by a proof says how strong that was, and when; another says nothing", () => {
	assert.deepEqual(answer(undefined), [undefined, undefined]);
	assert.deepEqual(answer(undefined, approved), [undefined, undefined]);
	assert.deepEqual(answer({ acr: "urn:example:strong", at: now - 1 }), ["urn:example:strong", 1_799_999_999]);
	assert.deepEqual(answer({ acr: "urn:example:strong", at: now }, approved), [
		"urn:example:strong",
		1_800_000_000,
	]);
});

test("a token that was bought for one request names it as long as it is good with that token alone", () => {
	const event = { acr: acrOfRequest("r"), at: now };
	assert.deepEqual(answer(event, approved), [event.acr, 1_800_000_000]);
	for (const request of [
		undefined,
		{ ...approved, expiresAt: now },
		{ ...approved, onlyToken: "hash of another" },
		{ ...approved, state: "spent", endedAt: now } as unknown as typeof approved,
	])
		assert.deepEqual(answer(event, request), [undefined, 1_800_000_000]);
});
