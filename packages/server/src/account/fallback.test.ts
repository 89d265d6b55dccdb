import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type RequestState, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { createPages } from "../pages/index.ts";
import { english } from "../words/index.ts";
import { createFallbackRoutes } from "./fallback.ts";
import { createStagePage } from "./stage-page.ts";

const now = 1_800_000_000_000;
const facts = {
	...{
		accountId: asAccountId("alice"),
		sessionId: asSessionId("session"),
		digest: "digest",
		deviceId: asDeviceId("PHONE"),
		keys: {},
	},
	...{ reference: "reference", uiaSession: "uia", masterKey: "new", createdAt: now, lastUploadAt: now },
};
const ended = { decidedAt: now, endedAt: now };
const live = { decidedAt: now, expiresAt: now + 1 };
const agreed: readonly RequestState[] = [
	{ state: "approved", ...live, usableFrom: now, failures: 0 },
	{ state: "spending", decidedAt: now, expiresAt: now + 1, failures: 0, leaseUntil: now, sending: [] },
	{ state: "spent", ...ended },
];
const notAgreed: readonly RequestState[] = [
	{ state: "pending", expiresAt: now + 1 },
	{ state: "approved", decidedAt: now, usableFrom: now, expiresAt: now, failures: 0 },
	{ state: "approved", decidedAt: now, usableFrom: now + 5_001, expiresAt: now + 6_000, failures: 0 },
	{ state: "denied", ...live, told: false },
	{ state: "expired", endedAt: now },
	{ state: "withdrawn", endedAt: now, reason: "session-ended" },
	{ state: "failed", ...ended, reason: "M_UNKNOWN" },
];

async function visit(request: ResetRequest | undefined, query = "session=uia", homeserverBase = homeserver) {
	const read = { requests: { find: async () => request } };
	const routes = createFallbackRoutes({
		storage: { read, write: (work) => work(read) },
		clock: () => now,
		pages: createPages({
			serverName: "localhost",
			language: english,
			random: { bytes: () => new Uint8Array(), token: () => "n" },
		}),
		stagePage: createStagePage({ publicBase: "https://account.example.org/", homeserverBase }),
	});
	const answer = await routes.request(`/_matrix/client/v3/auth/m.oauth/fallback/web?${query}`);
	return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const homeserver = "https://matrix.example.org/";

describe("the fallback page on the homeserver's own origin", () => {
	for (const state of agreed) {
		test(`says that the person is done: ${state.state}`, async () => {
			const { status, headers, text } = await visit({ ...facts, ...state });
			assert.equal(status, 200);
			assert.match(text, /postMessage\("authDone"/);
			assert.match(text, /href="https:\/\/account\.example\.org\/account\/reset\/reference"/);
			assert.doesNotMatch(text, /alice|PHONE|href="\//);
			assert.equal(headers.get("cross-origin-opener-policy"), "unsafe-none");
			assert.equal(headers.get("cache-control"), "no-store");
			assert.equal(headers.get("set-cookie"), null);
		});
	}

	for (const state of notAgreed) {
		test(`does not, whatever its address claims, but leads to the account pages: ${state.state}`, async () => {
			const query = "session=uia&done=1&from=fallback&state=approved";
			const { status, headers, text } = await visit({ ...facts, ...state }, query);
			assert.equal(status, 302);
			assert.equal(text, "");
			const location = "https://account.example.org/account/reset/reference?from=fallback";
			assert.equal(headers.get("location"), location);
		});
	}

	test("leads somebody with an unknown session to what waits for them", async () => {
		const { headers } = await visit(undefined, "session=dummy");
		assert.equal(headers.get("location"), "https://account.example.org/account/reset");
	});
});

test("where all is one origin the approval page itself says that the person is done", async () => {
	for (const state of [...agreed, ...notAgreed]) {
		const { status, headers } = await visit(
			{ ...facts, ...state },
			"session=uia",
			"https://account.example.org/",
		);
		assert.deepEqual([status, headers.get("location")], [302, "/account/reset/reference"]);
	}
});
