/** A web application on a site of its own that signs in with the client, as its bundler made it. */
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { npmPackage } from "../requirements.ts";

/** The bundler that applications use; the client itself is not made with it. */
export const bundler = npmPackage("rolldown");

interface Rolldown {
	build(options: {
		readonly input: string;
		readonly write: false;
		readonly output: { readonly minify: boolean; readonly format: "esm" };
		readonly logLevel: "silent";
	}): Promise<{ readonly output: readonly { readonly code?: string }[] }>;
}

/** One file with everything it needs, as small as the bundler makes it. */
export async function bundle(entry: string): Promise<string> {
	const { build } = (await import(bundler.part())) as Rolldown;
	const output = { minify: true, format: "esm" } as const;
	const made = await build({ input: entry, write: false, output, logLevel: "silent" });
	const [file, ...others] = made.output;
	if (file?.code === undefined || others.length > 0) throw new Error("the bundle is not one file");
	return file.code;
}

/**
 * Every page of it is this script; what it has to say stands in `#said`.
 *
 * @param wasm a file of WebAssembly that the script loads from `/app.wasm`
 */
export async function servePage(script: string, wasm?: string) {
	const server = createServer((request, response) => {
		if (request.url === "/app.wasm" && wasm !== undefined) {
			response.writeHead(200, { "content-type": "application/wasm" });
			createReadStream(wasm).pipe(response);
			return;
		}
		const isScript = request.url === "/app.js";
		response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
		response.end(isScript ? script : page);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

const page = `<!doctype html><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<button id="start">Sign in with Matrix</button><p id="said"></p><script type="module" src="/app.js"></script>`;

/** Written as the README says. */
export const application = `
import {
	createTokenHolder,
	discoverAuthMetadata,
	discoverHomeserver,
	finishLoginByRedirect,
	isClientError,
	startLoginByRedirect,
} from "@countersign/client";

const say = (text: string) => {
	document.querySelector("#said")!.textContent = text;
};
const start = document.querySelector<HTMLButtonElement>("#start")!;

start.onclick = async () => {
	const { homeserver } = await discoverHomeserver(new URL(location.href).searchParams.get("server") ?? "");
	await startLoginByRedirect(window, {
		homeserver,
		metadata: await discoverAuthMetadata(homeserver),
		client: { clientUri: location.origin, clientName: "App" },
		redirectUri: location.origin + "/signed-in",
	});
};

try {
	const session = await finishLoginByRedirect(window);
	if (session === undefined) say("nobody is signing in");
	else {
		const holder = createTokenHolder({ ...session, save: async () => {} });
		const authorization = "Bearer " + (await holder.accessToken({ rejected: session.tokens.accessToken }));
		const whoami = new URL("/_matrix/client/v3/account/whoami", session.homeserver);
		const answer = await (await fetch(whoami, { headers: { authorization } })).json();
		say(answer.user_id + " on " + (answer.device_id === session.deviceId ? session.deviceId : "another device"));
	}
} catch (error) {
	say(isClientError(error) ? error.code + " " + (error.oauth?.error ?? "") : String(error));
}
`;
