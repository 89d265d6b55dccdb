import type { MatrixRoute } from "../matrix-api/index.ts";

/** One thing that is done for apps, at these paths behind every version's prefix. */
export interface CompatEndpoint extends MatrixRoute {
	/** Without a slash in front. */
	readonly paths: readonly string[];
}

/** Those that reverse proxies are told to send here, and that deployed apps still use. */
const prefixes = ["api/v1", "r0", "v3", "unstable"].map((version) => `/_matrix/client/${version}/`);

/** Whatever lies below these names is ours to answer. */
export const owned = underEveryPrefix(["login/*", "logout/*", "refresh/*"]);

/** These paths, absolute, in each version of the API. */
export function underEveryPrefix(paths: readonly string[]): readonly string[] {
	return prefixes.flatMap((prefix) => paths.map((path) => prefix + path));
}
