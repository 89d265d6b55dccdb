import { isHttpUrl } from "@countersign/protocol";

/**
 * A URL that may be requested or opened: absolute, http or https, without credentials. Anything else a server
 * names (`javascript:`, `file:`, `https://bank@thief/`) gives `undefined`.
 *
 * `plainHttp: false` refuses http as well; it is allowed only where the homeserver itself was reached that way,
 * since then nothing is lost by it.
 */
export function parseHttpUrl(text: string, { plainHttp }: { readonly plainHttp: boolean }): URL | undefined {
	if (!isHttpUrl(text) || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	return url.protocol === "https:" || plainHttp ? url : undefined;
}

/** Whether what this homeserver names may be plain http: only when the homeserver itself is. */
export function allowsPlainHttp(homeserver: string): boolean {
	return new URL(homeserver).protocol === "http:";
}

/** `path` (starting with `/`) below a base URL, which may end with a slash or not and may have a path itself. */
export function below(base: string, path: string): string {
	return base.replace(/\/+$/, "") + path;
}
