import { createFormBrowser } from "../packages/server/test/support/form-browser.ts";
import { call, loginDevice, password } from "../packages/server/test/support/server.ts";
import { uploadOf } from "./cases.ts";
import type { Person } from "./person.ts";

/**
 * Registers people and signs them in, through the pages.
 * @param homeserver where apps find the metadata; default: the server itself
 */
export async function registerPeople(
	port: number,
	count: number,
	homeserver?: string,
): Promise<readonly Person[]> {
	const url = `http://localhost:${port}/`;
	const people: Person[] = [];
	for (let number = 0; number < count; number++) {
		const localpart = `person${number}`;
		const browser = createFormBrowser(url);
		const page = await browser.open("/register");
		await browser.press(page, "Create account", { username: localpart, password });
		const { userId, accessToken } = await loginDevice(url, {
			...{ localpart, browser },
			...(homeserver !== undefined && { homeserver }),
		});
		const cookie = browser.cookies.headerFor(new URL("/account/", url));
		const { path, body } = uploadOf({ userId, accessToken }, "first");
		await call(url, accessToken, { method: "POST", path, body });
		people.push({ userId, accessToken, cookie });
	}
	return people;
}
