import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { startHomeserverStandIn } from "../../packages/server/test/support/homeserver-stand-in.ts";
import { lastingPort } from "../../packages/server/test/support/lasting-port.ts";
import { type ServerProcess, startCountersign } from "../processes.ts";
import type { Data } from "./data.ts";

export interface Servers {
	/** With the embedded homeserver, on the data that were seeded. */
	readonly embedded: ServerProcess;
	/** Beside a homeserver that takes everything: only there the older login API is. */
	readonly beside: ServerProcess;
	stop(): Promise<void>;
}

export async function startServers(directory: string, data: Data): Promise<Servers> {
	const homeserver = await startHomeserverStandIn();
	const port = await lastingPort();
	const publicBase = `http://localhost:${port}/`;
	homeserver.authorizationServer = publicBase;
	const [embedded, beside] = await Promise.all([
		startCountersign(data.directory, { env: data.env }),
		startCountersign(await mkdtemp(join(directory, "beside-")), {
			env: {
				COUNTERSIGN_PORT: `${port}`,
				COUNTERSIGN_PUBLIC_BASE: publicBase,
				COUNTERSIGN_SERVER_NAME: "localhost",
				COUNTERSIGN_HOMESERVER_SYNAPSE: homeserver.base,
				COUNTERSIGN_HOMESERVER_PUBLIC_BASE: homeserver.base,
				COUNTERSIGN_HOMESERVER_SECRET: homeserver.secret,
			},
		}),
	]);
	return {
		...{ embedded, beside },
		async stop() {
			await Promise.all([embedded.stop(), beside.stop()]);
			await homeserver.close();
		},
	};
}
