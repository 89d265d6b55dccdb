/** As `form-repeats`, of the forms that there are where people sign in by other services. */
import { absentService, arriveAs, linkAs } from "../support/forms-elsewhere.ts";
import { logged, type RepeatedForm, sendTwice } from "../support/repeated-form.ts";
import { password, startServer } from "../support/server.ts";

const cases: Readonly<Record<string, RepeatedForm>> = {
	"making an account of who came from another service": {
		ready: async (server, name) => {
			const browser = server.browser();
			await arriveAs(server, browser, name);
			return { browser, page: await browser.open("/register/elsewhere"), label: "Create account" };
		},
		answer: /^303 \/account\/$/,
		done: logged("account-registered", 1),
	},
	"forgetting who came from another service": {
		ready: async (server, name) => {
			const browser = server.browser();
			await arriveAs(server, browser, name);
			return { browser, page: await browser.open("/register/elsewhere"), label: "Not me" };
		},
		answer: /^303 \/login/,
	},
	"going to another service": {
		ready: async (server) => {
			const browser = server.browser();
			return { browser, page: await browser.open("/login"), label: "Sign in with Company" };
		},
		answer: /^200 On to Company/,
	},
	"going there to link it": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const page = await browser.open("/account/links");
			return { browser, page, label: "Link Company", filled: { password } };
		},
		answer: /^200 On to Company/,
	},
	"going there to prove": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			await linkAs(server, name);
			await server.change(`UPDATE accounts SET password_hash = NULL WHERE localpart = '${name}'`);
			return { browser, page: await browser.open("/login?fresh=1"), label: "Confirm at Company" };
		},
		answer: /^200 On to Company/,
	},
	unlinking: {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const page = await browser.open(await linkAs(server, name));
			return { browser, page, label: "Unlink", filled: { password } };
		},
		answer: /^303 \/account\/links$/,
		done: logged("link-removed", 1),
	},
};

sendTwice(cases, () => startServer({ upstream: [absentService] }));
