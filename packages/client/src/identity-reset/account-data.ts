import type { Caller } from "./homeserver.ts";

/** The content of one of the person's own account data events; undefined where there is none. */
export async function readAccountData(
	call: Caller,
	userId: string,
	type: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	const { status, body } = await call({ method: "GET", path: pathOf(userId, type), accept: [404] });
	return status === 404 ? undefined : body;
}

/** Replaces the content of one of the person's own account data events. */
export async function writeAccountData(
	call: Caller,
	userId: string,
	{ type, content }: { readonly type: string; readonly content: object },
): Promise<void> {
	await call({ method: "PUT", path: pathOf(userId, type), body: content });
}

function pathOf(userId: string, type: string): string {
	return `user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`;
}
