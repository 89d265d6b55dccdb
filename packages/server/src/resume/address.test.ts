import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { addressOf, parseResume } from "./address.ts";
import { accountPages, front, type Resume } from "./resume.ts";

/** Every kind, with whatever an address can bring: the type says that none is left out. */
const value = fc
	.string({ minLength: 1, maxLength: 255, unit: "binary" })
	.filter((text) => text.isWellFormed());
const some = fc.option(value, { nil: undefined });
const arbitraries: { readonly [Kind in Resume["kind"]]: fc.Arbitrary<Resume> } = {
	front: fc.record({ deviceId: some, loginHint: some }).map((given) => defined({ kind: "front", ...given })),
	page: fc.constantFrom(...accountPages).map((page) => ({ kind: "page", page })),
	device: fc
		.record({ deviceId: value, part: fc.constantFrom("name", "removal", undefined) })
		.map((given) => defined({ kind: "device", ...given })),
	session: fc
		.record({ sessionId: value, part: fc.constantFrom("removal", undefined) })
		.map((given) => defined({ kind: "session", ...given })),
	address: value.map((key) => ({ kind: "address", key })),
	linked: value.map((key) => ({ kind: "linked", key })),
	token: fc
		.record({ sessionId: value, part: fc.constantFrom("replace", undefined) })
		.map((given) => defined({ kind: "token", ...given })),
	browser: value.map((browser) => ({ kind: "browser", browser })),
	passkey: value.map((id) => ({ kind: "passkey", id })),
	notice: value.map((id) => ({ kind: "notice", id })),
	log: fc
		.record({ group: some, deviceId: some, after: some })
		.map((given) => defined({ kind: "log", ...given })),
	kept: fc.record({ deviceId: some }).map((given) => defined({ kind: "kept", ...given })),
	reset: fc.record({ kind: fc.constant("reset"), reference: value, fromFallback: fc.boolean() }),
	interaction: fc.record({ kind: fc.constant("interaction"), uid: value, offered: fc.boolean() }),
	sso: value.map((id) => ({ kind: "sso", id })),
	link: fc.record({ code: some, loginHint: some }).map((given) => defined({ kind: "link", ...given })),
	"link-answer": value.map((code) => ({ kind: "link-answer", code })),
};
const anyResume = fc.oneof(...Object.values(arbitraries));

/** Our own text, so that what a test makes has the shape of what is read. */
function defined(to: object): Resume {
	return Object.fromEntries(Object.entries(to).filter(([, each]) => each !== undefined)) as Resume;
}

/** The pieces of which addresses that lead astray are made. */
const hostile = fc
	.array(
		fc.constantFrom(
			...["/", "//", "\\", "..", ".", "%2e", "%2f", "%5c", "%25", "@", ":", "?", "#", "&", "=", "\r\n", "\t"],
			...[
				"https:",
				"javascript:",
				"evil.example",
				"account",
				"account/",
				"link",
				"interaction",
				"login",
				"next=",
			],
			...[
				"reset/",
				"sso/",
				"devices/",
				"browsers/",
				"security",
				"code=",
				"%0d%0aset-cookie:a=b",
				"é",
				"\u2028",
			],
		),
		{ maxLength: 12 },
	)
	.map((pieces) => pieces.join(""));

function assertOurs(address: string, from: string): void {
	const base = "https://account.example.org";
	const url = new URL(address, base);
	assert.equal(url.origin, base, from);
	assert.match(address, /^\/(?:account\/|interaction\/|link(?:[/?]|$))[\x21-\x7e]*$/, from);
	assert.equal(url.pathname + url.search, address, `${from}: as a browser reads it`);
	assert.doesNotMatch(url.pathname, /\/\/|\\|\.\./, from);
}

describe("where somebody was going", () => {
	test("can never be read as a page of another origin, whatever is sent", () => {
		const sent = fc.oneof(
			hostile,
			fc.string(),
			fc.webUrl(),
			hostile.map((text) => `/account/${text}`),
		);
		fc.assert(
			fc.property(sent, (text) => assertOurs(addressOf(parseResume(text)), text)),
			{ numRuns: 3000 },
		);
	});

	test("is itself again, or the front page, when its address is read, and no address needs reading twice", () => {
		fc.assert(
			fc.property(anyResume, (to) => {
				const read = parseResume(addressOf(to));
				assertOurs(addressOf(read), JSON.stringify(to));
				assert.deepEqual(parseResume(addressOf(read)), read);
				assert.ok(read.kind === to.kind || read.kind === "front" || read.kind === "page", JSON.stringify(to));
			}),
			{ numRuns: 2000 },
		);
	});

	const kept: readonly (readonly [string, Resume])[] = [
		["/account/", front],
		[
			"/account/?action=org.matrix.device_view&device_id=A%2FB&login_hint=%40anna%3Alocalhost",
			{ kind: "front", action: "org.matrix.device_view", deviceId: "A/B", loginHint: "@anna:localhost" },
		],
		...accountPages.map((page) => [`/account/${page}`, { kind: "page", page }] as const),
		["/account/devices/A%20B", { kind: "device", deviceId: "A B" }],
		["/account/devices/A?delete=1", { kind: "device", deviceId: "A", part: "removal" }],
		["/account/devices/A/name", { kind: "device", deviceId: "A", part: "name" }],
		["/account/tokens/S1", { kind: "token", sessionId: "S1" }],
		["/account/tokens/S1/replace", { kind: "token", sessionId: "S1", part: "replace" }],
		["/account/browsers/abc", { kind: "browser", browser: "abc" }],
		["/account/security", { kind: "log" }],
		["/account/kept", { kind: "kept" }],
		["/account/kept?device_id=A", { kind: "kept", deviceId: "A" }],
		[
			"/account/security?kind=keys&device=A&after=1.x",
			{ kind: "log", group: "keys", deviceId: "A", after: "1.x" },
		],
		["/account/reset/abc", { kind: "reset", reference: "abc", fromFallback: false }],
		["/account/reset/abc?from=fallback", { kind: "reset", reference: "abc", fromFallback: true }],
		["/account/sso/id-1", { kind: "sso", id: "id-1" }],
		["/interaction/xyz", { kind: "interaction", uid: "xyz", offered: false }],
		["/interaction/xyz?offered=1", { kind: "interaction", uid: "xyz", offered: true }],
		["/link", { kind: "link" }],
		["/link?code=BCDF-GHJK", { kind: "link", code: "BCDF-GHJK" }],
		["/link?code=BCDF-GHJK&login_hint=anna", { kind: "link", code: "BCDF-GHJK", loginHint: "anna" }],
		["/link/BCDF-GHJK", { kind: "link-answer", code: "BCDF-GHJK" }],
	];
	for (const [address, to] of kept)
		test(`is kept: ${address}`, () => {
			assert.deepEqual(parseResume(address), to);
			assert.equal(addressOf(to), address);
		});

	for (const [start, longest] of [
		["/account/?device_id=", 255],
		["/account/?login_hint=", 300],
		["/account/security?kind=", 40],
		["/account/security?device=", 255],
		["/account/security?after=", 100],
		["/account/kept?device_id=", 255],
		["/link?code=", 100],
		["/link?login_hint=", 300],
	] as const)
		test(`is read without what is longer than it can be: ${start} has ${longest} characters at most`, () => {
			const whole = start + "x".repeat(longest);
			assert.equal(addressOf(parseResume(whole)), whole);
			assert.equal(addressOf(parseResume(`${whole}x`)), start.slice(0, start.indexOf("?")));
		});

	test("is read from 4096 characters at most, of which a part of the path has 255", () => {
		const device = `/account/devices/${"x".repeat(255)}`;
		assert.equal(addressOf(parseResume(device)), device);
		const whole = "/account/devices#".padEnd(4096, "x");
		assert.equal(addressOf(parseResume(whole)), "/account/devices");
		assert.deepEqual(parseResume(`${whole}x`), front);
	});

	test("may be any of the pages of one's own", () => {
		assert.deepEqual(accountPages, [
			...["profile", "devices", "browsers", "browsers/others", "sign-out-everywhere"],
			...[
				"password",
				"proofs",
				"proofs/new-passkey",
				"proofs/new-codes",
				"proofs/remove-codes",
				"proofs/recovery-codes",
				"proofs/remove-password",
				"second-factor",
				"terms",
				"lost-factors",
				"email",
				"links",
				"deactivate",
				"reset",
				"tokens",
				"tokens/new",
			],
		]);
	});

	test("is read from older ways to write it, and without what the page does not read", () => {
		for (const [written, address] of [
			["/account", "/account/"],
			["/account?action=profile", "/account/?action=org.matrix.profile"],
			["/account/?org.matrix.msc4198.login_hint=mxid:anna", "/account/?login_hint=anna"],
			["/account/?action=unknown&next=//evil.example", "/account/"],
			["/account/reset/", "/account/reset"],
			["/account/reset/abc?x=1", "/account/reset/abc"],
			["/account/devices#evil", "/account/devices"],
			["/link?code=", "/link"],
		] as const)
			assert.equal(addressOf(parseResume(written)), address, written);
	});

	test("is the front page where it is none of ours", () => {
		for (const each of [
			...[
				undefined,
				"",
				"https://evil.example/account/",
				"//evil.example/account/",
				"/\\evil.example/account/",
			],
			...[
				"\\\\evil.example",
				"/account/\\evil",
				"javascript:alert(1)//account/",
				" /account/",
				"/\t/evil.example",
			],
			...[
				"/account/\r\nset-cookie: a=b",
				"/account/../login",
				"/account/%2e%2e/login",
				"/account/%2E%2E%2Flogin",
			],
			...[
				"/account/%252e%252e/login",
				"/account//evil.example",
				"/account/%5cevil",
				"/account/%0d%0aset-cookie:x",
			],
			...["/account/devices/..", "/account/devices/%2e%2e", "/account/devices/a%2Fb", "/account/devices/%ff"],
			...["/accountant/", "/interaction", "/interaction/", "/links", "/link/../login", "/link/a/b", "/login"],
			...[
				"/oauth2/token",
				"/@evil.example/account/",
				"/account/é",
				"/account/unknown",
				"/account/security/x",
				"/account/kept/x",
			],
			...["xaccount/devices", "/account/devices/a/b", "/account/devices/a/name/b"],
			...["/account/devices/a b", "/account/devices/é", "/account/devices/.", "/account/devices/a..b"],
			...["/account/devices/%00a", "/account/devices/a%7f", "/account//x?device_id=A", "/link/?code=A"],
			`/account/devices/${"x".repeat(256)}`,
			`/link?code=${"x".repeat(5000)}`,
		])
			assert.deepEqual(parseResume(each), front, String(each));
	});
});
