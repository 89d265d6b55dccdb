import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { startCaptchaService } from "../../test/support/captcha-service.ts";
import type { CaptchaConfig } from "../config/index.ts";
import { createOutbound } from "../outbound/index.ts";
import { createCaptcha } from "./captcha.ts";

type Kind = CaptchaConfig["kind"];

async function opened(kind: Kind, publicBase = "https://account.example.org/") {
	const service = await startCaptchaService(kind);
	const outbound = createOutbound();
	const logged: string[] = [];
	const facts: unknown[] = [];
	const log = {
		info() {},
		warn: () => void logged.push("warn"),
		error(said: unknown) {
			logged.push("error");
			facts.push(said);
		},
	};
	const newRateLimiter = (limit: ConstructorParameters<typeof RateLimiterMemory>[0]) =>
		new RateLimiterMemory(limit);
	const captcha = createCaptcha({ config: service.config, outbound, publicBase, log, newRateLimiter });
	return {
		...{ service, logged, facts },
		check: (answer: string, address = "192.0.2.1") => captcha.check(answer, address),
		async [Symbol.asyncDispose]() {
			outbound.close();
			await service[Symbol.asyncDispose]();
		},
	};
}

describe("where an answer was solved", () => {
	test("is this host, of which hCaptcha may name only the domain above", async () => {
		for (const kind of ["hcaptcha", "turnstile"] as const) {
			await using world = await opened(kind);
			const outcome = await world.check(world.service.solve("account.example.org"));
			assert.deepEqual(outcome, { ok: true }, kind);
		}
	});

	const named: readonly (readonly [kind: Kind, publicBase: string, named: unknown, isOurs: boolean])[] = [
		["hcaptcha", "https://a.b.example.org/", "a.b.example.org", true],
		["hcaptcha", "https://a.b.example.org/", "b.example.org", true],
		["hcaptcha", "https://a.b.example.org/", "Example.Org.", true],
		["hcaptcha", "https://a.b.example.org/", "org", false],
		["hcaptcha", "https://a.b.example.org/", "org.", false],
		["hcaptcha", "https://a.b.example.org/", ".example.org", false],
		["hcaptcha", "https://a.b.example.org/", "ample.org", false],
		["hcaptcha", "https://a.b.example.org/", "c.example.org", false],
		["hcaptcha", "https://a.b.example.org/", "x.a.b.example.org", false],
		["hcaptcha", "https://a.b.example.org/", "not-provided", false],
		// The answer of hCaptcha's keys for tests.
		["hcaptcha", "https://a.b.example.org/", "dummy-key-pass", false],
		["hcaptcha", "https://a.b.example.org/", "", false],
		["hcaptcha", "https://a.b.example.org/", undefined, false],
		["hcaptcha", "http://192.0.2.1/", "192.0.2.1", true],
		["hcaptcha", "http://192.0.2.1/", "2.1", false],
		["hcaptcha", "http://localhost:8008/", "localhost", true],
		["turnstile", "https://a.b.example.org/", "a.b.example.org", true],
		["turnstile", "https://a.b.example.org/", "b.example.org", false],
		["turnstile", "https://a.b.example.org/", undefined, false],
	];
	for (const [kind, publicBase, hostname, isOurs] of named)
		test(`${hostname} is ${isOurs ? "" : "not "}${publicBase} to ${kind}`, async () => {
			await using world = await opened(kind, publicBase);
			world.service.behave({ success: true, hostname });
			const { ok } = await world.check("an answer");
			assert.equal(ok, isOurs);
		});
});

test("hCaptcha is told for which site key, and takes no answer of another site of the operator", async () => {
	await using world = await opened("hcaptcha");
	const { siteKey } = world.service.config;
	assert.deepEqual(await world.check(world.service.solve("account.example.org")), { ok: true });
	const other = await world.check(world.service.solve("account.example.org", "20000000-other"));
	assert.equal(other.ok, false);
	assert.deepEqual(
		world.service.asked.map(({ sitekey }) => sitekey),
		[siteKey, siteKey],
	);
});

test("Turnstile is told nothing that it does not document", async () => {
	await using world = await opened("turnstile");
	await world.check(world.service.solve("account.example.org"));
	assert.deepEqual(
		world.service.asked.map((asked) => Object.keys(asked)),
		[["secret", "response"]],
	);
});

