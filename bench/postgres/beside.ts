import { join } from "node:path";
import { createPasswords } from "../../packages/server/src/proofs/index.ts";
import type { HomeserverStandIn } from "../../packages/server/test/support/homeserver-stand-in.ts";
import { lastingPort } from "../../tools/lasting-port.ts";
import { startCountersign } from "../processes.ts";
import { addAccount } from "../seed.ts";
import { readCounters, startCounting } from "./counters.ts";
import { login, olderLogin } from "./logins.ts";
import { familyCpuMicros } from "./processor.ts";
import type { Side } from "./side.ts";

type Door = typeof import("../../packages/server/src/storage/index.ts");

const people = 400;
const password = "correct horse battery staple";

/** Countersign of this checkout beside a homeserver that takes everything, with people who have passwords. */
export async function openBeside(
	name: string,
	at: {
		readonly checkout: string;
		readonly data: string;
		readonly database: string;
		readonly homeserver: HomeserverStandIn;
	},
): Promise<Side> {
	const { checkout, data, database, homeserver } = at;
	const door = (await import(join(checkout, "packages/server/src/storage/index.ts"))) as Door;
	const storage = await door.openPostgres(database, say, { homeserver: "synapse" });
	const localparts = Array.from({ length: people }, (_, number) => `person${number}`);
	const passwordHash = await createPasswords().hash(password);
	for (const localpart of localparts)
		await storage.write((unit) => addAccount(unit, localpart, passwordHash));
	await storage.close();
	const port = await lastingPort();
	const server = await startCountersign(data, {
		checkout,
		env: {
			COUNTERSIGN_PORT: `${port}`,
			COUNTERSIGN_PUBLIC_BASE: `http://localhost:${port}/`,
			COUNTERSIGN_SERVER_NAME: "localhost",
			COUNTERSIGN_DATABASE: database,
			COUNTERSIGN_HOMESERVER_SYNAPSE: homeserver.base,
			COUNTERSIGN_HOMESERVER_PUBLIC_BASE: homeserver.base,
			COUNTERSIGN_HOMESERVER_SECRET: homeserver.secret,
			// Each person from an address of their own, as people are.
			COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.1,::1",
		},
	});
	const postmaster = await startCounting(database);
	const family = postmaster === undefined ? [] : [postmaster];
	const cases = [login, olderLogin].map((of) => of({ localparts, password }));
	return {
		...{ name, asked: { ports: [server.port] }, cases, counters: () => readCounters(database) },
		cpuMicros: () => ({ server: server.cpuMicros(), database: familyCpuMicros(family) }),
		stop: () => server.stop(),
	};
}

function say(error: unknown): void {
	process.stderr.write(`${String(error)}\n`);
}
