import type { LiveSessions } from "@countersign/core";
import type { Caller } from "./authenticate.ts";
import type { Method } from "./frame.ts";
import type { JsonObject } from "./json-object.ts";

/** What a unit of work has to hold for the frame to ask whether its caller is still signed in. */
export interface SessionUnit {
	readonly sessions: LiveSessions;
}

/** A request, ready to be answered: its caller is known, its body is read. */
export interface Call<Body, Unit extends SessionUnit> {
	readonly caller: Caller;
	readonly body: Body;
	readonly query: URLSearchParams;
	/** A part of the path, decoded; empty where the endpoint's paths have no such part. */
	param(name: string): string;
	/**
	 * The one way for an endpoint to write. The unit of work runs only if the caller is signed in within its own
	 * transaction; otherwise nothing is done, and the refusal comes back.
	 */
	write<T>(work: (unit: Unit) => Promise<T>): Promise<T | Response>;
	/** Fires when the app has hung up or the server stops: an answer that was held back is given now. */
	readonly until: () => AbortSignal;
	/** For answers that were held back: the refusal if the token no longer counts, else undefined. */
	readonly checkAgain: () => Promise<Response | undefined>;
	/** The other end of the socket. */
	readonly address: string;
	/** What the app calls itself, cleaned. */
	readonly userAgent: string | undefined;
}

/** A request of somebody unknown, as it came: its endpoint reads the body, and refuses what is too much. */
export interface Visit {
	readonly request: Request;
	/** As in `Call`. */
	param(name: string): string;
	readonly address: string;
}

interface Route {
	readonly method: Method;
	/** Absolute, with parts as `:name`; all answer alike. */
	readonly paths: readonly string[];
}

/** One thing that is done for apps that are signed in. The frame adds CORS, authentication and the reading of the body. */
export type Endpoint<Unit extends SessionUnit> =
	| (Route & {
			readonly takes: "no-token";
			readonly answer: (visit: Visit) => Response | Promise<Response>;
	  })
	| (Route & {
			readonly takes: "nothing";
			readonly answer: (call: Call<undefined, Unit>) => Response | Promise<Response>;
	  })
	| (Route & {
			/** `strict-json` for what is signed, hashed or approved: one text, one reading. */
			readonly takes: "json" | "strict-json";
			/** Default 64 KiB. */
			readonly limitBytes?: number;
			readonly answer: (call: Call<JsonObject, Unit>) => Response | Promise<Response>;
	  });