describe("whoever sends one answer after another", () => {
	test("has the service asked sixty times a minute by one network, and is then told to wait", async () => {
		await using world = await opened("turnstile");
		const outcomes = await Promise.all(
			Array.from({ length: 70 }, (_, at) => world.check(`made-up-${at}`, "192.0.2.1")),
		);
		const throttled = outcomes.filter((outcome) => !outcome.ok && outcome.reason === "throttled");
		assert.equal(throttled.length, 10);
		assert.equal(world.service.asked.length, 60);
		const elsewhere = await world.check(world.service.solve("account.example.org"), "198.51.100.1");
		assert.deepEqual(elsewhere, { ok: true });
	});

	test("uses up none with what the service is not asked about", async () => {
		await using world = await opened("turnstile");
		for (let at = 0; at < 70; at++) await world.check(at % 2 === 0 ? "" : "x".repeat(9_000));
		assert.deepEqual(await world.check(world.service.solve("account.example.org")), { ok: true });
	});
});

describe("what the service refuses", () => {
	const codes: readonly (readonly [kind: Kind, code: string, reason: string, logged: readonly string[]])[] = [
		["hcaptcha", "missing-input-secret", "captcha-away", ["error"]],
		["hcaptcha", "invalid-input-secret", "captcha-away", ["error"]],
		["hcaptcha", "internal-error", "captcha-away", ["warn"]],
		// Whoever sends it chooses with which site key it was solved.
		["hcaptcha", "sitekey-secret-mismatch", "captcha-refused", ["warn"]],
		// Everybody knows the answers of the keys for tests.
		["hcaptcha", "not-using-dummy-passcode", "captcha-refused", ["warn"]],
		["hcaptcha", "not-using-dummy-secret", "captcha-refused", ["warn"]],
		["hcaptcha", "invalid-input-response", "captcha-refused", []],
		["hcaptcha", "expired-input-response", "captcha-refused", []],
		["hcaptcha", "secret-sitekey-of-somebody", "captcha-refused", []],
		["hcaptcha", "constructor", "captcha-refused", []],
		["turnstile", "missing-input-secret", "captcha-away", ["error"]],
		["turnstile", "invalid-input-secret", "captcha-away", ["error"]],
		["turnstile", "invalid-parsed-secret", "captcha-away", ["error"]],
		["turnstile", "invalid-widget-id", "captcha-away", ["error"]],
		["turnstile", "internal-error", "captcha-away", ["warn"]],
		["turnstile", "timeout-or-duplicate", "captcha-refused", []],
		["turnstile", "bad-request", "captcha-refused", []],
	];
	for (const [kind, code, reason, logged] of codes)
		test(`${code} of ${kind} is ${reason}, and the log has ${logged[0] ?? "nothing"}`, async () => {
			await using world = await opened(kind);
			world.service.behave({ success: false, "error-codes": [code] });
			assert.deepEqual(await world.check("an answer"), { ok: false, reason });
			assert.deepEqual(world.logged, logged);
		});

	test("is the operator's mistake, whatever else it says", async () => {
		await using world = await opened("hcaptcha");
		world.service.behave({
			success: false,
			"error-codes": ["sitekey-secret-mismatch", "internal-error", "invalid-input-secret"],
		});
		assert.deepEqual(await world.check("an answer"), { ok: false, reason: "captcha-away" });
		assert.deepEqual(world.logged, ["error"]);
	});

	test("is no judgement where it says neither yes nor no, and codes that are none are not logged", async () => {
		for (const said of [{ success: "false" }, { "error-codes": ["timeout-or-duplicate"] }, [], "yes", null]) {
			await using world = await opened("turnstile");
			world.service.behave(said as never);
			assert.deepEqual(await world.check("an answer"), { ok: false, reason: "captcha-away" });
			assert.deepEqual(world.logged, ["warn"]);
		}
		await using world = await opened("turnstile");
		const codes = ["invalid-input-secret", "two words", 7, "x".repeat(61)];
		world.service.behave({ success: false, "error-codes": codes } as never);
		await world.check("an answer");
		assert.deepEqual(world.facts, [{ provider: "turnstile", errors: ["invalid-input-secret"] }]);
	});
});

for (const [kind, address] of [
	["hcaptcha", "https://api.hcaptcha.com/siteverify"],
	["turnstile", "https://challenges.cloudflare.com/turnstile/v0/siteverify"],
] as const)
	test(`${kind} is asked where it documents it`, async () => {
		const asked: unknown[] = [];
		const captcha = createCaptcha({
			config: { kind, siteKey: "site", secret: "secret" },
			outbound: {
				async request({ url }) {
					asked.push(url);
					return { status: 500, headers: {}, body: Buffer.of() };
				},
			},
			...{ publicBase: "https://account.example.org/", log: { info() {}, warn() {}, error() {} } },
			newRateLimiter: (limit) => new RateLimiterMemory(limit),
		});
		assert.deepEqual(await captcha.check("an answer", "192.0.2.1"), { ok: false, reason: "captcha-away" });
		assert.deepEqual(asked.map(String), [address]);
	});
