/** The same of forms that only some settings bring about: a captcha, sign-in by an address, an address first, terms. */
import assert from "node:assert/strict";
import { startCaptchaService, type TestCaptchaService } from "../support/captcha-service.ts";
import { owesTerms, withTerms } from "../support/forms-of-terms.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { openRegister, registrationCode } from "../support/registering.ts";
import { logged, type RepeatedForm, sendTwice } from "../support/repeated-form.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

type WithCaptcha = RunningServer & { readonly service: TestCaptchaService };

const field = "h-captcha-response";

/** A server beside a service of ours that tells people from programs. */
async function withCaptcha(needsAddress: boolean): Promise<WithCaptcha> {
	const service = await startCaptchaService("hcaptcha");
	const server = await startServer({
		...{ captcha: service.config, email: mailNowhere },
		registration: { needsAddress },
	});
	return {
		...{ ...server, service },
		async close() {
			await server.close();
			await service[Symbol.asyncDispose]();
		},
	};
}

/** Of one account of that name alone. */
const oneAccount: NonNullable<RepeatedForm["done"]> = async ({ rows }, name) =>
	assert.equal((await rows("accounts")).filter(({ localpart }) => localpart === name).length, 1);

sendTwice<WithCaptcha>(
	{
		"making an account behind a captcha": {
			ready: async (server, username) => {
				const browser = server.browser();
				const page = await browser.open("/register?next=/account/profile");
				const filled = { username, password, [field]: server.service.solve() };
				return { browser, page, label: "Create account", filled };
			},
			answer: /^303 \/account\/profile$/,
			done: oneAccount,
		},
	},
	() => withCaptcha(false),
);

sendTwice<WithCaptcha>(
	{
		"asking for a letter behind a captcha": {
			ready: async (server, name) => {
				const browser = server.browser();
				const page = await browser.open("/register");
				const filled = { email: `${name}@example.org`, [field]: server.service.solve() };
				return { browser, page, label: "Send a code", filled };
			},
			answer: /^303 \/register\/code/,
			done: async ({ rows }, name) => {
				const begun = (await rows("begun_registrations")).filter(
					({ address }) => address === `${name}@example.org`,
				);
				assert.equal(begun.length, 1);
			},
		},
	},
	() => withCaptcha(true),
);

sendTwice(
	{
		"entering the code of an address before an account": {
			ready: async (server, name) => {
				const browser = server.browser();
				const email = `${name}@example.org`;
				const page = await browser.press(await browser.open("/register"), "Send a code", { email });
				const filled = { code: await registrationCode(server, email) };
				return { browser, page, label: "Go on", filled };
			},
			answer: /^303 \/register/,
		},
		"making an account with an address": {
			ready: async (server, username) => {
				const browser = server.browser();
				const page = await openRegister(server, browser, { address: `${username}@example.org` });
				return { browser, page, label: "Create account", filled: { username, password } };
			},
			answer: /^303 \/account\/$/,
			done: oneAccount,
		},
	},
	() => startServer({ registration: { needsAddress: true }, email: mailNowhere }),
);

sendTwice(
	{
		"signing in by an address": {
			ready: async (server, name) => {
				await server.register(name);
				const username = `${name}@example.org`;
				await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
					SELECT id, '${username}', '${username}', 1, 1 FROM accounts WHERE localpart = '${name}'`);
				const browser = server.browser();
				const page = await browser.open("/login?next=/account/profile");
				return { browser, page, label: "Sign in", filled: { username, password } };
			},
			answer: /^303 \/account\/profile$/,
		},
	},
	() => startServer({ signInByEmail: true }),
);

sendTwice(
	{
		"agreeing to the terms": {
			ready: async (server, name) => {
				const browser = await server.register(name);
				await owesTerms(server, name);
				const page = await browser.open("/account/profile");
				return { browser, page, label: "Continue", filled: { terms: "yes" } };
			},
			answer: /^303 \/account\/profile$/,
			done: logged("terms-agreed", 1),
		},
	},
	() => startServer(withTerms),
);
