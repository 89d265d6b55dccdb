import type { Hono } from "hono";
import type { ShowPage } from "./authorization/index.ts";
import { clientAddressOf, type Env } from "./http/index.ts";

/**
 * Shows a page in the answer to a request for another address, as the browser would have been shown it: asked with its
 * cookies and by what it calls itself, and with nothing else of what it sent.
 */
export function createShowPage(app: () => Hono<Env>, publicBase: string): ShowPage {
	return async (address, { incoming, outgoing }) => {
		const headers = new Headers();
		for (const name of ["cookie", "user-agent"] as const) {
			const value = incoming.headers[name];
			if (value !== undefined) headers.set(name, value);
		}
		const asked = new Request(new URL(address, publicBase), { headers });
		// Nothing that comes first holds its answer back.
		const stopping = new AbortController().signal;
		return app().fetch(asked, { address: clientAddressOf(incoming), incoming, outgoing, stopping });
	};
}
