import type { Page } from "playwright-core";
import type { Sight } from "./sight.ts";

/** What people meet who are not signed in and with whom something does not go as it should. */
export function strangerTroubles(url: string): Sight[] {
	const open = (page: Page, path: string) => page.goto(new URL(path, url).href);
	const signIn = async (page: Page, name: string) => {
		await page.getByLabel("User name").fill(name);
		await page.getByLabel("Password").fill("not the right one");
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.getByRole("alert").waitFor();
	};
	return [
		{
			name: "sign-in-throttled",
			title: "Sign in",
			async open(page) {
				await open(page, "/login");
				for (let nth = 0; nth < 6; nth += 1) await signIn(page, "somebody");
				await page
					.getByText(/^Too many attempts/)
					.first()
					.waitFor();
			},
		},
		{
			name: "sign-in-elsewhere",
			title: "Sign in",
			async open(page) {
				await open(page, "/login");
				await signIn(page, "@alice:example.org");
			},
		},
		{
			name: "register-taken",
			title: "Create an account",
			async open(page) {
				await open(page, "/register");
				await page.getByLabel("User name").fill("alice");
				await page.getByLabel("Password").fill("some good password");
				await page.getByRole("button", { name: "Create account" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "form-expired",
			title: "This form has expired",
			async open(page) {
				await open(page, "/login");
				await page.evaluate("document.querySelector('[name=csrf]').value = 'of another browser'");
				await page.getByLabel("User name").fill("alice");
				await page.getByLabel("Password").fill("some good password");
				await page.getByRole("button", { name: "Sign in" }).click();
				await page.waitForLoadState();
			},
		},
		{
			name: "cookies-off",
			title: "This browser sent no cookie",
			async open(page) {
				await open(page, "/login");
				await page.getByLabel("User name").fill("alice");
				await page.getByLabel("Password").fill("some good password");
				await page.context().clearCookies();
				await page.getByRole("button", { name: "Sign in" }).click();
				await page.waitForLoadState();
			},
		},
		{
			name: "sign-in-over-without-cookies",
			title: "This sign-in is over",
			async open(page) {
				await page.context().clearCookies();
				await open(page, "/interaction/unknown");
			},
		},
		{
			name: "wrong-method",
			title: "That cannot be done here",
			async open(page) {
				await open(page, "/login");
				await page.evaluate("document.forms[0].action = '/account/devices'");
				await page.evaluate("HTMLFormElement.prototype.submit.call(document.forms[0])");
				await page.waitForURL("**/account/devices");
			},
		},
		{
			name: "sign-in-request-broken",
			title: "This sign-in request cannot go on",
			open: (page) => open(page, "/authorize?client_id=unknown&response_type=code"),
		},
	];
}
