/**
 * Config: the settings, read once, checked, frozen.
 *
 * Owns the environment variables, their defaults and what is said when one is wrong. Nobody else reads
 * `process.env`. Leaves to others: what the settings mean.
 */
import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";

export type { Clock, Random } from "./ports.ts";

export interface Config {
	/** Address to listen on. Default 127.0.0.1: nobody else reaches a fresh server. */
	readonly host: string;
	/** Default 8008; 0 takes any free port. */
	readonly port: number;
	/** Where the data live. Default `./data`. */
	readonly dataDirectory: string;
	/**
	 * The address people and apps use, with a trailing slash. All URLs in answers come from it, never from a request.
	 * Default: `http://localhost:<port>/`.
	 */
	readonly publicBase?: string;
	/** Name of the embedded homeserver; fixed at the first start. Default `localhost`. */
	readonly serverName?: string;
	/** Whether anybody may register. Default: only while bound to loopback. */
	readonly openRegistration: boolean;
}

export type ConfigOutcome =
	| { readonly ok: true; readonly config: Config }
	/** A line for each wrong setting: its name, its value, what is expected. */
	| { readonly ok: false; readonly problems: readonly string[] };

const port = z.coerce
	.number("a port number")
	.int("a whole number")
	.min(0, "a port number")
	.max(65_535, "a port number");

const publicBase = z
	.url({ protocol: /^https?$/, error: "an http or https URL, like https://account.example.org/" })
	.refine((url) => url === new URL(url).origin || url === `${new URL(url).origin}/`, {
		error: "scheme, host and port alone, like https://account.example.org/",
	})
	.transform((url) => `${new URL(url).origin}/`);

const serverName = z
	.string()
	.regex(/^[a-z0-9.-]{1,230}(:\d{1,5})?$/, "a host name in lower case, like example.org");

const settings = z.object({
	COUNTERSIGN_HOST: z
		.string()
		.refine((host) => isIP(host) !== 0 || host === "localhost", "an IP address, like 127.0.0.1")
		.default("127.0.0.1"),
	COUNTERSIGN_PORT: port.default(8008),
	COUNTERSIGN_DATA: z.string().min(1, "a folder").default("data"),
	COUNTERSIGN_PUBLIC_BASE: publicBase.optional(),
	COUNTERSIGN_SERVER_NAME: serverName.optional(),
	COUNTERSIGN_OPEN_REGISTRATION: z.enum(["yes", "no"], "yes or no").optional(),
});

/** Reads the settings from environment variables; an empty one counts as unset. Refuses with every problem at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigOutcome {
	const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
	const unknown = Object.keys(given).filter((name) => name.startsWith("COUNTERSIGN_") && !isKnown(name));
	const read = settings.safeParse(given);
	if (!read.success || unknown.length > 0) {
		const wrong = read.success
			? []
			: read.error.issues.map((issue) => {
					const name = String(issue.path[0]);
					return `${name} is ${JSON.stringify(given[name])}; expected ${issue.message}`;
				});
		return { ok: false, problems: [...wrong, ...unknown.map((name) => `${name} is not a setting`)] };
	}
	const values = read.data;
	return {
		ok: true,
		config: Object.freeze({
			host: values.COUNTERSIGN_HOST,
			port: values.COUNTERSIGN_PORT,
			dataDirectory: resolve(values.COUNTERSIGN_DATA),
			...(values.COUNTERSIGN_PUBLIC_BASE !== undefined && { publicBase: values.COUNTERSIGN_PUBLIC_BASE }),
			...(values.COUNTERSIGN_SERVER_NAME !== undefined && { serverName: values.COUNTERSIGN_SERVER_NAME }),
			openRegistration:
				values.COUNTERSIGN_OPEN_REGISTRATION === undefined
					? isLoopback(values.COUNTERSIGN_HOST)
					: values.COUNTERSIGN_OPEN_REGISTRATION === "yes",
		}),
	};
}

/** Settings of the tests and their tools, which share the prefix. */
const testSettings = ["COUNTERSIGN_REQUIRE", "COUNTERSIGN_KILLS"];

function isKnown(name: string): boolean {
	return name in settings.shape || testSettings.includes(name);
}

function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host.startsWith("127.");
}
