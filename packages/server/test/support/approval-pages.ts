import { lifetimes } from "@countersign/core";
import type { Page } from "playwright-core";
import { type App, answer, approveLabel, type BrowserWorld, heading, refuseLabel } from "./browser-world.ts";
import { identityOf } from "./device-crypto.ts";
import { password } from "./server.ts";
import type { Sight } from "./sight.ts";

/** The states of the approval page in a story of their own, and what the other pages show because of it. */
export function approvalPages(world: BrowserWorld, person: App): Sight[] {
	const ask = async (page: Page, identity: string) => page.goto((await person.ask(identity)).url);
	const approved = async (page: Page, identity: string) => {
		await ask(page, identity);
		await answer(page, approveLabel);
		await heading(page, "Approved. Waiting for the app");
	};
	const replaced = async (page: Page, identity: string) => {
		await approved(page, identity);
		await person.upload(identity);
		await page.reload();
	};
	return [
		{
			name: "reset-waiting",
			title: "Replace your digital identity?",
			async open(page) {
				// Of what was entered wrongly on the pages before, some is still counted for an hour.
				world.advance(60 * 60_000);
				await ask(page, "waiting");
			},
		},
		{
			name: "reset-password-wrong",
			title: "Replace your digital identity?",
			async open(page) {
				await page.getByLabel("Your password").fill("not the right one");
				await page.getByRole("button", { name: approveLabel }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "reset-approved",
			title: "Approved. Waiting for the app",
			async open(page) {
				const approved = page.getByRole("heading", { level: 1, name: /^Approved/ });
				// Wrong passwords of the samples before count for a minute, in which the right one is refused.
				for (let tries = 0; tries < 15 && (await approved.count()) === 0; tries++) {
					await answer(page, approveLabel);
					await page.waitForTimeout(5_000);
				}
			},
		},
		{
			name: "reset-approved-app-gone",
			title: "Approved. Waiting for the app",
			async open(page) {
				world.advance(60_000);
				await page.reload();
			},
		},
		{
			name: "reset-replaced",
			title: "Almost done: the app is finishing",
			async open(page) {
				await person.upload("waiting");
				await page.reload();
			},
		},
		{
			name: "reset-unfinished",
			title: "Replaced, but not finished on this device",
			async open(page) {
				world.advance(lifetimes.finishMs + 1);
				await page.reload();
			},
		},
		{
			name: "reset-finished",
			title: "Your digital identity is replaced",
			async open(page) {
				await person.finish("waiting");
				await page.reload();
			},
		},
		{
			name: "reset-superseded",
			title: "Replaced, and replaced again since",
			async open(page) {
				const before = page.url();
				await replaced(page, "another");
				await page.goto(before);
			},
		},
		{
			name: "reset-waiting-proved",
			title: "Replace your digital identity?",
			open: (page) => ask(page, "refused"),
		},
		{ name: "reset-refused", title: "You refused", open: (page) => answer(page, refuseLabel) },
		{
			name: "reset-taken-back",
			title: "You took your approval back",
			async open(page) {
				await approved(page, "taken back");
				await page.getByRole("button", { name: /take it back$/ }).click();
			},
		},
		{
			name: "reset-run-out",
			title: "This request has run out",
			async open(page) {
				await ask(page, "run out");
				world.advance(lifetimes.pendingAfterUploadMs + 1);
				await page.reload();
			},
		},
		{
			name: "reset-app-gone",
			title: "Replace your digital identity?",
			async open(page) {
				await ask(page, "app gone");
				world.advance(60_000);
				await page.reload();
			},
		},
		{ name: "reset-warned", title: "Replace your digital identity?", open: (page) => warned(world, page) },
		{
			name: "reset-several-wait",
			title: "Waiting for you",
			open: (page) => page.goto(new URL("/account/reset", page.url()).href),
		},
		{
			name: "home-with-requests",
			title: "Your account",
			open: (page) => page.goto(new URL("/account/", page.url()).href),
		},
		{
			name: "security",
			title: "Security log",
			open: (page) => page.goto(new URL("/account/security", page.url()).href),
		},
		{
			name: "reset-of-somebody-else",
			title: "There is no such request",
			async open(page) {
				const other = await world.person("bob");
				await other.call("POST", "keys/device_signing/upload", identityOf(other.userId, "his").body);
				await page.goto((await other.ask("his")).url);
			},
		},
		{
			name: "deactivated",
			title: "Your account is closed",
			async open(page) {
				const { url } = await person.ask("at the end");
				await page.goto(new URL("/account/deactivate", url).href);
				await page.getByLabel(/^Type /).fill("alice");
				await page.getByLabel("Your password").fill(password);
				await page.getByRole("button", { name: "Deactivate for good" }).click();
				await heading(page, "Your account is closed");
			},
		},
		{
			name: "signed-out-again",
			title: "Sign in",
			open: (page) => page.goto(new URL("/account/", page.url()).href),
		},
	];
}

/** A device that signed in a moment ago asks for two identities. */
async function warned(world: BrowserWorld, page: Page): Promise<void> {
	const fresh = await world.app({ localpart: "alice", deviceId: "NEWCOMER01", clientName: "Another App" });
	await fresh.upload("one of two");
	await page.goto((await fresh.ask("two of two")).url);
}
