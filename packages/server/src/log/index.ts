/**
 * Log: one line of JSON per fact, for operators.
 *
 * Owns what may never be written: tokens, passwords, cookies, keys, codes and the query of a URL. Leaves to others:
 * what is worth a line. The person's own security log is another thing, kept in the database.
 */
import { pino, stdTimeFunctions } from "pino";
import { plainError } from "./plain-error.ts";

export interface Log {
	info(facts: Readonly<Record<string, unknown>>, message: string): void;
	warn(facts: Readonly<Record<string, unknown>>, message: string): void;
	/** `facts.err` is printed with its cause and stack, without what else it carries. */
	error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** Members that are cut out wherever they stand, in case a fact carries more than its author thought. */
const secrets = [
	"password",
	"token",
	"access_token",
	"refresh_token",
	"code",
	"code_verifier",
	"cookie",
	"authorization",
	"csrf",
	"secret",
	"keys",
];

export interface LogOptions {
	/** The least important lines that are written. Default `info`. */
	readonly level?: "info" | "warn" | "error";
	/** Default: standard error, so that a command's own output stays clean. */
	readonly destination?: { write(line: string): void };
}

export function createLog({ level = "info", destination = process.stderr }: LogOptions = {}): Log {
	return pino(
		{
			level,
			base: null,
			timestamp: stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
			serializers: { err: (error: unknown) => plainError(error) },
			redact: {
				paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
				censor: "[cut]",
			},
		},
		destination,
	);
}

/**
 * The line of one request: what was asked, by the name of its route, and how it ended. Nothing of the query, the
 * headers or the ids in the path. What homeservers and monitoring ask all the time is left to the metrics, unless it
 * failed.
 */
export function logRequest(
	log: Pick<Log, "info">,
	{
		method,
		status,
		ms,
	}: { readonly method: string; readonly status: number | undefined; readonly ms: number },
	route: string,
): void {
	if (frequent.includes(route) && status !== undefined && status < 400) return;
	log.info({ method, route, status: status ?? "gone", ms: Math.round(ms * 10) / 10 }, "request");
}

const frequent = ["/oauth2/introspect", "/health", "/metrics"];

/** For tests and embedding: writes nothing. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };
