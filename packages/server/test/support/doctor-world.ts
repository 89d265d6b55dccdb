/**
 * A whole set-up beside a real Synapse, as an operator has it: settings in a file, Countersign, and nginx with what
 * `countersign proxy nginx` prints. Whatever of it is broken, `doctor` has to name.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/index.ts";
import { appServiceTokens, registrationFile } from "../../src/homeserver/synapse/index.ts";
import { startCountersign } from "../../src/index.ts";
import { type Examined, examineBy, runBelieving, runHere } from "./doctor-command.ts";
import { lastingPort } from "./lasting-port.ts";
import { startNginx } from "./nginx.ts";
import { changeData } from "./storage.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

/** A change of a text; one that changes nothing is refused. */
export type Edit = (text: string) => string;

export interface DoctorWorldOptions {
	/** A folder with `fullchain.pem`, `privkey.pem` for localhost and `ca.pem`: people and apps come over https. */
	readonly certificates?: string;
}

export type DoctorWorld = Awaited<ReturnType<typeof openDoctorWorld>>;

interface OldTask {
	readonly kind: string;
	readonly at: number;
	readonly failure: string;
	readonly refused?: boolean;
}

const secret = "the-secret-of-both";

export async function openDoctorWorld({ certificates }: DoctorWorldOptions = {}) {
	const place = await createPlace(certificates === undefined ? "http" : "https");
	const { folder, file, ports, bases } = place;
	const examine = certificates === undefined ? runHere : runBelieving(join(certificates, "ca.pem"));
	const synapse = await openSynapse(place);
	const proxy = await createProxy(place, certificates);
	const countersign = createCountersign(place);
	const close = async () => {
		for (const part of [countersign, proxy]) await part.stop();
		await synapse.running[Symbol.asyncDispose]();
		await rm(folder, { recursive: true, force: true });
	};
	await Promise.all([countersign.start(), proxy.start()]).catch(async (error) => {
		await close();
		throw error;
	});
	return {
		...bases,
		...{ synapse: synapse.running, settingsFile: file, freePort: lastingPort },
		secret,
		synapsePort: ports.synapse,
		/** What the command finds wrong, and its exit code. */
		doctor: async (...words: string[]) => hiding(await examineBy(examine, file, words)),
		/** The same with this settings file in place of the one that the server runs with. */
		doctorWith: async (edit: Edit) => hiding(await examineBy(examine, await place.edited(edit), [])),
		/** What `countersign proxy` prints for another kind of proxy, or other settings. */
		printed: async (kind: "caddy" | "nginx", edit?: Edit) =>
			(await runHere(["proxy", kind], edit === undefined ? file : await place.edited(edit))).text,
		/** Restarts nginx with a changed configuration. Without an edit: as printed. */
		proxy: proxy.start,
		stopProxy: proxy.stop,
		/** Restarts Synapse with changed settings, or another registration. Without a change: as at the beginning. */
		reconfigureSynapse: synapse.reconfigure,
		/** Restarts it, with changed settings. */
		startCountersign: countersign.start,
		stopCountersign: countersign.stop,
		/** Makes somebody's task, as old as this. */
		addTask: (task: OldTask) => addTask(join(folder, "data"), task),
		/** Makes somebody's account here, and closes it. */
		addAccount: (localpart: string) => addAccount(join(folder, "data"), localpart),
		closeAccount: (localpart: string) => closeAccount(join(folder, "data"), localpart),
		[Symbol.asyncDispose]: close,
	};
}

/** Whatever is wrong, no secret is printed. */
function hiding(examined: Examined): Examined {
	const { asToken, hsToken } = appServiceTokens(secret);
	for (const hidden of [secret, asToken, hsToken]) assert.ok(!examined.text.includes(hidden), examined.text);
	return examined;
}

type Place = Awaited<ReturnType<typeof createPlace>>;

