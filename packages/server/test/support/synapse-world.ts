/**
 * Countersign beside a real Synapse and behind a real proxy, as an operator sets it up: the files that
 * `countersign config generate` writes, read by both as they are (but for the port, which is a free one, and for
 * registration, which is open), and the proxy with exactly what `countersign proxy` prints. Apps reach the homeserver,
 * and people their account, through the proxy.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/index.ts";
import { type Clock, loadConfig } from "../../src/config/index.ts";
import { type Countersign, startCountersign } from "../../src/index.ts";
import { needsCaddy, startCaddy } from "./caddy.ts";
import { createFormBrowser, type FormBrowser } from "./form-browser.ts";
import { lastingPort } from "./lasting-port.ts";
import { needsNginx, type RealProxy, startNginx } from "./nginx.ts";
import { type Answer, call, type DeviceLogin, type LoggedInDevice, loginDevice, password } from "./server.ts";
import { needsSynapse, type RunningSynapse, startSynapse } from "./synapse.ts";

export interface SynapseWorldOptions {
	/** Default nginx, with the accounts on an origin of their own. Caddy has both at one address. */
	readonly proxy?: "nginx" | "caddy";
	readonly clock?: Clock;
	/** Of Countersign, beside those that are generated. */
	readonly environment?: Readonly<Record<string, string>>;
	/** Of Synapse, beside those that are generated. */
	readonly extraConfig?: Readonly<Record<string, unknown>>;
}

export interface SynapseWorld {
	/** Where apps reach the homeserver: the proxy, with a trailing slash. */
	readonly homeserver: string;
	/** Where people reach their account: the proxy, with a trailing slash. */
	readonly accounts: string;
	/** Straight to it, past the proxy. */
	readonly synapse: RunningSynapse;
	/** A browser in which nobody is signed in. */
	browser(): FormBrowser;
	/** A browser in which this new person has just registered. */
	register(localpart: string): Promise<FormBrowser>;
	/** Signs an app in, from what the homeserver says of itself to the tokens. */
	loginDevice(login: Omit<DeviceLogin, "homeserver">): Promise<LoggedInDevice>;
	/** One request to the homeserver, as `RunningServer.call`. */
	call(
		device: Pick<LoggedInDevice, "accessToken">,
		method: string,
		path: string,
		body?: unknown,
	): Promise<Answer>;
	/** Throws what the server itself failed at. */
	[Symbol.asyncDispose](): Promise<void>;
}

/** Skips where Synapse or this proxy is not installed. */
export function needsSynapseBehind(proxy: "nginx" | "caddy") {
	return { skip: needsSynapse.skip || (proxy === "nginx" ? needsNginx : needsCaddy).skip };
}

export async function openSynapseWorld({
	proxy = "nginx",
	clock,
	environment = {},
	extraConfig = {},
}: SynapseWorldOptions = {}): Promise<SynapseWorld> {
	const open: (() => Promise<void>)[] = [];
	const dispose = async () => {
		for (const close of open.splice(0).reverse()) await close();
	};
	try {
		const folder = await mkdtemp(join(tmpdir(), "countersign-beside-"));
		open.push(() => rm(folder, { recursive: true, force: true }));
		const addresses = await chooseAddresses(proxy);
		const files = await generateFiles(folder, addresses);
		const synapse = await startSynapse({
			...{ masEndpoint: "http://127.0.0.1:1/", secret: "replaced-by-the-generated-file" },
			...{ publicBase: addresses.homeserver, port: addresses.synapsePort, logLevel: "WARNING" },
			...{ moreConfigFiles: [files.forSynapse], extraConfig },
		});
		open.push(() => synapse[Symbol.asyncDispose]());
		open.push(await startOurs({ settings: files.settings, environment }, clock));
		const printed = await command(["proxy", proxy, "--config", files.settings]);
		const running = await startPrinted(proxy, printed, addresses.proxyPort);
		open.push(() => running[Symbol.asyncDispose]());
		return { ...worldOf(addresses, synapse), [Symbol.asyncDispose]: dispose };
	} catch (error) {
		await dispose();
		throw error;
	}
}

