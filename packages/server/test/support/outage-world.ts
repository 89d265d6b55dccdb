/**
 * Countersign and a real Synapse behind a network that can fail, without a proxy before them: for what the two say to
 * each other. `openSynapseWorld` has the proxy, and everything as an operator sets it up.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverAuthMetadata } from "@countersign/client";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { registrationFile } from "../../src/homeserver/synapse/index.ts";
import { startCountersign } from "../../src/index.ts";
import { type AskingApp, askToSignIn } from "./asking-app.ts";
import { type Between, startBetween } from "./between.ts";
import { createFormBrowser, type FormBrowser } from "./form-browser.ts";
import { lastingPort } from "./lasting-port.ts";
import { type Answer, call, type LoggedInDevice, loginDevice, password } from "./server.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";
import { until } from "./until.ts";

export interface OutageWorld {
	/** Of Countersign, with a trailing slash. */
	readonly url: string;
	readonly synapse: RunningSynapse;
	/** What Countersign says to Synapse comes by here. */
	readonly between: Between;
	readonly dataDirectory: string;
	browser(): FormBrowser;
	/** Fills in the form for a new account. */
	register(localpart: string): Promise<{ readonly browser: FormBrowser; readonly page: Page }>;
	login(localpart: string): Promise<LoggedInDevice>;
	/** An app that waits for its person. */
	app(): Promise<AskingApp>;
	/** Asks Synapse whose token this is. */
	whoami(accessToken: string): Promise<Answer>;
	/** Types a command of the operator's; secrets that it asks for are always the same. */
	type(line: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
	/** Resolves when Synapse has been told everything. */
	settled(): Promise<void>;
	metric(begins: string): Promise<number>;
	[Symbol.asyncDispose](): Promise<void>;
}

type Page = Awaited<ReturnType<FormBrowser["open"]>>;

const secret = "a-secret-of-both-sides";
const serverName = "localhost";

export async function openOutageWorld(): Promise<OutageWorld> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-outage-"));
	const port = await lastingPort();
	const url = `http://localhost:${port}/`;
	const synapse = await startSynapse({
		...{ masEndpoint: `http://127.0.0.1:${port}/`, secret, serverName },
		registration: { text: registrationFile({ serverName, secret }) },
		// It cannot open a closed account before it has made the indexes of a new database, which it does at leisure.
		extraConfig: { background_updates: { sleep_enabled: false } },
	});
	const between = await startBetween(() => synapse.base);
	const settings = join(folder, "countersign.yaml");
	const homeserver = { synapse: between.url, secret, public_base: synapse.base };
	const own = { port, public_base: url, server_name: serverName, open_registration: "yes" };
	// Every JSON document is a YAML document.
	await writeFile(
		settings,
		JSON.stringify({ ...own, data: "data", metrics: { allow: ["127.0.0.1", "::1"] }, homeserver }),
	);
	const stop = await start(settings);
	const metric = async (begins: string) => {
		const text = await (await fetch(`${url}metrics`)).text();
		const line = text.split("\n").find((each) => each.startsWith(begins));
		return Number(line?.split(" ").at(-1));
	};
	const browser = () => createFormBrowser(url);
	return {
		...{ url, synapse, between, metric, browser, dataDirectory: join(folder, "data") },
		async register(localpart) {
			const own = browser();
			const filled = { username: localpart, password };
			return { browser: own, page: await own.press(await own.open("/register"), "Create account", filled) };
		},
		login: (localpart) => loginDevice(url, { localpart, homeserver: synapse.base }),
		app: () => askToSignIn({ metadata: () => discoverAuthMetadata(synapse.base) }),
		whoami: (token) => call(synapse.base, token, { method: "GET", path: "account/whoami" }),
		type: (line) => type([...line.split(" "), "--config", settings]),
		async settled() {
			await until(async () => (await metric('countersign_homeserver_tasks{state="waiting"}')) === 0);
		},
		async [Symbol.asyncDispose]() {
			try {
				await stop();
			} finally {
				// What is left open keeps the tests from ending, and from saying what was wrong.
				await between[Symbol.asyncDispose]();
				await synapse[Symbol.asyncDispose]();
				await rm(folder, { recursive: true, force: true });
			}
		},
	};
}

async function start(settings: string): Promise<() => Promise<void>> {
	const read = loadConfig({}, settings);
	if (!read.ok) throw new Error(read.problems.join("\n"));
	const faults: unknown[] = [];
	const log = { info() {}, warn() {}, error: (facts: unknown) => void faults.push(facts) };
	const started = await startCountersign(read.config, { log });
	if (!started.ok) throw new Error(started.reason);
	return async () => {
		await started.countersign.close();
		if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
	};
}

async function type(words: readonly string[]) {
	const said = { out: "", err: "" };
	const code = await run(words, {
		environment: {},
		out(text) {
			said.out += text;
		},
		complain(headline, details = []) {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async () => password,
	});
	return { code, ...said };
}
