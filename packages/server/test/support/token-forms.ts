import { makeToken } from "./personal-token.ts";
import type { Ready } from "./sent-form.ts";
import { password, type RunningServer } from "./server.ts";
import { addPasskey } from "./software-passkey.ts";

type MakeReady = (server: RunningServer, name: string) => Promise<Ready>;

const path = "/account/tokens/new";
const wanted = { name: "Bot", lifetime: "90" };

const making: MakeReady = async (server, name) => {
	const browser = await server.register(name);
	const filled = { ...wanted, device: "yes", password };
	return { browser, page: await browser.open(path), label: "Make a token", filled };
};

const makingWithPasskey: MakeReady = async (server, name) => {
	const browser = await server.register(name);
	const passkey = await addPasskey(browser, { base: server.url });
	const page = await browser.open(path);
	return { browser, page, label: "Make a token", filled: { ...wanted, passkey: passkey.answer(page) } };
};

const replacing: MakeReady = async (server, name) => {
	const token = await makeToken(await server.register(name));
	const page = await token.browser.open(`${token.path}/replace`);
	const filled = { lifetime: "30", password };
	return { browser: token.browser, page, label: "Replace the token", filled };
};

const ending: MakeReady = async (server, name) => {
	const { browser, deviceId } = await makeToken(await server.register(name));
	const page = await browser.open(`/account/devices/${deviceId}?delete=1`);
	return { browser, page, label: "End it", filled: { password } };
};

const made = /^(200 Your new token|409 The token is there)$/;
const shownOnce = /^200/;

/** Forms of tokens for programs, and what each answer to one is that is sent twice. */
export const tokenForms = {
	making: { ready: making, answer: made, shownOnce },
	makingWithPasskey: { ready: makingWithPasskey, answer: made, shownOnce },
	replacing: {
		ready: replacing,
		answer: /^(200 Your new token|409 The token was replaced)$/,
		shownOnce,
	},
	ending: { ready: ending, answer: /^303 \/account\/devices$/ },
} as const;
