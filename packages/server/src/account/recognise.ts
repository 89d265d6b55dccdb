import type { AccountId } from "@countersign/core";
import { createCookies } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import { sessionCookie } from "./posted-form.ts";

/** Who is signed in in the browser that sends a request, for edges beside these pages; it does nothing for them. */
export function createRecognise({
	browserSessions,
	publicBase,
}: {
	readonly browserSessions: Pick<BrowserSessions, "find">;
	readonly publicBase: string;
}): (request: Pick<Request, "headers">) => Promise<AccountId | undefined> {
	const cookies = createCookies({ publicBase });
	return async (request) => (await browserSessions.find(cookies.read(request, sessionCookie)))?.account.id;
}
