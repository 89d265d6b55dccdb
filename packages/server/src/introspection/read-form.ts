import type { IncomingMessage } from "node:http";

export type ReadForm =
	| { readonly ok: true; readonly text: string }
	| { readonly ok: false; readonly reason: "not-a-form" | "too-large" | "gone" };

const limitBytes = 64 * 1024;
const formType = /^application\/x-www-form-urlencoded(?:\s*;|$)/i;
/** What homeservers send, where nothing needs decoding. */
const usual = /^token=(\w+)(?:&token_type_hint=access_token)?$/;

/** Reads a form of at most 64 KiB; `gone` when the caller left before the end. */
export function readForm(request: IncomingMessage): Promise<ReadForm> {
	if (!isPlainForm(request)) return Promise.resolve({ ok: false, reason: "not-a-form" });
	if (Number(request.headers["content-length"]) > limitBytes)
		return Promise.resolve({ ok: false, reason: "too-large" });
	return new Promise((resolve) => {
		let text = "";
		request.on("data", (chunk: Buffer) => {
			// A form is ASCII, so that it does not matter where it is parted.
			if (text.length + chunk.length <= limitBytes) text += chunk.toString("latin1");
			else resolve({ ok: false, reason: "too-large" });
		});
		request.on("end", () => resolve({ ok: true, text }));
		request.on("close", () => resolve({ ok: false, reason: "gone" }));
	});
}

/** The one token of a form; `undefined` where there is none, or more than one. */
export function onlyToken(form: string): string | undefined {
	const plain = usual.exec(form)?.[1];
	if (plain !== undefined) return plain;
	const [token, second] = new URLSearchParams(form).getAll("token");
	return second === undefined ? token : undefined;
}

/** A content encoding is refused: a small body that unpacks into a huge one must not get past the limit. */
function isPlainForm({ headers }: IncomingMessage): boolean {
	return headers["content-encoding"] === undefined && formType.test(headers["content-type"] ?? "");
}
