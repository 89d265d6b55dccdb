import assert from "node:assert/strict";
import { derivedKey } from "../../src/domain.ts";
import { createLetterSecrets } from "../../src/notices/index.ts";
import type { FormBrowser, Page } from "./form-browser.ts";

/** A server whose data can be looked into. */
interface Rows {
	rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The code in the letter to who wants to register with this address, as it is derived. */
export async function registrationCode(server: Rows, address: string): Promise<string> {
	const key = (await server.rows("settings")).find(({ name }) => name === "master-key")?.value;
	const secrets = createLetterSecrets(derivedKey(Buffer.from(String(key), "base64url"), "letters"));
	const begun = (await server.rows("begun_registrations"))
		.filter((row) => row.address === address)
		.toSorted((a, b) => Number(a.created_at) - Number(b.created_at))
		.at(-1);
	return secrets.code(String(begun?.seed ?? assert.fail(`nobody begun with ${address}`)));
}

/** The page for name and password, of who shows first that an address is theirs where that is asked for. */
export async function openRegister(
	server: Rows,
	browser: FormBrowser,
	{ address, token }: { readonly address: string; readonly token?: string },
): Promise<Page> {
	const page = await browser.open("/register");
	if (!page.forms.some(({ action }) => action === "/register/address")) return page;
	const asked = await browser.press(page, "Send a code", { email: address, ...(token && { token }) });
	return browser.press(asked, "Go on", { code: await registrationCode(server, address) });
}
