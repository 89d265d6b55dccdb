import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/**
 * Whether anybody can have a name below this host, as below `co.uk` or `github.io`. The list comes with a library and
 * is loaded when the first app registers: it would take a fifteenth of every start.
 * @see https://publicsuffix.org/list/
 */
export function isPublicSuffix(host: string): boolean {
	const { getPublicSuffix } = load("tldts") as typeof import("tldts");
	return getPublicSuffix(host, { allowPrivateDomains: true }) === host;
}
