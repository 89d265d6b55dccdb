import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import {
	createSynapseHomeserver,
	registrationFile,
} from "../../packages/server/src/homeserver/synapse/index.ts";
import { silentLog } from "../../packages/server/src/log/index.ts";
import { createSessions } from "../../packages/server/src/sessions/index.ts";
import { openSqliteBeside, type Storage, type Unit } from "../../packages/server/src/storage/index.ts";
import { lastingPort } from "../../packages/server/test/support/lasting-port.ts";
import { type RunningSynapse, startSynapse } from "../../packages/server/test/support/synapse.ts";
import { type ServerProcess, startCountersign } from "../processes.ts";
import { addAccount, openDevice, random, registerClient, type SeededDevice } from "../seed.ts";

/** Countersign and Synapse, each in a process of its own, and people whom only Countersign knows at first. */
export interface World {
	readonly countersign: ServerProcess;
	readonly synapse: RunningSynapse;
	/** What the two show each other. */
	readonly secret: string;
	/** Where Synapse finds Countersign. */
	readonly endpoint: string;
	/** The registration of Countersign as an application service. */
	readonly registration: string;
	/** Countersign's data, opened beside it. */
	readonly storage: Storage;
	/** Their localparts. */
	readonly allPeople: readonly string[];
	/** Makes accounts that Synapse has to be told of. */
	addPeople(localparts: readonly string[]): Promise<void>;
	/** Localparts that nobody else has taken. */
	take(count: number): readonly string[];
	/** New devices, one for each localpart, with tokens for five minutes. */
	signIn(localparts: readonly string[], where: "at Synapse" | "here alone"): Promise<readonly SeededDevice[]>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Starts both, with names for so many people, who are not there yet. */
export async function openWorld(directory: string, people: number): Promise<World> {
	const secret = randomBytes(24).toString("base64url");
	const data = await mkdtemp(join(directory, "beside-"));
	const [port, own] = [await lastingPort(), await lastingPort()];
	const endpoint = `http://localhost:${own}/`;
	const registration = registrationFile({ serverName: "localhost", secret });
	const synapse = await startSynapse({
		...{ masEndpoint: endpoint, secret, port, logLevel: "WARNING", registration: { text: registration } },
	});
	const allPeople = Array.from({ length: people }, (_, number) => `seeded${number}`);
	const countersign = await startCountersign(data, { env: settings(synapse, secret, endpoint) });
	const storage = await openSqliteBeside(data, { homeserver: "synapse" });
	await storage.write(registerClient);
	let taken = 0;
	return {
		...{ countersign, synapse, secret, endpoint, registration, storage, allPeople },
		async addPeople(localparts) {
			const add = (localpart: string) =>
				storage.write(async (unit) => {
					await unit.homeserver.addUser(await addAccount(unit, localpart), Date.now());
				});
			await Promise.all(localparts.map(add));
		},
		take(count) {
			taken += count;
			if (taken > people) throw new Error("too few people were seeded");
			return allPeople.slice(taken - count, taken);
		},
		signIn: createSignIn(storage, { synapse: synapse.base, secret }),
		async [Symbol.asyncDispose]() {
			await storage.close();
			await countersign.stop();
			await synapse[Symbol.asyncDispose]();
		},
	};
}

function settings(
	synapse: RunningSynapse,
	secret: string,
	endpoint: string,
): Readonly<Record<string, string>> {
	return {
		COUNTERSIGN_PORT: new URL(endpoint).port,
		COUNTERSIGN_PUBLIC_BASE: endpoint,
		COUNTERSIGN_SERVER_NAME: "localhost",
		COUNTERSIGN_HOMESERVER_SYNAPSE: synapse.base,
		COUNTERSIGN_HOMESERVER_PUBLIC_BASE: synapse.base,
		COUNTERSIGN_HOMESERVER_SECRET: secret,
	};
}

/** So many at once; Synapse gives up on far more. */
const atOnce = 16;

function createSignIn(
	storage: Storage,
	{ synapse, secret }: { readonly synapse: string; readonly secret: string },
): World["signIn"] {
	const deps = { storage, clock: Date.now, random, serverName: "localhost" };
	const opening = (homeserver: Parameters<typeof createSessions<Unit>>[0]["homeserver"]) =>
		createSessions<Unit>({ ...deps, homeserver, secretKey: random.bytes(32) });
	return async (localparts, where) => {
		const config = { synapse, secret, publicBase: synapse, guard: true, log: silentLog };
		const homeserver = createSynapseHomeserver({ ...deps, ...config, closeHere: async () => {} });
		const sessions = opening(where === "at Synapse" ? homeserver : notedAlone(storage));
		const devices: SeededDevice[] = [];
		for (let at = 0; at < localparts.length; at += atOnce) {
			const some = localparts.slice(at, at + atOnce);
			devices.push(...(await Promise.all(some.map((localpart) => openDevice(sessions, localpart)))));
		}
		await sessions.close();
		await homeserver.close();
		return devices;
	};
}

/** For tokens that Synapse never sees: the device is noted as made there, and is not. */
function notedAlone(storage: Storage): Parameters<typeof createSessions<Unit>>[0]["homeserver"] {
	return {
		upsertDevice: ({ accountId, deviceId }) =>
			storage.write(async ({ homeserverDevices }) => {
				const device = { accountId, deviceId, making: random.token() };
				await homeserverDevices.begin({ ...device, now: Date.now() });
				await homeserverDevices.finish(device);
				return { ok: true };
			}),
	};
}
