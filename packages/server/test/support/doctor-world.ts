/**
 * A whole set-up beside a real Synapse, as an operator has it: settings in a file, Countersign, and nginx with what
 * `countersign proxy nginx` prints. Whatever of it is broken, `doctor` has to name.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Result } from "../../src/doctor/index.ts";
import { appServiceTokens, registrationFile } from "../../src/homeserver/synapse/index.ts";
import { type Countersign, startCountersign } from "../../src/index.ts";
import { lastingPort } from "./lasting-port.ts";
import { type RealProxy, startNginx } from "./nginx.ts";
import { changeData } from "./storage.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

const secret = "the secret of both".replaceAll(" ", "-");

/** A change of a text that has to change something. */
export type Edit = (text: string) => string;

export interface DoctorWorld {
	readonly own: string;
	readonly publicBase: string;
	readonly homeserverBase: string;
	readonly synapse: RunningSynapse;
	/** What must not be printed. */
	readonly secrets: readonly string[];
	freePort(): Promise<number>;
	/** Runs the command; what it finds wrong, and its exit code. */
	doctor(...words: string[]): Promise<Examined>;
	/** The same with this settings file in place of the one that the server runs with. */
	doctorWith(edit: Edit, ...words: string[]): Promise<Examined>;
	/** Restarts nginx with a changed configuration. Without an edit: as printed. */
	proxy(edit?: Edit): Promise<void>;
	stopProxy(): Promise<void>;
	/** Restarts Synapse with changed settings, or another registration. Without a change: as at the beginning. */
	reconfigureSynapse(change?: Readonly<Record<string, unknown>>, registration?: Edit): Promise<void>;
	stopCountersign(): Promise<void>;
	startCountersign(edit?: Edit): Promise<void>;
	/** Makes somebody's task, as old as this. */
	addTask(task: OldTask): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

interface OldTask {
	readonly kind: string;
	readonly at: number;
	readonly failure: string;
	readonly refused?: boolean;
}

export interface Examined {
	readonly code: number;
	readonly results: readonly Result[];
	/** `problem app-service`: what is not as it should be. */
	readonly wrong: readonly string[];
	/** Everything it printed. */
	readonly text: string;
}

/** Exactly this is wrong, and the cure is named. */
export function names({ wrong, results, text }: Examined, expected: readonly string[], cure: RegExp): void {
	assert.deepEqual(wrong, expected, text);
	const said = results.flatMap((one) => ("fix" in one ? [`${one.what} | ${one.found} | ${one.fix}`] : []));
	assert.match(said.join("\n"), cure);
}

export async function openDoctorWorld(): Promise<DoctorWorld> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-doctor-"));
	const [port, publicPort, homeserverPort, synapsePort] = [
		await lastingPort(),
		await lastingPort(),
		await lastingPort(),
		await lastingPort(),
	];
	const own = `http://127.0.0.1:${port}/`;
	const publicBase = `http://localhost:${publicPort}/`;
	const homeserverBase = `http://localhost:${homeserverPort}/`;
	const settings = `port: ${port}
data: data
public_base: ${publicBase}
server_name: localhost
open_registration: yes
trusted_proxies: [127.0.0.1]
homeserver:
  synapse: http://127.0.0.1:${synapsePort}/
  secret: ${secret}
  public_base: ${homeserverBase}
`;
	const file = join(folder, "countersign.yaml");
	const changedFile = join(folder, "changed.yaml");
	await writeFile(file, settings);
	const command = async (words: readonly string[], config: string) => {
		let text = "";
		const out = (more: string) => {
			text += more;
		};
		const complain = (headline: string, details: readonly string[] = []) =>
			out([headline, ...details].join("\n"));
		const outside = {
			environment: {},
			out,
			complain,
			readSecret: () => Promise.reject(new Error("no secret")),
		};
		const code = await run([...words, "--config", config], outside);
		return { code, text };
	};
	const examined = async (config: string, words: readonly string[]): Promise<Examined> => {
		const { code, text } = await command(["doctor", "--json", ...words], config);
		const results: readonly Result[] = JSON.parse(text);
		const wrong = results.filter(({ verdict }) => verdict === "problem" || verdict === "warning");
		return { code, results, text, wrong: wrong.map(({ verdict, check }) => `${verdict} ${check}`) };
	};
	const edited = async (edit: Edit) => {
		const changed = edit(settings);
		if (changed === settings) throw new Error("nothing was changed in the settings");
		await writeFile(changedFile, changed);
		return changedFile;
	};
	const registration = registrationFile({ serverName: "localhost", secret });
	const synapse = await startSynapse({
		...{ masEndpoint: own, secret, port: synapsePort, publicBase: homeserverBase, logLevel: "WARNING" },
		registration: { text: registration },
	});
	const synapseSettings = await readFile(join(synapse.dataDirectory, "homeserver.yaml"), "utf8");
	const printed = (await command(["proxy", "nginx"], file)).text;
	let nginx: RealProxy | undefined;
	let countersign: Countersign | undefined;
	const world: DoctorWorld = {
		...{ own, publicBase, homeserverBase, synapse, freePort: lastingPort },
		secrets: [secret, ...Object.values(appServiceTokens(secret))],
		doctor: (...words) => examined(file, words),
		doctorWith: async (edit, ...words) => examined(await edited(edit), words),
		async proxy(edit) {
			const changed = edit?.(printed);
			if (changed === printed) throw new Error(`nothing was changed in\n${printed}`);
			await world.stopProxy();
			nginx = await startNginx({ http: changed ?? printed, port: homeserverPort });
		},
		async stopProxy() {
			await nginx?.[Symbol.asyncDispose]();
			nginx = undefined;
		},
		async reconfigureSynapse(change = {}, edit = (text) => text) {
			await writeFile(join(synapse.dataDirectory, "registration.yaml"), edit(registration));
			const all = { ...JSON.parse(synapseSettings), ...change };
			await writeFile(join(synapse.dataDirectory, "homeserver.yaml"), JSON.stringify(all));
			await synapse.restart();
		},
		async stopCountersign() {
			await countersign?.close();
			countersign = undefined;
		},
		async startCountersign(edit) {
			await world.stopCountersign();
			const config = loadConfig({}, edit === undefined ? file : await edited(edit));
			if (!config.ok) throw new Error(config.problems.join("\n"));
			const started = await startCountersign(config.config, { log: { info() {}, warn() {}, error() {} } });
			if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
			countersign = started.countersign;
		},
		async addTask({ kind, at, failure, refused = false }) {
			const later = at + 24 * 60 * 60_000;
			await changeData(
				{ dataDirectory: join(folder, "data"), database: undefined },
				`INSERT OR IGNORE INTO accounts (id, localpart, password_hash, created_at) VALUES ('1', 'ann', '', ${at});
				INSERT INTO homeserver_tasks (account_id, position, kind, detail, created_at, next_at, failure, refused_at)
				SELECT '1', count(*), '${kind}', '', ${at}, ${later}, '${failure}', ${refused ? at : "NULL"} FROM homeserver_tasks`,
			);
		},
		async [Symbol.asyncDispose]() {
			await world.stopCountersign();
			await world.stopProxy();
			await synapse[Symbol.asyncDispose]();
			await rm(folder, { recursive: true, force: true });
		},
	};
	await world.startCountersign();
	await world.proxy();
	return world;
}
