/** Cookies of this origin alone: not for scripts, not for other sites' forms. */
export interface Cookies {
	/** Undefined when absent, and when sent twice: then another site's subdomain planted one, and neither is trusted. */
	read(request: Pick<Request, "headers">, name: string): string | undefined;
	/** A `Set-Cookie` value. Without `maxAgeSeconds` the cookie ends with the browser's session. */
	write(name: string, value: string, maxAgeSeconds?: number): string;
	/** A `Set-Cookie` value that removes it. */
	clear(name: string): string;
}

/**
 * Over https each cookie is `Secure` and carries the `__Host-` prefix, which no subdomain and no plain-http page can set.
 * @see https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix
 */
export function createCookies({ publicBase }: { readonly publicBase: string }): Cookies {
	const secure = publicBase.startsWith("https:");
	const full = (name: string) => `${secure ? "__Host-" : ""}countersign-${name}`;
	const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
	return {
		read(request, name) {
			const prefix = `${full(name)}=`;
			const [found, second] = (request.headers.get("cookie") ?? "")
				.split(";")
				.map((pair) => pair.trim())
				.filter((pair) => pair.startsWith(prefix));
			if (found === undefined || second !== undefined) return undefined;
			return /^[\w-]{1,256}$/.exec(found.slice(prefix.length))?.[0];
		},
		write(name, value, maxAgeSeconds) {
			const lasting = maxAgeSeconds === undefined ? "" : `; Max-Age=${Math.floor(maxAgeSeconds)}`;
			return `${full(name)}=${value}${attributes}${lasting}`;
		},
		clear: (name) => `${full(name)}=${attributes}; Max-Age=0`,
	};
}
