/**
 * Real parts a test needs and a machine may lack (a browser, a client library, a homeserver). A test says what it
 * needs and is skipped with the reason and the remedy; with COUNTERSIGN_REQUIRE=all the same lack fails.
 *
 *     const browser = chromium();
 *     test("the page closes the popup", { skip: browser.skip }, async () => {
 *         const running = await playwright.chromium.launch(browser.part());
 *     });
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Requirement<Part> {
	readonly available: boolean;
	/** For node:test's `skip` option: `false`, or what is missing and how to get it. */
	readonly skip: string | false;
	/** The part itself. Throws where it is missing. */
	readonly part: () => Part;
}

export interface Wanted<Part> {
	readonly name: string;
	/** How a person gets it, as a command. */
	readonly remedy: string;
	/** Looks for the part; `undefined` means that it is not here. */
	readonly probe: () => Part | undefined;
	readonly env?: NodeJS.ProcessEnv;
}

/** Looks once. Throws at once, naming the remedy, where the part is missing and everything is required. */
export function requirement<Part>({
	name,
	remedy,
	probe,
	env = process.env,
}: Wanted<Part>): Requirement<Part> {
	const found = probe();
	if (found !== undefined) return { available: true, skip: false, part: () => found };
	const skip = `${name} is not installed; get it with: ${remedy}`;
	if (env.COUNTERSIGN_REQUIRE === "all") throw new Error(skip);
	return {
		available: false,
		skip,
		part: () => {
			throw new Error(skip);
		},
	};
}

export interface Chromium {
	readonly executablePath: string;
	readonly args: string[];
}

/** First the one without a window of its own, which runs the same pages with half the processes. */
const chromiumPaths = [
	"/usr/bin/chromium-headless-shell",
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/usr/bin/google-chrome",
];

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Chromium as launch options for playwright-core. A path in CHROMIUM_PATH is the only one looked at. */
export function chromium(env: NodeJS.ProcessEnv = process.env): Requirement<Chromium> {
	const paths = env.CHROMIUM_PATH ? [env.CHROMIUM_PATH] : chromiumPaths;
	// Chromium refuses its own sandbox to root, which is who runs tests in most containers.
	const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
	return requirement({
		name: "Chromium",
		remedy: "apt-get install chromium-headless-shell, or chromium (or CHROMIUM_PATH=/path/to/chromium)",
		probe: () => {
			const executablePath = paths.find(isExecutable);
			return executablePath === undefined ? undefined : { executablePath, args };
		},
		env,
	});
}

/** A package from npm that tests use but the product does not need; its part is the resolved URL. */
export function npmPackage(name: string, env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	return requirement({
		name,
		remedy: "npm install",
		probe: () => {
			try {
				return import.meta.resolve(name);
			} catch {
				return undefined;
			}
		},
		env,
	});
}

const cachedSynapse = join(import.meta.dirname, "../node_modules/.cache/synapse");

/**
 * A Python that has Synapse, as its path. A path in COUNTERSIGN_SYNAPSE_PYTHON is the only one looked at; by default
 * a virtual environment that the remedy makes, under `node_modules`.
 */
export function synapse(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const python = env.COUNTERSIGN_SYNAPSE_PYTHON || join(cachedSynapse, "bin/python");
	const folder = "node_modules/.cache/synapse";
	return requirement({
		name: "Synapse",
		remedy: `python3 -m venv ${folder} && ${folder}/bin/pip install matrix-synapse (or COUNTERSIGN_SYNAPSE_PYTHON=/path/to/python)`,
		probe: () => (spawnSync(python, ["-c", "import synapse"]).status === 0 ? python : undefined),
		env,
	});
}

/** The same where it can have its database in PostgreSQL. */
export function synapseOnPostgres(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const python = env.COUNTERSIGN_SYNAPSE_PYTHON || join(cachedSynapse, "bin/python");
	return requirement({
		name: "Synapse's way to PostgreSQL (psycopg2)",
		remedy: "node_modules/.cache/synapse/bin/python -m pip install psycopg2-binary",
		probe: () => (spawnSync(python, ["-c", "import synapse, psycopg2"]).status === 0 ? python : undefined),
		env,
	});
}

/** nginx as its path. A path in NGINX_PATH is the only one looked at. */
export function nginx(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const paths = env.NGINX_PATH
		? [env.NGINX_PATH]
		: ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
	const remedy = "apt-get install nginx-light (or NGINX_PATH=/path/to/nginx)";
	return requirement({ name: "nginx", remedy, probe: () => paths.find(isExecutable), env });
}

/** Caddy as its path. A path in CADDY_PATH is the only one looked at. */
export function caddy(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const paths = env.CADDY_PATH ? [env.CADDY_PATH] : ["/usr/bin/caddy", "/usr/local/bin/caddy"];
	const remedy = "apt-get install caddy (or CADDY_PATH=/path/to/caddy)";
	return requirement({ name: "Caddy", remedy, probe: () => paths.find(isExecutable), env });
}

export interface Slapd {
	readonly slapd: string;
	readonly slapadd: string;
	/** Where its modules are. */
	readonly modules: string;
}

/** OpenLDAP's server, with the schemas that come with it. */
export function slapd(env: NodeJS.ProcessEnv = process.env): Requirement<Slapd> {
	return requirement({
		name: "slapd",
		remedy: "apt-get install slapd",
		probe: () => {
			const [server, slapadd] = ["/usr/sbin/slapd", "/usr/sbin/slapadd"] as const;
			const [modules] = globSync(["/usr/lib/ldap/memberof.so", "/usr/lib/*/openldap/memberof.so"]);
			return isExecutable(server) && isExecutable(slapadd) && modules !== undefined
				? { slapd: server, slapadd, modules: dirname(modules) }
				: undefined;
		},
		env,
	});
}

/** OpenSSL's command as its path: tests make certificates with it. */
export function openssl(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const paths = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"];
	return requirement({
		name: "OpenSSL's command",
		remedy: "apt-get install openssl",
		probe: () => paths.find(isExecutable),
		env,
	});
}
