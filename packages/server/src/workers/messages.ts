import { isRecord } from "@countersign/protocol";
import type { Config } from "../config/index.ts";
import type { Counts, MetricsText } from "../metrics/index.ts";

/** Why it does not start, in words for who started it. */
export interface Complaint {
	readonly headline: string;
	readonly details?: readonly string[];
	/** Whether it is a reason that passes, like a database that is away. Default: it is none. */
	readonly mayPass?: boolean;
}

/** What every worker says alike of the server. */
export interface ServerFacts {
	readonly publicBase: string;
	readonly serverName: string;
	readonly port: number;
}

export type ToWorker =
	/**
	 * The first of all. Settings are those of the start, whatever became of the file: all workers have the same. And so is
	 * the program, as `readProgram` has it.
	 */
	| {
			readonly kind: "begin";
			readonly config: Config;
			readonly number: number;
			readonly program: string;
	  }
	/** What has it counted? */
	| { readonly kind: "count"; readonly id: number }
	/** Without a text where there is none to be had. */
	| { readonly kind: "whole"; readonly id: number; readonly text?: MetricsText };

export type FromWorker =
	| { readonly kind: "ready"; readonly facts: ServerFacts }
	| { readonly kind: "refused"; readonly complaint: Complaint }
	/** Nothing where they cannot be had now: some are of the database. */
	| { readonly kind: "counts"; readonly id: number; readonly counts?: Counts | undefined }
	/** What have all counted? */
	| { readonly kind: "read"; readonly id: number };

/** In whose environment this is it was started by one of ours, which says more. */
export const workerMark = "COUNTERSIGN_WORKER";

/** Between processes of one program: what is not of ours is Node's own. */
export function parseToWorker(message: unknown): ToWorker | undefined {
	return isOneOf(message, ["begin", "count", "whole"]) ? (message as ToWorker) : undefined;
}

export function parseFromWorker(message: unknown): FromWorker | undefined {
	return isOneOf(message, ["ready", "refused", "counts", "read"]) ? (message as FromWorker) : undefined;
}

function isOneOf(message: unknown, kinds: readonly string[]): boolean {
	return isRecord(message) && typeof message.kind === "string" && kinds.includes(message.kind);
}
