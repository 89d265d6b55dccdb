import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An app on a web site of its own: another origin, and another site, than the server's. */
export interface WebApp {
	/** Where the app runs with what it knows; `keys` are what it wants to upload. */
	address(knows: {
		readonly homeserver: string;
		readonly accessToken: string;
		readonly keys: unknown;
		/** Stands before what it opens: by default the URL of the answer, else a path with `?session=`. */
		readonly fallback?: string;
	}): string;
	[Symbol.asyncDispose](): Promise<void>;
}

export async function startWebApp(): Promise<WebApp> {
	const server = createServer((_, response) => {
		response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(document);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		address: (knows) => `http://127.0.0.1:${port}/#${encodeURIComponent(JSON.stringify(knows))}`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/**
 * Uploads, opens the page of the answer in a click, and uploads again when that very window, at the origin it was
 * opened at, says that the person is done.
 */
const script = `
const knows = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const [start, go, said] = ["start", "go", "said"].map((id) => document.getElementById(id));
let session, url, popup, opened;
async function upload(auth) {
	const response = await fetch(knows.homeserver + "_matrix/client/v3/keys/device_signing/upload", {
		method: "POST",
		headers: { authorization: "Bearer " + knows.accessToken, "content-type": "application/json" },
		body: JSON.stringify({ ...knows.keys, auth }),
	});
	const body = await response.json();
	session = body.session;
	url = body.params?.["m.oauth"].url;
	said.textContent += " " + response.status;
}
start.onclick = () => upload();
go.onclick = () => {
	const fallback = knows.fallback && new URL(knows.fallback + "?session=" + session, knows.homeserver).href;
	opened = fallback || url;
	popup = window.open(opened, "_blank");
};
window.addEventListener("message", async (event) => {
	if (event.source !== popup || event.origin !== new URL(opened).origin) return;
	said.textContent += " " + event.data;
	if (event.data === "authDone" && session !== undefined) await upload({ session });
});
`;

const document = `<!doctype html>
<html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A web app</title>
<h1>A web app</h1>
<button id="start">Reset my identity</button> <button id="go">Go to your account</button>
<output id="said"></output>
<script>${script}</script></html>`;
