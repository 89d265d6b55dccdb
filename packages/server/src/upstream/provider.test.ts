import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
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
	const wanted: string[] = [];
	const provider = createProvider({
		...{ config, clock: () => now, redirectUri: "https://here.example/upstream/callback/company" },
		outbound: {
			async request({ url }) {
				wanted.push(new URL(url).pathname);
				const { status = 200, body } = (left.length > 1 ? left.shift() : left[0]) ?? { body: {} };
				const text = typeof body === "string" ? body : JSON.stringify(body);
				return { status, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
			},
		},
	});
	return { provider, wanted, later: (ms = 3_600_000) => (now += ms) };
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

describe("the keys of who says that somebody signed out", async () => {
	const { privateKey, publicKey } = await generateKeyPair("RS256");
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }] };
	const seconds = 1_800_000_000;
	const word = (instead: Readonly<Record<string, unknown>> = {}) => {
		const said = {
			...{ iss: issuer, aud: "matrix", iat: seconds, exp: seconds + 120, jti: "word", sub: "s-1" },
			events: { "http://schemas.openid.net/event/backchannel-logout": {} },
			...instead,
		};
		const token = new SignJWT(JSON.parse(JSON.stringify(said)) as JWTPayload);
		return token.setProtectedHeader({ alg: "RS256", kid: "one", typ: "logout+jwt" }).sign(privateKey);
	};

	test("are asked for once, and what they signed is believed", async () => {
		const { provider, wanted } = providerOf({ body: good }, { body: keys });
		for (const aud of ["matrix", ["other", "matrix"]]) {
			const said = await provider.signedOut(await word({ aud }));
			assert.deepEqual(said, { ok: true, issuer, at: seconds * 1000, id: "word", subject: "s-1" });
		}
		assert.deepEqual(wanted, ["/.well-known/openid-configuration", "/jwks"]);
	});

	test("are not asked for because of what is no word for us, or not of now", async () => {
		const { provider, wanted } = providerOf({ body: good }, { body: keys });
		for (const instead of [
			...[{ iss: "https://other.example" }, { iss: undefined }, { aud: "other" }, { aud: undefined }],
			...[{ iat: seconds - 331 }, { iat: seconds + 331 }, { iat: undefined }, { events: undefined }],
		])
			assert.equal((await provider.signedOut(await word(instead))).ok, false, JSON.stringify(instead));
		for (const token of ["", "a.b.c", "x".repeat(1000)])
			assert.equal((await provider.signedOut(token)).ok, false);
		assert.deepEqual(wanted, ["/.well-known/openid-configuration"]);
	});

	for (const [what, answer] of [
		["an error", { status: 500, body: keys }],
		["nothing there", { status: 404, body: "" }],
		["no JSON", { body: "<html>" }],
		["no keys", { body: { error: "away" } }],
	] as const)
		test(`that cannot be had (${what}) are no fault of the word's, and are asked for again half a minute later`, async () => {
			const { provider, wanted, later } = providerOf({ body: good }, answer, { body: keys });
			const ask = async () => {
				const said = await provider.signedOut(await word());
				return said.ok || said.reason;
			};
			const all = await Promise.all(Array.from({ length: 20 }, ask));
			assert.deepEqual(new Set(all), new Set(["unreachable"]));
			later(29_999);
			assert.equal(await ask(), "unreachable");
			assert.equal(wanted.length, 2);
			later(1);
			assert.equal(await ask(), true);
			assert.equal(wanted.length, 3);
		});

	test("of a service that is away as a whole are asked for twice a minute at most", async () => {
		const { provider, wanted, later } = providerOf({ status: 503, body: {} });
		for (let nth = 0; nth < 60; nth++) {
			await provider.signedOut(await word());
			later(1000);
		}
		assert.equal(wanted.length, 2);
	});

	test("sign no word whose id is no text", async () => {
		const { provider } = providerOf({ body: good }, { body: keys });
		for (const jti of [undefined, "", 1, ["word"], { is: "word" }, null])
			assert.equal((await provider.signedOut(await word({ jti }))).ok, false, JSON.stringify(jti));
		assert.equal((await provider.signedOut(await word())).ok, true);
	});

	test("that are too short to be believed are no reason to keep others out", async () => {
		const short = { kty: "RSA", kid: "short", alg: "RS256", e: "AQAB", n: "x".repeat(171) };
		const { provider } = providerOf({ body: good }, { body: { keys: [...keys.keys, short] } });
		const [, payload = "", signature = ""] = (await word()).split(".");
		const header = Buffer.from(JSON.stringify({ alg: "RS256", kid: "short" })).toString("base64url");
		const said = await provider.signedOut(`${header}.${payload}.${signature}`);
		assert.equal(said.ok || said.reason, "invalid");
		assert.equal((await provider.signedOut(await word())).ok, true);
	});
});
