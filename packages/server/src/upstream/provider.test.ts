import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { UpstreamConfig } from "../config/index.ts";
import { createProvider, joined } from "./provider.ts";

describe("claims of two sources", () => {
	test("an address that was fetched is not seen because another one was signed as seen", () => {
		const fetched = { email: "victim@company.example", name: "Alice" };
		assert.deepEqual(joined({ sub: "s", email_verified: true }, fetched), { sub: "s", ...fetched });
	});

	test("an address that was signed is not seen because another one was fetched as seen", () => {
		const signed = { sub: "s", email: "victim@company.example" };
		assert.deepEqual(joined(signed, { email: "own@company.example", email_verified: true }), signed);
	});

	test("a pair of one source counts, the signed one first", () => {
		const fetched = { email: "a@company.example", email_verified: true };
		assert.deepEqual(joined({ sub: "s" }, fetched), { sub: "s", ...fetched });
		const signed = { sub: "s", email: "b@company.example", email_verified: false };
		assert.deepEqual(joined(signed, fetched), signed);
	});

	test("when they signed in is said by what was signed alone", () => {
		assert.deepEqual(joined({ sub: "s" }, { auth_time: 1 }), { sub: "s" });
		assert.deepEqual(joined({ sub: "s", auth_time: 2 }, { auth_time: 1 }), { sub: "s", auth_time: 2 });
	});
});

const issuer = "https://company.example";
const config: UpstreamConfig = {
	...({ id: "company", issuer, name: "Company", clientId: "matrix", authMethod: "none" } as const),
	...({ scope: "openid", pkce: true, fetchUserinfo: false, endpoints: {}, discovers: true } as const),
	...({ parameters: {}, requiredClaims: {}, newAccounts: "yes", onLogout: "do_nothing" } as const),
	...{ emailDomains: [], adminClaims: {} },
	claims: {
		subject: "{{ user.sub }}",
		localpart: { action: "ignore", template: "{{ user.sub }}" },
		displayName: { action: "ignore", template: "{{ user.name }}" },
		email: { action: "ignore", template: "{{ user.email }}", isVouched: false },
		accountName: "{{ user.sub }}",
	},
};
const asked = { state: "s", nonce: "n", verifier: "v".repeat(43), anew: false };
const good = {
	...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
	jwks_uri: `${issuer}/jwks`,
};

/** Of a service that answers so, one after the other; the last one again and again. */
function providerOf(...answers: readonly { readonly status?: number; readonly body: unknown }[]) {
	const left = [...answers];
	let now = 1_800_000_000_000;
	const provider = createProvider({
		...{ config, clock: () => now, redirectUri: "https://here.example/upstream/callback/company" },
		outbound: {
			async request() {
				const { status = 200, body } = (left.length > 1 ? left.shift() : left[0]) ?? { body: {} };
				const text = typeof body === "string" ? body : JSON.stringify(body);
				return { status, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
			},
		},
	});
	return { provider, later: () => (now += 3_600_000) };
}

describe("what a service says of itself", () => {
	test("leads to where people sign in there", async () => {
		const to = await providerOf({ body: good }).provider.authorizationUrl(asked);
		assert.ok(to.ok && to.url.startsWith(`${issuer}/auth?`), JSON.stringify(to));
	});

	for (const [what, answer, reason, detail] of [
		["another issuer", { body: { ...good, issuer: "https://other.example" } }, "invalid", /issuer/],
		["an issuer that is none", { body: { ...good, issuer: "company" } }, "invalid", /^its metadata: ./],
		["a page of HTML", { body: "<html>" }, "invalid", /^its metadata: ./],
		["nothing there", { status: 404, body: {} }, "invalid", /^its metadata: ./],
		["an error of its own", { status: 503, body: {} }, "unreachable", /^status 503$/],
		[
			"no endpoint",
			{ body: { ...good, authorization_endpoint: undefined } },
			"invalid",
			/^no authorization endpoint$/,
		],
		[
			"one without encryption",
			{ body: { ...good, authorization_endpoint: "http://company.example/auth" } },
			"invalid",
			/^no authorization endpoint$/,
		],
	] as const)
		test(`is no way there with ${what}, and the log says why`, async () => {
			const to = await providerOf(answer).provider.authorizationUrl(asked);
			assert.ok(!to.ok);
			assert.equal(to.reason, reason);
			assert.match(to.detail, detail);
		});

	test("is asked anew while somebody is there, and what is unreadable by then ends their sign-in", async () => {
		const { provider, later } = providerOf({ body: good }, { body: { ...good, issuer: "company" } });
		assert.ok((await provider.authorizationUrl(asked)).ok);
		later();
		const come = await provider.exchange({ ...asked, query: new URLSearchParams("code=c&state=s") });
		assert.ok(!come.ok);
		assert.equal(come.reason, "invalid");
		assert.match(come.detail, /^its metadata: ./);
	});
});
