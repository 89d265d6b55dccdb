/**
 * Every form that does something once, sent twice: in turn, as a reload or a way back does, and at once, as a double
 * click does. The second is told what the first was, and nothing is done twice. A double click cancels the first answer,
 * and with it the cookies it brings: both are sent with the cookies of the page.
 */
import assert from "node:assert/strict";
import { createDeviceId } from "@countersign/client";
import { scan, setUpCodes } from "../support/codes.ts";
import { deviceKeys, identityOf, signer } from "../support/device-crypto.ts";
import { enterCode, waitingDevice } from "../support/device-grant.ts";
import { lostForms } from "../support/lost-forms.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { beginFlow } from "../support/oauth-flow.ts";
import { passwordLink } from "../support/password-link.ts";
import { logged, type RepeatedForm, type Rows, sendTwice } from "../support/repeated-form.ts";
import type { Ready } from "../support/sent-form.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { addPasskey, softwarePasskey } from "../support/software-passkey.ts";
import { tokenForms } from "../support/token-forms.ts";
import { withoutDevice } from "../support/without-device.ts";

/** Of an app that opens at an address of its own. */
const native = { redirect_uri: "example.app:/cb", redirect_uris: ["example.app:/cb"] };
const nextPassword = "another correct horse battery";

/** The consent page of an app. */
async function consent(
	server: RunningServer,
	name: string,
	redirect?: typeof native,
): Promise<Omit<Ready, "label">> {
	const browser = await server.register(name);
	const [asked, client] =
		redirect === undefined
			? [{}, {}]
			: [{ redirect_uri: redirect.redirect_uri }, { redirect_uris: redirect.redirect_uris }];
	return { browser, page: await browser.open((await beginFlow(server, asked, client)).url) };
}

async function link(server: RunningServer, name: string): Promise<Omit<Ready, "label">> {
	const browser = await server.register(name);
	return { browser, page: await enterCode(browser, (await waitingDevice(server)).userCode, name) };
}

async function approval(server: RunningServer, name: string): Promise<Omit<Ready, "label">> {
	const browser = await server.register(name);
	const app = await server.loginDevice({ localpart: name, browser, deviceId: createDeviceId() });
	const keys = deviceKeys(app.userId, app.deviceId, signer(`${app.userId}/${app.deviceId}`, app.deviceId));
	await server.call(app, "POST", "keys/upload", { device_keys: keys });
	const upload = (identity: string) =>
		server.call(app, "POST", "keys/device_signing/upload", identityOf(app.userId, identity).body);
	assert.equal((await upload("first")).status, 200);
	return { browser, page: await browser.open((await upload("second")).body.params["m.oauth"].url) };
}

async function own(server: RunningServer, name: string, path: string): Promise<Omit<Ready, "label">> {
	const browser = await server.register(name);
	return { browser, page: await browser.open(path) };
}

const oneCode = async (_: RunningServer, _name: string, rows: Rows) => {
	const codes = (await rows("engine_records")).filter(({ kind }) => kind === "AuthorizationCode");
	assert.equal(codes.length, 1);
};

