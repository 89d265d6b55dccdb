import type { AccountId } from "@countersign/core";
import { createSynapseHomeserver, registrationFile } from "../../src/homeserver/synapse/index.ts";
import type { Log } from "../../src/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import type { ContractHomeserver } from "../contract/homeserver.ts";
import { lastingPort } from "./lasting-port.ts";
import { random } from "./people-world.ts";
import { openTemporaryStorage } from "./storage.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";
import { until } from "./until.ts";

const secret = "a-secret-of-both-sides";
const serverName = "localhost";

/** The connection to a real Synapse, without the rest of the server. */
export interface SynapseHomeserverWorld extends ContractHomeserver {
	readonly homeserver: ReturnType<typeof createSynapseHomeserver>;
	/** Sends a request to Synapse's client API as this person, past every check of ours. */
	as(accountId: AccountId, path: string): Promise<Response>;
	/** How the connection's own log reads, one line for each warning or error. */
	readonly said: readonly string[];
	[Symbol.asyncDispose](): Promise<void>;
}

/** A Synapse that nobody signs in to: its authorization server is never there. */
export async function startLonelySynapse(): Promise<RunningSynapse> {
	return startSynapse({
		...{ masEndpoint: `http://127.0.0.1:${await lastingPort()}/`, secret, serverName },
		// It cannot open a closed account before it has made the indexes of a new database, which it does at leisure.
		extraConfig: { background_updates: { sleep_enabled: false } },
		registration: { text: registrationFile({ serverName, secret }) },
	});
}

/**
 * @param through what the connection speaks with: Synapse, or something before it
 * @param storage one of its own by default
 */
export async function openSynapseHomeserver(
	synapse: RunningSynapse,
	{
		through = synapse.base,
		storage: given,
		toldSecret = secret,
	}: { readonly through?: string; readonly storage?: Storage; readonly toldSecret?: string } = {},
): Promise<SynapseHomeserverWorld> {
	const storage = given ?? (await openTemporaryStorage("synapse"));
	const [said, closedHere]: [string[], string[]] = [[], []];
	const note = (facts: Readonly<Record<string, unknown>>, message: string) =>
		void said.push(`${message} ${JSON.stringify(facts)}`);
	const log: Log = { info() {}, warn: note, error: note };
	const homeserver = createSynapseHomeserver({
		...{ storage, random, log, serverName, clock: Date.now, publicBase: synapse.base, guard: true },
		...{ synapse: through, secret: toldSecret },
		closeHere: async (accountId) => closedHere.push(accountId),
	});
	const looking = setInterval(() => void homeserver.outbox.run(), 200);
	await homeserver.outbox.run();
	const asToken = /as_token: "(.*)"/.exec(registrationFile({ serverName, secret }))?.[1];
	const as = async (accountId: AccountId, path: string) => {
		const account = await storage.read.accounts.find({ id: accountId });
		const url = new URL(`_matrix/client/v3/${path}`, synapse.base);
		url.searchParams.set("user_id", `@${account?.localpart}:${serverName}`);
		return fetch(url, { headers: { authorization: `Bearer ${asToken}` } });
	};
	const devices = async (accountId: AccountId) => {
		const answer = await as(accountId, "devices");
		// Who is closed there cannot be spoken for, and has no devices.
		if (answer.status === 403) return [];
		const body = (await answer.json()) as { readonly devices: readonly SynapseDevice[] };
		return body.devices;
	};
	return {
		...{ storage, homeserver, said, as },
		async settled() {
			await until(async () => (await homeserver.outbox.overview()).waiting === 0);
		},
		devicesOf: async (accountId) => (await devices(accountId)).map((device) => device.device_id).sort(),
		deviceName: async (accountId, deviceId) =>
			(await devices(accountId)).find((device) => device.device_id === deviceId)?.display_name ?? undefined,
		async [Symbol.asyncDispose]() {
			clearInterval(looking);
			await homeserver.close();
			if (given === undefined) await storage.close();
		},
	};
}

interface SynapseDevice {
	readonly device_id: string;
	readonly display_name: string | null;
}
