/** Registering where a service elsewhere tells people from programs; a server of ours stands in for that. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CaptchaConfig } from "../../src/config/index.ts";
import { startCaptchaService } from "../support/captcha-service.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { registrationCode } from "../support/registering.ts";
import { sender } from "../support/sent-form.ts";
import { password, type ServerOptions, startServer } from "../support/server.ts";

const kinds = {
	hcaptcha: { field: "h-captcha-response", host: "https://*.hcaptcha.com", element: "h-captcha" },
	turnstile: {
		field: "cf-turnstile-response",
		host: "https://challenges.cloudflare.com",
		element: "cf-turnstile",
	},
} as const;

async function opened(
	kind: CaptchaConfig["kind"],
	options: ServerOptions = {},
	instead: Partial<CaptchaConfig> = {},
) {
	const service = await startCaptchaService(kind);
	const server = await startServer({ captcha: { ...service.config, ...instead }, mayFail: true, ...options });
	const { field } = kinds[kind];
	return {
		...{ service, server, field },
		async register(username: string, answer: string, browser: FormBrowser = server.browser()) {
			const page = await browser.open("/register");
			const agreed = options.registration?.terms && { terms: "yes" };
			return browser.press(page, "Create account", { username, password, ...agreed, [field]: answer });
		},
		isAccount: async (name: string) =>
			(await server.rows("accounts")).some(({ localpart }) => localpart === name),
		async [Symbol.asyncDispose]() {
			await server.close();
			await service[Symbol.asyncDispose]();
		},
	};
}

for (const [kind, { field, host, element }] of Object.entries(kinds) as [
	CaptchaConfig["kind"],
	typeof kinds.hcaptcha,
][])
	describe(`a captcha of ${kind}`, () => {
		test("makes an account for who solved it, and is told nothing of who that is", async () => {
			await using world = await opened(kind);
			const answer = world.service.solve();
			assert.equal((await world.register("alice", answer)).url.pathname, "/account/");
			const { secret, siteKey } = world.service.config;
			const own = { secret, response: answer, ...(kind === "hcaptcha" && { sitekey: siteKey }) };
			assert.deepEqual(world.service.asked, [own]);
		});

		test("opens its own page to that service alone, and no other page at all", async () => {
			await using world = await opened(kind);
			const browser = world.server.browser();
			const page = await browser.open("/register");
			const policy = page.headers.get("content-security-policy") ?? "";
			for (const directive of ["script-src", "frame-src", "style-src", "connect-src"])
				assert.match(policy, new RegExp(`${directive} [^;]*${host.replaceAll(/[.*]/g, "\\$&")}`), directive);
			assert.match(policy, /default-src 'none'/);
			assert.match(policy, /form-action 'self';/);
			assert.doesNotMatch(policy, /unsafe|https:(?!\/\/)|\s\*[\s;]/);
			assert.match(page.text, new RegExp(`class="${element} field" data-sitekey="10000000-site"`));
			assert.match(page.text, /<noscript><p>To register here your browser has to run scripts/);
			assert.ok(!page.text.includes(world.service.config.secret));
			for (const path of ["/login", "/account/forgotten-password", "/nothing/here"]) {
				const other = await browser.open(path);
				assert.doesNotMatch(other.headers.get("content-security-policy") ?? "", /https:/, path);
			}
		});

		test("that is missing, made up, of another page, or was used makes none", async () => {
			await using world = await opened(kind);
			const used = world.service.solve();
			await world.register("first", used);
			for (const [answer, words] of [
				["", /Show that you are a person/],
				["made-up", /The puzzle was not solved/],
				["x".repeat(9_000), /The puzzle was not solved/],
				[used, /The puzzle was not solved/],
				[world.service.solve("evil.example"), /The puzzle was not solved/],
			] as const) {
				const page = await world.register("eve", answer);
				assert.equal(page.status, 400);
				assert.match(page.text, words);
				assert.match(page.text, /name="username" [^>]*value="eve"/, "what was typed is there");
			}
			assert.equal(await world.isAccount("eve"), false);
			assert.equal(world.service.asked.length, 4, "what cannot be an answer is not asked about");
		});

		test("is not asked about without end, for one address, on neither page", async () => {
			for (const needsAddress of [false, true]) {
				const options = needsAddress ? { registration: { needsAddress }, email: mailNowhere } : {};
				await using world = await opened(kind, options);
				const browser = world.server.browser();
				const page = await browser.open("/register");
				const [button, typed] = needsAddress
					? (["Send a code", { email: "eve@example.org" }] as const)
					: (["Create account", { username: "eve", password }] as const);
				const send = () =>
					browser.press(page, button, { ...typed, [field]: `made-up-${world.service.asked.length}` });
				for (let nth = 0; nth < 60; nth++) assert.equal((await send()).status, 400);
				const refused = await send();
				assert.equal(refused.status, 429);
				assert.ok(Number(refused.headers.get("retry-after")) > 0);
				assert.match(refused.text, /value="eve/);
				assert.equal(world.service.asked.length, 60);
			}
		});

		test("that is missing or wrong is said once, at the puzzle, on either page", async () => {
			for (const needsAddress of [false, true]) {
				const options = needsAddress ? { registration: { needsAddress }, email: mailNowhere } : {};
				await using world = await opened(kind, options);
				for (const answer of ["", "made up"]) {
					const browser = world.server.browser();
					const page = await browser.open("/register");
					assert.doesNotMatch(page.text, /captcha-error/);
					const refused = needsAddress
						? await browser.press(page, "Send a code", { email: "eve@example.org", [field]: answer })
						: await browser.press(page, "Create account", { username: "eve", password, [field]: answer });
					assert.equal(refused.status, 400);
					assert.equal(refused.text.match(/role="alert"/g)?.length, 1);
					assert.equal(refused.text.match(/<[^>]*\sautofocus[\s>]/g)?.length, 1);
					const puzzle = new RegExp(
						`<div [^>]*autofocus aria-describedby="captcha-error"><div class="${element} field"[^>]*></div><p class="wrong" id="captcha-error" role="alert">`,
					);
					assert.match(refused.text, puzzle);
				}
			}
		});

		test("makes one account of one answer, of many at once", async () => {
			await using world = await opened(kind);
			const answer = world.service.solve();
			const names = ["one", "two", "three", "four"];
			const pages = await Promise.all(names.map((name) => world.register(name, answer)));
			assert.equal(pages.filter(({ url }) => url.pathname === "/account/").length, 1);
			assert.equal((await world.server.rows("accounts")).length, 1);
		});

		test("is no way in where the service is away, and asks for the password and the tick alone again", async () => {
			const terms = { url: "https://example.org/terms", version: "1" };
			await using world = await opened(kind, { registration: { terms } });
			for (const how of ["broken", "page", "silent"] as const) {
				world.service.behave(how);
				const page = await world.register("alice", world.service.solve());
				assert.equal(page.status, 503, how);
				assert.ok(Number(page.headers.get("retry-after")) > 0);
				assert.match(page.text, /No account was made yet: the service that tells people from programs/);
				assert.match(page.text, /name="username" [^>]*value="alice"/);
				assert.match(page.text, /name="terms"(?![^>]*checked)/);
				assert.ok(!page.text.includes(password));
			}
			world.service.behave("well");
			assert.equal((await world.register("alice", world.service.solve())).url.pathname, "/account/");
		});

		test("whose secret is not taken is the operator's mistake, and nobody's way in", async () => {
			await using world = await opened(kind, {}, { secret: "another" });
			assert.equal((await world.register("alice", world.service.solve())).status, 503);
			assert.equal(await world.isAccount("alice"), false);
		});

		test("in a form that is sent twice signs in both times", async () => {
			await using world = await opened(kind);
			for (const isAtOnce of [false, true]) {
				const browser = world.server.browser();
				const page = await browser.open("/register");
				const filled = {
					username: `twice${isAtOnce}`.toLowerCase(),
					password,
					[field]: world.service.solve(),
				};
				const { send } = sender({ browser, page, label: "Create account", filled });
				const told = isAtOnce ? await Promise.all([send(), send()]) : [await send(), await send()];
				const done = told.filter((each) => each === "303 /account/").length;
				// At two servers that work on both at once, one of them may ask for another answer.
				assert.ok(isAtOnce && world.server.database !== undefined ? done >= 1 : done === 2, told.join(" | "));
			}
		});

		test("comes before a letter where an address is asked for, and is not asked for again after it", async () => {
			const email = "carol@example.org";
			await using world = await opened(kind, { registration: { needsAddress: true }, email: mailNowhere });
			const browser = world.server.browser();
			const page = await browser.open("/register");
			assert.match(page.text, new RegExp(element));
			assert.doesNotMatch(page.text, /type="password"/, "its script reads no password");
			const refused = await browser.press(page, "Send a code", { email, [field]: "made-up" });
			assert.match(refused.text, /The puzzle was not solved/);
			assert.match(refused.text, /value="carol@example\.org"/);
			assert.deepEqual(await world.server.rows("mail_tasks"), []);
			const filled = { email, [field]: world.service.solve() };
			for (const _ of ["first", "sent twice"])
				assert.equal((await browser.press(page, "Send a code", filled)).url.pathname, "/register/code");
			assert.equal((await world.server.rows("mail_tasks")).length, 1);
			const code = await registrationCode(world.server, email);
			const proved = await browser.press(await browser.open("/register/code"), "Go on", { code });
			assert.match(proved.text, /type="password"/);
			assert.doesNotMatch(proved.text, new RegExp(`${element}|<script src="https:`));
			assert.doesNotMatch(proved.headers.get("content-security-policy") ?? "", /https:/);
			const done = await browser.press(proved, "Create account", { username: "carol", password });
			assert.equal(done.url.pathname, "/account/");
		});
	});
