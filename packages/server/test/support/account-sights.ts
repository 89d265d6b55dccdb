import { lifetimes } from "@countersign/core";
import type { Page } from "playwright-core";
import type { App, BrowserWorld } from "./browser-world.ts";
import { addressOf } from "./forms-under-attack.ts";
import { letterLink } from "./letter-link.ts";
import { seedLoss } from "./lost-factors-rows.ts";
import { password } from "./server.ts";
import type { Sight } from "./sight.ts";

const elsewhere = [
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
];

/** What a person keeps in order by themselves: name, browsers, log, and closing the account. */
export function ownPages(world: BrowserWorld, person: App): Sight[] {
	const at = (path: string) => (page: Page) => page.goto(new URL(path, world.server.url).href);
	return [
		...profilePages(at),
		...browserPages(world, at),
		...emailPages(world, at),
		...tokenPages(at),
		{ name: "security-of-a-kind", title: "Security log", open: at("/account/security?kind=devices&device=") },
		{
			name: "security-unfolded",
			title: "Security log",
			async open(page) {
				await at("/account/security")(page);
				await page.getByText("Show only a part").click();
			},
		},
		{
			name: "security-of-a-device",
			title: "Security log",
			open: at(`/account/security?kind=&device=${person.deviceId}`),
		},
		{
			name: "security-nothing-of-it",
			title: "Security log",
			open: at("/account/security?kind=password&device=A%20DEVICE%20SIGNED%20OUT%20LONG%20AGO"),
		},
		{ name: "security-nothing-older", title: "Security log", open: at("/account/security?after=1.x") },
		{
			name: "deactivate-refused",
			title: "Deactivate your account?",
			async open(page) {
				await at("/account/deactivate")(page);
				await page.getByLabel(/^Type /).fill("somebody");
				await page.getByLabel("Your password").fill("not looked at");
				await page.getByRole("button", { name: "Deactivate for good" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
	];
}

type At = (path: string) => (page: Page) => Promise<unknown>;

/** Before the first one, while it is made, and what can be done with it. */
function tokenPages(at: At): Sight[] {
	const make = async (page: Page) => {
		await at("/account/tokens/new")(page);
		await page.getByLabel("What it is for").fill("Weather bot");
		await page.getByLabel("It gets a device of its own").check();
		await page.getByLabel("Your password").fill(password);
		await page.getByRole("button", { name: "Make a token" }).click();
	};
	const ofFirst = async (page: Page, press?: string) => {
		await at("/account/tokens")(page);
		await page.getByRole("link", { name: "Weather bot" }).first().click();
		if (press !== undefined) await page.getByRole("link", { name: press, exact: true }).click();
	};
	return [
		{ name: "tokens-none", title: "Tokens for programs", open: at("/account/tokens") },
		{ name: "tokens-new", title: "New token", open: at("/account/tokens/new") },
		{
			name: "tokens-new-refused",
			title: "New token",
			async open(page) {
				await at("/account/tokens/new")(page);
				await page.getByLabel("What it is for").fill("much too long ".repeat(9));
				await page.getByLabel("Your password").fill("not looked at");
				await page.getByRole("button", { name: "Make a token" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "tokens-shown", title: "Your new token", open: make },
		{ name: "tokens", title: "Tokens for programs", open: at("/account/tokens") },
		{ name: "token", title: "Token", open: (page) => ofFirst(page) },
		{ name: "token-replace", title: "Replace this token?", open: (page) => ofFirst(page, "Replace") },
		{ name: "token-end", title: "End this token?", open: (page) => ofFirst(page, "End it") },
	];
}

function profilePages(at: At): Sight[] {
	const save = async (page: Page, name: string) => {
		await page.getByLabel("Display name").fill(name);
		await page.getByRole("button", { name: "Save" }).click();
	};
	return [
		{
			name: "other-account",
			title: "You are signed in with another account",
			open: at("/account/?action=org.matrix.devices_list&login_hint=mxid:@somebody-else:localhost"),
		},
		{ name: "profile", title: "Display name", open: at("/account/profile") },
		{
			name: "profile-too-long",
			title: "Display name",
			async open(page) {
				await save(page, "much too long ".repeat(30));
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "home-with-a-name", title: "Your account", open: (page) => save(page, "Alice Liddell") },
		{ name: "profile-with-a-name", title: "Display name", open: at("/account/profile") },
	];
}

function emailPages(world: BrowserWorld, at: At): Sight[] {
	const add = async (page: Page, address: string) => {
		await at("/account/email")(page);
		await page.getByLabel("E-mail address").fill(address);
		const proof = page.getByLabel("Your password");
		if (await proof.isVisible()) await proof.fill(password);
		await page.getByRole("button", { name: "Send a code" }).click();
	};
	return [
		{ name: "home-with-news", title: "Your account", open: at("/account/") },
		{
			name: "notice",
			title: "Was this not you?",
			open: (page) => page.getByRole("link", { name: "This was not me" }).first().click(),
		},
		{
			name: "notice-refused",
			title: "Was this not you?",
			async open(page) {
				await page.getByLabel("Your password").fill("not this one");
				await page.getByRole("button", { name: "This was not me" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "not-me",
			title: "Was this not you?",
			async open(page) {
				const { pathname } = new URL(page.url());
				await at(await letterLink(world.server, pathname.split("/").at(-1) ?? ""))(page);
			},
		},
		{ name: "not-me-gone", title: "This link is over", open: at("/account/not-me/x.y") },
		{
			name: "home-lost",
			title: "Your account",
			async open(page) {
				await seedLoss({ server: world.server, now: () => Date.now() }, "alice", Date.now());
				await at("/account/")(page);
			},
		},
		{
			name: "lost-stop-here",
			title: "Were your passkeys and codes lost?",
			open: (page) => page.getByRole("link", { name: "Look at it" }).click(),
		},
		{
			name: "security-lost",
			title: "Security log",
			open: (page) => page.getByRole("button", { name: "End it" }).click(),
		},
		{ name: "email-none", title: "E-mail addresses", open: at("/account/email") },
		{
			name: "email-refused",
			title: "E-mail addresses",
			async open(page) {
				await add(page, "alice at example.org");
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "email-code", title: "Enter the code", open: (page) => add(page, "alice@example.org") },
		{
			name: "email-code-refused",
			title: "Enter the code",
			async open(page) {
				await page.getByLabel("Code").fill("12345");
				await page.getByRole("button", { name: "Confirm" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "email",
			title: "E-mail addresses",
			async open(page) {
				await addressOf(world.server, "alice");
				await at("/account/email")(page);
			},
		},
		{
			name: "email-remove",
			title: "Remove this address?",
			open: (page) => page.getByRole("link", { name: /^alice[\da-f-]{36}@/ }).click(),
		},
		{ name: "email-unknown", title: "There is no such address", open: at("/account/email/x%40example.org") },
	];
}

function browserPages(world: BrowserWorld, at: At): Sight[] {
	return [
		{
			name: "browsers",
			title: "Browsers",
			async open(page) {
				for (const userAgent of elsewhere) await world.signedIn("alice", { userAgent });
				world.advance(2 * 60_000);
				await at("/account/browsers")(page);
			},
		},
		{
			name: "browser-sign-out",
			title: "Sign out this browser?",
			open: (page) => page.getByRole("link", { name: "Safari on an iPhone" }).click(),
		},
		{
			name: "browser-sign-out-refused",
			title: "Sign out this browser?",
			async open(page) {
				world.advance(lifetimes.proofMs + 1);
				await page.reload();
				await page.getByLabel("Your password").fill("not the right one");
				await page.getByRole("button", { name: "Sign out" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "browsers-others", title: "Sign out all other browsers?", open: at("/account/browsers/others") },
		{ name: "browser-unknown", title: "Browser not found", open: at("/account/browsers/unknown") },
		{ name: "browsers-alone", title: "Browsers", open: (page) => signOutOthers(page, at) },
		{
			name: "browsers-others-none",
			title: "Sign out all other browsers?",
			open: at("/account/browsers/others"),
		},
	];
}

async function signOutOthers(page: Page, at: At): Promise<void> {
	await at("/account/browsers/others")(page);
	await page.getByLabel("Your password").fill(password);
	await page.getByRole("button", { name: "Sign out the others" }).click();
}
