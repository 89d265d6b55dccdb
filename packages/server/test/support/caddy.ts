import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caddy } from "../../../../tools/requirements.ts";
import { logTail, startBound, untilReady } from "./bound-process.ts";
import { isListening, lastingPort } from "./lasting-port.ts";
import type { RealProxy } from "./nginx.ts";

const needed = caddy();

/** Skips where Caddy is not installed; see `tools/requirements.ts`. */
export const needsCaddy = { skip: needed.skip };

/** What stands inside of one site on this port, or sites of which one listens on this port. */
export type CaddySnippet =
	| { readonly site: string; readonly port?: number }
	| { readonly sites: string; readonly port: number };

/** Starts Caddy over a folder of its own. Throws what Caddy says of a snippet that it does not take. */
export async function startCaddy(snippet: CaddySnippet): Promise<RealProxy> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-caddy-"));
	const { port = await lastingPort() } = snippet;
	const sites = "sites" in snippet ? snippet.sites : `http://:${port} {\nbind 127.0.0.1\n${snippet.site}\n}`;
	await writeFile(join(folder, "Caddyfile"), `${globalOptions}${sites}\n`);
	const log = join(folder, "log");
	const program = startBound({
		command: needed.part(),
		args: ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
		...{ folder, log },
		// Where it keeps what it remembers.
		env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
	});
	const dispose = async () => {
		program.signal("SIGTERM");
		await program.ended;
		await rm(folder, { recursive: true, force: true });
	};
	await untilReady(program, { name: "Caddy", log, isReady: () => isListening(port) }).catch(async (error) => {
		await dispose();
		throw error;
	});
	return {
		...{ url: `http://localhost:${port}/`, port, logTail: (lines) => logTail(log, lines) },
		[Symbol.asyncDispose]: dispose,
	};
}

/** No second listener, no certificates, and an end that does not wait for idle connections. */
const globalOptions = `{
	admin off
	auto_https off
	grace_period 1ms
}
`;
