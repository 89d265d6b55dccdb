/**
 * Log: one line of JSON per fact, for operators.
 *
 * Owns what may never be written: tokens, passwords, cookies, keys, codes and the query of a URL. It is cut out
 * here, by the names of members and by the shape of texts, so that no caller has to think of it. Leaves to others:
 * what is worth a line. The person's own security log is another thing, kept in the database.
 */
import { pino, stdTimeFunctions } from "pino";
import { plainFacts } from "./plain-facts.ts";

export { scrubbedWords } from "./scrub.ts";

export interface Log {
	info(facts: Readonly<Record<string, unknown>>, message: string): void;
	warn(facts: Readonly<Record<string, unknown>>, message: string): void;
	/** `facts.err` is printed with its cause and stack, without what else it carries. */
	error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

export interface LogOptions {
	/** The least important lines that are written. Default `info`. */
	readonly level?: "info" | "warn" | "error";
	/** Which worker writes, where several write. */
	readonly worker?: number | undefined;
	/** Default: standard error, so that a command's own output stays clean. */
	readonly destination?: { write(line: string): void };
}

export function createLog({ level = "info", worker, destination = process.stderr }: LogOptions = {}): Log {
	return pino(
		{
			level,
			base: worker === undefined ? null : { worker },
			timestamp: stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }), log: (facts) => plainFacts(facts) },
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
