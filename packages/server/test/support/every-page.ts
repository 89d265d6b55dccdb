import type { Page } from "playwright-core";
import { ownPages } from "./account-sights.ts";
import { approvalPages } from "./approval-pages.ts";
import { askToSignIn } from "./asking-app.ts";
import type { App, BrowserWorld } from "./browser-world.ts";
import { linkPages } from "./link-sights.ts";
import { passwordLink } from "./password-link.ts";
import { password } from "./server.ts";
import type { Sight } from "./sight.ts";
import { stepUpPages } from "./step-up-sights.ts";
import { strangerTroubles } from "./trouble-sights.ts";

/** Every page a person can come to, as somebody who is not signed in, and as `person`. */
export function everyPage(
	world: BrowserWorld,
	person: App,
): {
	readonly signedOut: readonly Sight[];
	readonly signedIn: readonly Sight[];
} {
	const at = (path: string) => (page: Page) => page.goto(new URL(path, world.server.url).href);
	return {
		signedOut: [...strangerPages(world, at), ...strangerTroubles(world.server.url)],
		signedIn: [
			...accountPages(person, at),
			...consentPages(world, person),
			...stepUpPages(world, person),
			...ownPages(world, person),
			...linkPages(world, person),
			...approvalPages(world, person),
		],
	};
}

type At = (path: string) => Sight["open"];

function strangerPages(world: BrowserWorld, at: At): Sight[] {
	return [
		{ name: "sign-in", title: "Sign in", open: at("/login") },
		{
			name: "sign-in-refused",
			title: "Sign in",
			async open(page) {
				await page.getByLabel("User name").fill("nobody");
				await page.getByLabel("Password").fill("not the right one");
				await page.getByRole("button", { name: "Sign in" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "sign-in-to-approve", title: "Sign in", open: at("/login?next=/account/reset/reference") },
		{ name: "forgotten", title: "Forgot your password?", open: at("/account/forgotten-password") },
		{
			name: "forgotten-asked",
			title: "Look into your mail",
			async open(page) {
				await page.getByLabel("E-mail address or user name").fill("nobody@example.org");
				await page.getByRole("button", { name: "Send the link" }).click();
			},
		},
		{ name: "register", title: "Create an account", open: at("/register") },
		{
			name: "register-refused",
			title: "Create an account",
			async open(page) {
				await page.getByLabel("User name").fill("Not A Name");
				await page.getByLabel("Password").fill("some good password");
				await page.getByRole("button", { name: "Create account" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		...newPasswordPages(world, at),
		{ name: "no-such-page", title: "There is no such page", open: at("/nothing/here") },
		{ name: "sign-in-over", title: "This sign-in is over", open: at("/interaction/unknown") },
		{
			name: "sign-in-for-app",
			title: "Sign in",
			open: async (page) => page.goto((await askToSignIn(world.server, { loginHint: "alice" })).url),
		},
	];
}

function newPasswordPages({ server }: BrowserWorld, at: At): Sight[] {
	const set = async (page: Page, typed: string) => {
		await page.getByLabel("New password").fill(typed);
		await page.getByRole("button", { name: "Set password" }).click();
	};
	return [
		{
			name: "new-password",
			title: "Set a new password",
			async open(page) {
				await server.register("linked");
				await at(await passwordLink(server, "linked"))(page);
			},
		},
		{
			name: "new-password-refused",
			title: "Set a new password",
			async open(page) {
				await set(page, "short");
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "new-password-done",
			title: "Your password is set",
			open: (page) => set(page, "another battery staple"),
		},
		{
			name: "new-password-gone",
			title: "This link does not work any more",
			open: at("/account/new-password/used"),
		},
	];
}

function accountPages(person: App, at: At): Sight[] {
	return [
		{ name: "home", title: "Your account", open: at("/account/") },
		{ name: "devices", title: "Devices", open: at("/account/devices") },
		{ name: "device", title: "Device", open: at(`/account/devices/${person.deviceId}`) },
		{ name: "device-unknown", title: "Device not found", open: at("/account/devices/UNKNOWN") },
		{
			name: "device-sign-out",
			title: "Sign out this device?",
			open: at(`/account/devices/${person.deviceId}?delete=1`),
		},
		...deviceNamePages(person, at),
		{ name: "sign-out-everywhere", title: "Sign out everywhere?", open: at("/account/sign-out-everywhere") },
		{ name: "password", title: "Change password", open: at("/account/password") },
		{
			name: "password-refused",
			title: "Change password",
			async open(page) {
				await page.getByLabel("Current password").fill("not the right one");
				await page.getByLabel("New password").fill("short");
				await page.getByRole("button", { name: "Change password" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "proofs-none", title: "Passkeys and codes", open: at("/account/proofs") },
		{ name: "passkey-new", title: "Add a passkey", open: at("/account/proofs/new-passkey") },
		{
			name: "passkey-new-refused",
			title: "Add a passkey",
			async open(page) {
				await page.getByLabel("Name").fill("My phone");
				await page.getByLabel("Your password").fill("not the right one");
				await page.getByRole("button", { name: "Continue" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "codes-new", title: "Set up one-time codes", open: at("/account/proofs/new-codes") },
		{
			name: "codes-new-app",
			title: "Set up one-time codes",
			async open(page) {
				await page.getByLabel("Your password").fill(password);
				await page.getByRole("button", { name: "Continue" }).click();
				await page.getByText("Scan this with an app").waitFor();
			},
		},
		{
			name: "passkey-not-found",
			title: "Passkey not found",
			open: at("/account/proofs/passkeys/unknown"),
		},
		{ name: "deactivate", title: "Deactivate your account?", open: at("/account/deactivate") },
		{ name: "confirm", title: "Confirm it is you", open: at("/login?fresh=1&next=/account/") },
		{ name: "reset-nothing-waits", title: "Reset your digital identity", open: at("/account/reset") },
	];
}

function deviceNamePages({ deviceId }: App, at: At): Sight[] {
	const save = async (page: Page, name: string) => {
		await at(`/account/devices/${deviceId}/name`)(page);
		await page.getByLabel("Device name").fill(name);
		await page.getByRole("button", { name: "Save" }).click();
	};
	return [
		{ name: "device-name", title: "Name this device", open: at(`/account/devices/${deviceId}/name`) },
		{
			name: "device-name-too-long",
			title: "Name this device",
			async open(page) {
				await save(page, "much too long ".repeat(8));
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "device-named", title: "Device", open: (page) => save(page, "Kitchen tablet") },
	];
}

function consentPages(world: BrowserWorld, person: App): Sight[] {
	const asked = (name: string, asks: Parameters<typeof askToSignIn>[1]): Sight => ({
		name,
		title: "Let this app sign in?",
		open: async (page) => page.goto((await askToSignIn(world.server, asks)).url),
	});
	return [
		asked("consent", { redirectUri: "http://127.0.0.1:4711/callback" }),
		asked("consent-website", { redirectUri: "https://app.example/callback" }),
		asked("consent-new-account", { redirectUri: "https://app.example/callback", prompt: "create" }),
		asked("consent-takes-over", { deviceId: person.deviceId, loginHint: "mxid:@bob:localhost" }),
	];
}
