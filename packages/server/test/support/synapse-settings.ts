import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SynapseOptions {
	/** Base URL of the authorization server as Synapse reaches it. It may be absent when Synapse starts. */
	readonly masEndpoint: string;
	readonly secret: string;
	/** Default `localhost`. */
	readonly serverName?: string;
	/** Where apps reach Synapse: a proxy, for instance. Default: Synapse itself. */
	readonly publicBase?: string;
	/** Default: one of `lastingPort`. Take one yourself where others need it before Synapse runs. */
	readonly port?: number;
	/** The registration of an application service: what stands in the file, or where a file is. */
	readonly registration?: { readonly text: string } | { readonly path: string };
	/** Settings that replace or join those written here, by their top-level key. */
	readonly extraConfig?: Readonly<Record<string, unknown>>;
	/** More settings files, read after the one that is written here. */
	readonly moreConfigFiles?: readonly string[];
	/** Default `INFO`, with a line for each request. `WARNING` where time is measured. */
	readonly logLevel?: "DEBUG" | "INFO" | "WARNING";
}

/** Makes a data directory with everything Synapse wants before its first start, and returns its path. */
export async function prepareSynapse(options: SynapseOptions & { readonly port: number }): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-synapse-"));
	const write = (name: string, text: string) => writeFile(join(folder, name), text);
	// What `--generate-keys` would write in a second more.
	await write("signing.key", `ed25519 a_test ${randomBytes(32).toString("base64").replace(/=+$/, "")}\n`);
	const { registration } = options;
	if (registration !== undefined && "text" in registration) {
		await write("registration.yaml", registration.text);
	}
	// Every JSON document is a YAML document, unless it has tabs.
	await write("log.yaml", JSON.stringify(logSettings(options.logLevel ?? "INFO")));
	await write("homeserver.yaml", JSON.stringify(settings(folder, options), undefined, 2));
	return folder;
}

function settings(folder: string, options: SynapseOptions & { readonly port: number }) {
	const { masEndpoint: endpoint, secret, port, registration } = options;
	return {
		server_name: options.serverName ?? "localhost",
		public_baseurl: options.publicBase ?? `http://127.0.0.1:${port}/`,
		listeners: [listener(port)],
		database: { name: "sqlite3", args: { database: join(folder, "homeserver.db") } },
		log_config: join(folder, "log.yaml"),
		signing_key_path: join(folder, "signing.key"),
		media_store_path: join(folder, "media"),
		macaroon_secret_key: randomBytes(16).toString("hex"),
		form_secret: randomBytes(16).toString("hex"),
		...{ report_stats: false, trusted_key_servers: [], suppress_key_server_warning: true },
		// Nobody else is there: with no such list it would look for the servers that a test makes up.
		federation_domain_whitelist: [],
		matrix_authentication_service: { enabled: true, endpoint, secret },
		...(registration !== undefined && {
			app_service_config_files: [
				"path" in registration ? registration.path : join(folder, "registration.yaml"),
			],
		}),
		...withoutRateLimits(),
		...options.extraConfig,
	};
}

function listener(port: number) {
	const resources = [{ names: ["client"], compress: false }];
	return { ...{ port, type: "http", bind_addresses: ["127.0.0.1"], x_forwarded: true }, resources };
}

/**
 * A hundred uploads at once have to meet the checks under test. Synapse's defaults, made for strangers, would answer
 * 429 to most of them, and a refusal by 429 would prove nothing.
 */
function withoutRateLimits() {
	const plenty = { per_second: 1_000_000, burst_count: 1_000_000 };
	const flat = ["message", "registration", "joins_per_room", "key_requests", "media_create", "room_creation"];
	const rest = ["admin_redaction", "profile", "reports", "user_directory", "delayed_event_mgmt"];
	return {
		...Object.fromEntries([...flat, ...rest].map((name) => [`rc_${name}`, plenty])),
		rc_joins: { local: plenty, remote: plenty },
		rc_invites: { per_room: plenty, per_user: plenty, per_issuer: plenty },
		rc_presence: { per_user: plenty },
		rc_login: { address: plenty, account: plenty, failed_attempts: plenty },
	};
}

function logSettings(level: string) {
	return {
		version: 1,
		formatters: { line: { format: "%(asctime)s %(levelname)s %(name)s %(message)s" } },
		handlers: { console: { class: "logging.StreamHandler", formatter: "line" } },
		root: { level, handlers: ["console"] },
		// A hundred lines at every start that say nothing.
		loggers: { "synapse.util.httpresourcetree": { level: "WARNING" } },
		disable_existing_loggers: false,
	};
}
