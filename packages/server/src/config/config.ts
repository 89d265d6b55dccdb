import { resolve } from "node:path";
import type { z } from "zod";
import type { settings } from "./settings.ts";

export interface Config {
	/** Address to listen on. Default 127.0.0.1: nobody else reaches a fresh server. */
	readonly host: string;
	/** Default 8008; 0 takes any free port. */
	readonly port: number;
	/** Where the data live. Default `./data`. */
	readonly dataDirectory: string;
	/** `postgres://` URL of the database, a secret. Default: SQLite, in the data folder. */
	readonly database?: string;
	/**
	 * The address people and apps use, with a trailing slash. All URLs in answers come from it, never from a request.
	 * Default: `http://localhost:<port>/`.
	 */
	readonly publicBase?: string;
	/** Name of the embedded homeserver; fixed at the first start. Default `localhost`. */
	readonly serverName?: string;
	/** Whether anybody may register. Default: only while bound to loopback. */
	readonly openRegistration: boolean;
	/** The least important lines of the log that are written. Default `info`. */
	readonly logLevel?: "info" | "warn" | "error";
	/**
	 * Addresses that may read `/metrics`. Default: loopback while no public base is set; else nobody, because behind a
	 * proxy on the same machine everybody comes from loopback.
	 */
	readonly metricsAllow?: readonly string[];
}

/** The settings with their defaults filled in. */
export function configOf(
	given: z.output<typeof settings>,
	/** The folder that a relative `data` starts from. */
	dataFrom: string,
): Config {
	const host = given.host ?? "127.0.0.1";
	const open = given.open_registration;
	return Object.freeze({
		host,
		port: given.port ?? 8008,
		dataDirectory: resolve(dataFrom, given.data ?? "data"),
		...(given.database !== undefined && given.database !== "sqlite" && { database: given.database }),
		...(given.public_base !== undefined && { publicBase: `${new URL(given.public_base).origin}/` }),
		...(given.server_name !== undefined && { serverName: given.server_name }),
		openRegistration: open === undefined ? isLoopback(host) : open === true || open === "yes",
		logLevel: given.log?.level ?? "info",
		metricsAllow: given.metrics?.allow ?? (given.public_base === undefined ? loopback : []),
	});
}

const loopback = ["127.0.0.1", "::1"];

function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host.startsWith("127.");
}
