import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nginx } from "../../../../tools/requirements.ts";
import { logTail, startBound, untilReady } from "./bound-process.ts";
import { isListening, lastingPort } from "./lasting-port.ts";

const needed = nginx();

/** Skips where nginx is not installed; see `tools/requirements.ts`. */
export const needsNginx = { skip: needed.skip };

/** What stands inside of one `server` block on this port, or `server` blocks of which one listens on this port. */
export type NginxSnippet =
	| { readonly server: string; readonly port?: number }
	| { readonly http: string; readonly port: number };

/** A real reverse proxy on loopback. */
export interface RealProxy {
	/** `http://localhost:<port>/`. */
	readonly url: string;
	readonly port: number;
	/** The last lines it has said. */
	logTail(lines?: number): string;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Starts nginx over a folder of its own. Throws what `nginx -t` says of a snippet that it does not take. */
export async function startNginx(snippet: NginxSnippet): Promise<RealProxy> {
	const command = needed.part();
	const folder = await mkdtemp(join(tmpdir(), "countersign-nginx-"));
	const { port = await lastingPort() } = snippet;
	await writeFile(join(folder, "nginx.conf"), mainConfiguration(folder, port, snippet));
	const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
	const checked = spawnSync(command, [...args, "-t"], { encoding: "utf8" });
	const log = join(folder, "log");
	const program = checked.status === 0 ? startBound({ command, args, folder, log }) : undefined;
	const dispose = async () => {
		program?.signal("SIGTERM");
		await program?.ended;
		await rm(folder, { recursive: true, force: true });
	};
	try {
		if (program === undefined) throw new Error(checked.stderr);
		await untilReady(program, { name: "nginx", log, isReady: () => isListening(port) });
	} catch (error) {
		await dispose();
		throw error;
	}
	return {
		...{ url: `http://localhost:${port}/`, port, logTail: (lines) => logTail(log, lines) },
		[Symbol.asyncDispose]: dispose,
	};
}

/** The least that nginx runs with, writing nowhere but into the folder. */
function mainConfiguration(folder: string, port: number, snippet: NginxSnippet): string {
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
		.map((name) => `${name}_temp_path ${join(folder, name)};`)
		.join("\n");
	const servers =
		"http" in snippet ? snippet.http : `server {\nlisten 127.0.0.1:${port};\n${snippet.server}\n}`;
	// Workers of root's would be `nobody`, who cannot enter the folder.
	const user = process.getuid?.() === 0 ? "user root;\n" : "";
	return `${user}daemon off;
worker_processes 1;
pid ${join(folder, "pid")};
events { worker_connections 1024; }
http {
access_log off;
${temporary}
${servers}
}
`;
}