interface Addresses {
	readonly homeserver: string;
	readonly accounts: string;
	readonly proxyPort: number;
	readonly ownPort: number;
	readonly synapsePort: number;
}

/** Two names of this machine: two origins and, to a browser, two sites. */
async function chooseAddresses(proxy: "nginx" | "caddy"): Promise<Addresses> {
	const [proxyPort, ownPort, synapsePort] = [await lastingPort(), await lastingPort(), await lastingPort()];
	const accounts = `http://localhost:${proxyPort}/`;
	const homeserver = proxy === "nginx" ? `http://127.0.0.1:${proxyPort}/` : accounts;
	return { homeserver, accounts, proxyPort, ownPort, synapsePort };
}

/** The files as they are generated, for the port where Countersign is to listen here. */
async function generateFiles(folder: string, { homeserver, accounts, ownPort, synapsePort }: Addresses) {
	await command([
		...["config", "generate", folder, "--server-name", "localhost"],
		...["--synapse", `http://127.0.0.1:${synapsePort}`],
		...["--public-base", accounts, "--homeserver-base", homeserver],
	]);
	const settings = join(folder, "countersign.yaml");
	const forSynapse = join(folder, "synapse", "countersign.yaml");
	await edit(settings, /^port: \d+$/m, `port: ${ownPort}`);
	await edit(
		forSynapse,
		/endpoint: "http:\/\/127\.0\.0\.1:\d+\/"/,
		`endpoint: "http://127.0.0.1:${ownPort}/"`,
	);
	return { settings, forSynapse };
}

async function edit(path: string, found: RegExp, put: string): Promise<void> {
	const text = await readFile(path, "utf8");
	if (!found.test(text)) throw new Error(`${found} is not in ${path}`);
	await writeFile(path, text.replace(found, put));
}

/** Runs a command as an operator does, and returns what it printed. */
async function command(words: readonly string[]): Promise<string> {
	let printed = "";
	const code = await run(words, {
		environment: {},
		out(text) {
			printed += text;
		},
		complain(headline, details = []) {
			throw new Error([headline, ...details].join("\n"));
		},
		readSecret: () => Promise.reject(new Error("no secret was to be asked for")),
	});
	if (code !== 0) throw new Error(`countersign ${words.join(" ")} ended with ${code}`);
	return printed;
}

/** Starts Countersign; returns what stops it, and throws then what it failed at. */
async function startOurs(
	{
		settings,
		environment,
	}: { readonly settings: string; readonly environment: Readonly<Record<string, string>> },
	clock: Clock | undefined,
): Promise<() => Promise<void>> {
	const read = loadConfig({ COUNTERSIGN_OPEN_REGISTRATION: "yes", ...environment }, settings);
	if (!read.ok) throw new Error(read.problems.join("\n"));
	const faults: unknown[] = [];
	const log = {
		info() {},
		warn() {},
		error: (facts: Readonly<Record<string, unknown>>) => void faults.push(facts),
	};
	const started = await startCountersign(read.config, { log, ...(clock !== undefined && { clock }) });
	if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
	const { countersign }: { readonly countersign: Countersign } = started;
	return async () => {
		await countersign.close();
		if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
	};
}

function startPrinted(proxy: "nginx" | "caddy", printed: string, port: number): Promise<RealProxy> {
	return proxy === "nginx" ? startNginx({ http: printed, port }) : startCaddy({ sites: printed, port });
}

function worldOf({ homeserver, accounts }: Addresses, synapse: RunningSynapse) {
	const browser = () => createFormBrowser(accounts);
	const world: Omit<SynapseWorld, typeof Symbol.asyncDispose> = {
		...{ homeserver, accounts, synapse, browser },
		async register(localpart) {
			const own = browser();
			const page = await own.open("/register");
			const { url, title } = await own.press(page, "Create account", { username: localpart, password });
			if (url.pathname !== "/account/") throw new Error(`not registered: “${title}” at ${url.pathname}`);
			return own;
		},
		loginDevice: (login) => loginDevice(accounts, { ...login, homeserver }),
		call: ({ accessToken }, method, path, body) => call(homeserver, accessToken, { method, path, body }),
	};
	return world;
}
