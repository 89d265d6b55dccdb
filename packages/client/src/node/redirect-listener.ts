import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** The one path that is served. Constant, so that equal registrations stay equal. */
const path = "/callback";

/** The redirect URI to register: servers accept any port of it. @see RFC 8252 section 7.3 */
export const registeredRedirectUri = `http://127.0.0.1${path}`;

/** How long a connection may outlive the listener, to deliver the last page. */
const lastWordsMs = 1_000;

/** What to tell the browser about a redirect. `keep-waiting` is for redirects of somebody else. */
export type Verdict = "signed-in" | "refused" | "keep-waiting";

/** A listener on 127.0.0.1, on a port the system chose. */
export interface RedirectListener {
	/** The redirect URI with its port, for the authorization request. */
	readonly redirectUri: string;
	/** Frees the port and ends every connection. */
	close(): void;
}

/**
 * Listens for the browser's return.
 *
 * Any page of any site can send a browser here, so a redirect proves nothing by arriving: `judge` has to look at
 * its state.
 *
 * @param judge called with the whole URL of each request to the path, until it gives another verdict than
 * `keep-waiting`
 */
export async function listenForRedirect(judge: (callback: string) => Verdict): Promise<RedirectListener> {
	let over = false;
	const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, response) => {
		const callback = over ? undefined : callbackOf(request);
		const verdict = callback === undefined ? "keep-waiting" : judge(callback);
		over ||= verdict !== "keep-waiting";
		answer(response, verdict);
	});
	await listening(server);
	const address = server.address();
	const port = typeof address === "object" ? address?.port : undefined;
	return {
		redirectUri: `http://127.0.0.1:${port}${path}`,
		close() {
			server.close();
			server.closeIdleConnections();
			// The browser may still be reading its page; whoever is slower must not keep the program alive.
			setTimeout(() => server.closeAllConnections(), lastWordsMs).unref();
		},
	};
}

function listening(server: Server): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, resolve);
	});
}

function callbackOf({ method, url = "" }: IncomingMessage): string | undefined {
	const [asked] = url.split("?");
	return method === "GET" && asked === path ? `http://127.0.0.1${url}` : undefined;
}

const texts: Readonly<Record<Verdict, { readonly status: number; readonly text: string }>> = {
	"signed-in": { status: 200, text: "Done. You can close this window and go back to the application." },
	refused: { status: 200, text: "Sign-in was not completed. You can close this window." },
	"keep-waiting": {
		status: 400,
		text: "This address belongs to a sign-in in progress. Nothing was changed.",
	},
};

/** The page says nothing of what the URL says: whoever crafted it would be quoted. */
function answer(response: ServerResponse, verdict: Verdict): void {
	const { status, text } = texts[verdict];
	response.writeHead(status, {
		"content-type": "text/html; charset=utf-8",
		"content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'`,
		"cache-control": "no-store",
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
		connection: "close",
	});
	response.end(
		`<!doctype html><html lang="en"><meta charset="utf-8">` +
			`<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">` +
			`<title>Sign-in</title><style>${style}</style><main><p>${text}</p></main></html>\n`,
	);
}

/** Readable on a phone and by night, in the system's own letters; nothing is loaded. */
const style =
	"body{margin:0;font:1.125rem/1.5 system-ui,sans-serif}main{max-width:34rem;margin:15vh auto 0;padding:0 1.25rem}";
/** The policy lets in this one style. */
const styleHash = createHash("sha256").update(style).digest("base64");
