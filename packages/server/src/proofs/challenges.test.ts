import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { random } from "../../test/support/people-world.ts";
import { createChallenges } from "./challenges.ts";
import { passkeySite } from "./passkey-site.ts";

const minute = 60_000;

function world() {
	let now = 1_800_000_000_000;
	const key = new Uint8Array(32).fill(7);
	return {
		challenges: createChallenges({ key, clock: () => now, random }),
		others: createChallenges({ key: new Uint8Array(32).fill(8), clock: () => now, random }),
		advance(ms: number) {
			now += ms;
		},
	};
}

const about = { purpose: "prove", browser: "here" } as const;

describe("a challenge", () => {
	test("is read back as it was made, under one name however often, and never made twice", () => {
		const { challenges } = world();
		const made = challenges.make(about);
		const read = challenges.read(made, about);
		assert.equal(read?.expiresAt, 1_800_000_000_000 + 15 * minute);
		assert.match(read?.hash ?? "", /^[\w-]{43}$/);
		assert.deepEqual(challenges.read(made, about), read);
		assert.notEqual(challenges.make(about), made);
	});

	test("is good for its purpose, in its browser, of this server, unchanged", () => {
		const { challenges, others } = world();
		const made = challenges.make(about);
		assert.equal(challenges.read(made, { ...about, purpose: "sign-in" }), undefined);
		assert.equal(challenges.read(made, { ...about, purpose: "add x" }), undefined);
		assert.equal(challenges.read(made, { ...about, browser: "there" }), undefined);
		assert.equal(others.read(made, about), undefined);
		for (const at of [0, 16, 24, 55]) {
			const bytes = Buffer.from(made, "base64url");
			bytes[at] = (bytes[at] ?? 0) ^ 1;
			assert.equal(challenges.read(bytes.toString("base64url"), about), undefined, `${at}`);
		}
		for (const none of ["", "A", made.slice(0, -4), `${made}AAAA`])
			assert.equal(challenges.read(none, about), undefined, none);
	});

	test("takes no end of its purpose for the beginning of its browser", () => {
		const { challenges } = world();
		const made = challenges.make({ purpose: "add a", browser: "b" });
		assert.equal(challenges.read(made, { purpose: "add a\n1:b", browser: "" }), undefined);
	});

	for (const [purpose, minutes] of [
		["sign-in", 60],
		["prove", 15],
		["add x", 15],
	] as const)
		test(`to ${purpose} is over after ${minutes} minutes, and before it was made`, () => {
			const { challenges, advance } = world();
			const made = challenges.make({ ...about, purpose });
			const isGood = () => challenges.read(made, { ...about, purpose }) !== undefined;
			advance(minutes * minute - 1);
			assert.equal(isGood(), true);
			advance(1);
			assert.equal(isGood(), false);
			advance(-minutes * minute - 5_000);
			assert.equal(isGood(), true);
			advance(-1);
			assert.equal(isGood(), false);
		});
});

test("passkeys are for a host with TLS, or for localhost, and for no number", () => {
	const hosts = Object.entries({
		"https://account.example.org/": "account.example.org",
		"https://account.example.org:8443/": "account.example.org",
		"http://localhost:8008/": "localhost",
		"http://account.example.org/": undefined,
		"https://192.0.2.1/": undefined,
		"https://[2001:db8::1]/": undefined,
		"http://127.0.0.1:8008/": undefined,
	});
	for (const [base, host] of hosts) assert.equal(passkeySite(base)?.host, host, base);
	assert.equal(passkeySite("https://a.example:8443/")?.origin, "https://a.example:8443");
});