const cases: Readonly<Record<string, RepeatedForm>> = {
	"allowing a program on this device": {
		ready: async (server, name) => ({ ...(await consent(server, name)), label: "Allow" }),
		answer: /^303 http:\/\/127\.0\.0\.1\/callback\?code=/,
		done: oneCode,
	},
	"refusing a program on this device": {
		ready: async (server, name) => ({ ...(await consent(server, name)), label: "Cancel" }),
		answer: /^303 http:\/\/127\.0\.0\.1\/callback\?error=access_denied/,
	},
	"allowing an app with an address of its own": {
		ready: async (server, name) => ({ ...(await consent(server, name, native)), label: "Allow" }),
		answer: /^303 \/interaction\//,
		done: oneCode,
	},
	"refusing an app with an address of its own": {
		ready: async (server, name) => ({ ...(await consent(server, name, native)), label: "Cancel" }),
		answer: /^303 \/interaction\//,
	},
	"allowing a device by its code": {
		ready: async (server, name) => ({
			...(await link(server, name)),
			...{ label: "Allow", filled: { own: "yes", password } },
		}),
		answer: /^303 \/link\//,
		done: logged("device-allowed", 1),
	},
	"refusing a device by its code": {
		ready: async (server, name) => ({ ...(await link(server, name)), label: /refuse$/ }),
		answer: /^303 \/link\//,
		done: logged("device-refused", 1),
	},
	"approving another identity": {
		ready: async (server, name) => ({
			...(await approval(server, name)),
			...{ label: /^Replace my digital identity$/i, filled: { password } },
		}),
		answer: /^303 \/account\/reset\//,
		done: async (_server, _name, rows) => {
			const states = (await rows("reset_requests")).map(({ state }) => state);
			assert.deepEqual(states, ["approved"]);
		},
	},
	"refusing another identity": {
		ready: async (server, name) => ({ ...(await approval(server, name)), label: /refuse$/i }),
		answer: /^303 \/account\/reset\//,
	},
	"changing the password": {
		ready: async (server, name) => ({
			...(await own(server, name, "/account/password")),
			...{ label: /password/i, filled: { current: password, password: nextPassword } },
		}),
		answer: /^303 \/account\/security$/,
		done: logged("password-changed", 1),
	},
	"setting a password by a link": {
		ready: async (server, name) => {
			await server.register(name);
			const browser = server.browser();
			const page = await browser.open(await passwordLink(server, name));
			return { browser, page, label: "Set password", filled: { password: nextPassword } };
		},
		answer: /^200 Your password is set/,
		done: logged("password-set-by-link", 1),
	},
	"setting a password by a link where one is signed in": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const page = await browser.open(await passwordLink(server, name));
			return { browser, page, label: "Set password", filled: { password: nextPassword } };
		},
		answer: /^200 Your password is set/,
		done: logged("password-set-by-link", 1),
	},
	"naming a device": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const { deviceId } = await server.loginDevice({ localpart: name, browser, deviceId: createDeviceId() });
			const page = await browser.open(`/account/devices/${deviceId}/name`);
			return { browser, page, label: "Save", filled: { name: "Kitchen" } };
		},
		answer: /^303 \/account\/devices\/[\w-]+$/,
	},
	"taking an approval back": {
		ready: async (server, name) => {
			const { browser, page } = await approval(server, name);
			const approved = await browser.press(page, /^Replace my digital identity$/i, { password });
			return { browser, page: approved, label: /take it back$/ };
		},
		answer: /^303 \/account\/reset\//,
		done: async (_server, _name, rows) => {
			assert.deepEqual(
				(await rows("reset_requests")).map(({ state }) => state),
				["denied"],
			);
		},
	},
	"answering a refusal once more": {
		ready: async (server, name) => {
			const { browser, page } = await approval(server, name);
			return { browser, page: await browser.press(page, /refuse$/i), label: "Ask me again" };
		},
		answer: /^303 \/account\/reset\//,
		done: logged("reset-reopened", 1),
	},
	"naming oneself": {
		ready: async (server, name) => ({
			...(await own(server, name, "/account/profile")),
			...{ label: "Save", filled: { displayname: "Somebody" } },
		}),
		answer: /^303 \/account\/$/,
	},
	"signing a device out": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const { deviceId } = await server.loginDevice({ localpart: name, browser, deviceId: createDeviceId() });
			const page = await browser.open(`/account/devices/${deviceId}?delete=1`);
			return { browser, page, label: "Sign out", filled: { password } };
		},
		answer: /^303 \/account\/devices$/,
		done: logged("device-signed-out", 1),
	},
	"signing out an app without a device": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const { deviceId } = await server.loginDevice({ localpart: name, browser, deviceId: createDeviceId() });
			const page = await browser.open(`${await withoutDevice(server, deviceId)}?delete=1`);
			return { browser, page, label: "Sign out", filled: { password } };
		},
		answer: /^303 \/account\/devices$/,
		done: logged("device-signed-out", 1),
	},
	"adding a passkey": {
		ready: async (server, name) => {
			const { browser, page } = await own(server, name, "/account/proofs/new-passkey");
			const made = await browser.press(page, "Continue", { name: "Phone", password });
			const filled = { passkey: softwarePasskey(server.url).answer(made) };
			return { browser, page: made, label: "Make the passkey", filled };
		},
		answer: /^303 \/account\/proofs$/,
		done: logged("passkey-added", 1),
	},
	"removing a passkey": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const passkey = await addPasskey(browser, { base: server.url });
			const rows = await server.rows("passkeys");
			const { id } = rows.find((row) => row.credential_id === passkey.credentialId) ?? assert.fail();
			const page = await browser.open(`/account/proofs/passkeys/${id}`);
			return { browser, page, label: "Remove passkey", filled: { passkey: passkey.answer(page) } };
		},
		answer: /^303 \/account\/proofs$/,
		done: logged("passkey-removed", 1),
	},
	"taking the password away": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const passkey = await addPasskey(browser, { base: server.url });
			const page = await browser.open("/account/proofs/remove-password");
			return { browser, page, label: "Remove password", filled: { passkey: passkey.answer(page) } };
		},
		answer: /^303 \/account\/proofs$/,
		done: logged("password-removed", 1),
	},
	"setting an app for codes up": {
		ready: async (server, name) => {
			const { browser, page } = await own(server, name, "/account/proofs/new-codes");
			const shown = await browser.press(page, "Continue", { password });
			return { browser, page: shown, label: "Use this app", filled: { code: scan(shown).at(Date.now()) } };
		},
		answer: /^303 \/account\/proofs$/,
		done: logged("codes-added", 1),
	},
	"removing the app for codes": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const app = await setUpCodes(browser, Date.now());
			const page = await browser.open("/account/proofs/remove-codes");
			// The code of now was used to set it up; the next one is right already.
			const filled = { password, code: app.at(Date.now() + 30_000) };
			return { browser, page, label: "Remove one-time codes", filled };
		},
		answer: /^303 \/account\/proofs$/,
		done: logged("codes-removed", 1),
	},
	"changing the password with a code": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const app = await setUpCodes(browser, Date.now());
			const page = await browser.open("/account/password");
			const filled = { current: password, code: app.at(Date.now() + 30_000), password: nextPassword };
			return { browser, page, label: "Change password", filled };
		},
		answer: /^303 \/account\/security$/,
		done: logged("password-changed", 1),
	},
	"signing out everywhere with a passkey": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			const passkey = await addPasskey(browser, { base: server.url });
			const page = await browser.open("/account/sign-out-everywhere");
			return { browser, page, label: /^Sign out/, filled: { passkey: passkey.answer(page) } };
		},
		answer: /^303 \/account\/devices$/,
	},
	"entering a code to sign in": {
		ready: async (server, name) => {
			const app = await setUpCodes(await server.register(name), Date.now());
			const browser = server.browser();
			const first = await browser.open("/login?next=/account/profile");
			const page = await browser.press(first, "Sign in", { username: name, password });
			return { browser, page, label: "Continue", filled: { code: app.at(Date.now() + 30_000) } };
		},
		answer: /^303 \/account\/profile$/,
	},
	"signing in with a passkey": {
		ready: async (server, name) => {
			const passkey = await addPasskey(await server.register(name), { base: server.url });
			const browser = server.browser();
			const page = await browser.open("/login?next=/account/profile");
			return { browser, page, label: "Use a passkey", filled: { passkey: passkey.answer(page) } };
		},
		answer: /^303 \/account\/profile$/,
	},
	"asking for a letter by who lost all factors": {
		ready: lostForms.asking,
		answer: /^303 \/login\/lost$/,
		done: logged("factors-lost-asked", 1),
	},
	"beginning the waiting time": {
		ready: lostForms.beginning,
		answer: /^200 The waiting time runs/,
		done: logged("factors-lost-begun", 1),
	},
	"taking lost factors away where one is signed in": {
		ready: lostForms.taking,
		answer: /^200 Your passkeys and codes are gone/,
		done: logged("factors-lost-taken", 1),
	},
	"ending the waiting time": {
		ready: lostForms.ending,
		answer: /^303 \/account\/security$/,
		done: logged("factors-lost-stopped", 1),
	},
	"making a token": { ...tokenForms.making, done: logged("token-made", 1) },
	"making a token with a passkey": { ...tokenForms.makingWithPasskey, done: logged("token-made", 1) },
	"replacing a token": { ...tokenForms.replacing, done: logged("token-replaced", 1) },
	"ending a token": { ...tokenForms.ending, done: logged("device-signed-out", 1) },
	"putting away what one was told of": {
		ready: async (server, name) => {
			const browser = await server.register(name);
			await server.loginDevice({ localpart: name, browser, deviceId: createDeviceId() });
			return { browser, page: await browser.open("/account/"), label: "I have seen this" };
		},
		answer: /^303 \/account\/$/,
	},
	"signing all other browsers out": {
		ready: async (server, name) => {
			const ready = await own(server, name, "/account/");
			await server.signIn(name);
			return {
				browser: ready.browser,
				page: await ready.browser.open("/account/browsers/others"),
				label: /^Sign out/,
			};
		},
		answer: /^303 \/account\/browsers$/,
		done: logged("browser-signed-out", 1),
	},
	"signing this browser out": {
		ready: async (server, name) => ({
			...(await own(server, name, "/account/")),
			label: /sign out|sign this browser out/i,
		}),
		answer: /^303 \/login/,
	},
	"signing out everywhere": {
		ready: async (server, name) => {
			return { ...(await own(server, name, "/account/sign-out-everywhere")), label: /^Sign out/ };
		},
		answer: /^303 \/account\/devices$/,
	},
	"closing the account": {
		ready: async (server, name) => ({
			...(await own(server, name, "/account/deactivate")),
			...{ label: /deactivate|close/i, filled: { username: name, password } },
		}),
		answer: /^200 .*closed/i,
		done: logged("account-deactivated", 1),
	},
	"making an account": {
		ready: async (server, name) => {
			const browser = server.browser();
			const page = await browser.open("/register?next=/account/profile");
			return { browser, page, label: "Create account", filled: { username: name, password } };
		},
		answer: /^303 \/account\/profile$/,
	},
	"signing in": {
		ready: async (server, name) => {
			await server.register(name);
			const browser = server.browser();
			const page = await browser.open("/login?next=/account/profile");
			return { browser, page, label: "Sign in", filled: { username: name, password } };
		},
		answer: /^303 \/account\/profile$/,
	},
};

sendTwice(cases, () => startServer({ email: mailNowhere }));