async function createPlace(scheme: "http" | "https") {
	const folder = await mkdtemp(join(tmpdir(), "countersign-doctor-"));
	const [own, accounts, homeserver, synapse] = [
		await lastingPort(),
		await lastingPort(),
		await lastingPort(),
		await lastingPort(),
	];
	const bases = {
		own: `http://127.0.0.1:${own}/`,
		publicBase: `${scheme}://localhost:${accounts}/`,
		homeserverBase: `${scheme}://localhost:${homeserver}/`,
	};
	const settings = `port: ${own}
data: data
public_base: ${bases.publicBase}
server_name: localhost
open_registration: yes
trusted_proxies: [127.0.0.1]
homeserver:
  synapse: http://127.0.0.1:${synapse}/
  secret: ${secret}
  public_base: ${bases.homeserverBase}
`;
	const file = join(folder, "countersign.yaml");
	await writeFile(file, settings);
	return {
		...{ folder, file, bases, ports: { homeserver, synapse } },
		/** Another settings file, and where it is. */
		async edited(edit: Edit): Promise<string> {
			const changed = join(folder, "changed.yaml");
			await writeFile(changed, changing(edit, settings));
			return changed;
		},
	};
}

function changing(edit: Edit, text: string): string {
	const changed = edit(text);
	if (changed === text) throw new Error(`nothing is changed in\n${text}`);
	return changed;
}

async function openSynapse({ bases, ports }: Place) {
	const registration = registrationFile({ serverName: "localhost", secret });
	const running: RunningSynapse = await startSynapse({
		...{ masEndpoint: bases.own, secret, port: ports.synapse, publicBase: bases.homeserverBase },
		...{ logLevel: "WARNING", registration: { text: registration } },
	});
	const file = (name: string) => join(running.dataDirectory, name);
	const settings = await readFile(file("homeserver.yaml"), "utf8");
	return {
		running,
		async reconfigure(change: Readonly<Record<string, unknown>> = {}, edit: Edit = (text) => text) {
			await writeFile(file("registration.yaml"), edit(registration));
			await writeFile(file("homeserver.yaml"), JSON.stringify({ ...JSON.parse(settings), ...change }));
			await running.restart();
		},
	};
}

async function createProxy({ file, ports }: Place, certificates: string | undefined) {
	const { text } = await runHere(["proxy", "nginx"], file);
	const printed = text.replaceAll("/etc/letsencrypt/live/localhost", certificates ?? "");
	let running: Awaited<ReturnType<typeof startNginx>> | undefined;
	const stop = async () => {
		await running?.[Symbol.asyncDispose]();
		running = undefined;
	};
	return {
		stop,
		async start(edit?: Edit) {
			const http = edit === undefined ? printed : changing(edit, printed);
			await stop();
			running = await startNginx({ http, port: ports.homeserver });
		},
	};
}

function createCountersign(place: Place) {
	let running: { close(): Promise<boolean> } | undefined;
	const stop = async () => {
		await running?.close();
		running = undefined;
	};
	return {
		stop,
		async start(edit?: Edit) {
			await stop();
			const read = loadConfig({}, edit === undefined ? place.file : await place.edited(edit));
			if (!read.ok) throw new Error(read.problems.join("\n"));
			const started = await startCountersign(read.config, { log: { info() {}, warn() {}, error() {} } });
			if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
			running = started.countersign;
		},
	};
}

function addTask(dataDirectory: string, { kind, at, failure, refused = false }: OldTask): Promise<void> {
	// Not for the server that runs meanwhile; one that waits for longer than an hour it would take for due.
	const later = Date.now() + 30 * 60_000;
	return changeData(
		{ dataDirectory, database: undefined },
		`INSERT OR IGNORE INTO accounts (id, localpart, password_hash, created_at) VALUES ('1', 'ann', '', ${at});
		INSERT INTO homeserver_tasks (account_id, position, kind, detail, created_at, next_at, failure, refused_at)
		SELECT '1', count(*), '${kind}', '', ${at}, ${later}, '${failure}', ${refused ? at : "NULL"} FROM homeserver_tasks`,
	);
}

function addAccount(dataDirectory: string, localpart: string): Promise<void> {
	return changeData(
		{ dataDirectory, database: undefined },
		`INSERT INTO accounts (id, localpart, password_hash, created_at) VALUES ('account-${localpart}', '${localpart}', '', 1)`,
	);
}

function closeAccount(dataDirectory: string, localpart: string): Promise<void> {
	return changeData(
		{ dataDirectory, database: undefined },
		`UPDATE accounts SET deactivated_at = 2 WHERE localpart = '${localpart}'`,
	);
}
