import type { UserId } from "@countersign/protocol";
import type { JsonObject } from "./ports.ts";

/** Who calls, as the access token says. */
export interface Caller {
	readonly accountId: string;
	readonly localpart: string;
	readonly userId: UserId;
	readonly sessionId: string;
	readonly deviceId: string;
	readonly scope: string;
}

/** A request, ready to be answered: its caller is known, its body is read. */
export interface Call<Body> {
	readonly caller: Caller;
	readonly body: Body;
	readonly query: URLSearchParams;
	/** A part of the path, decoded; empty where the endpoint's paths have no such part. */
	param(name: string): string;
	/** Fires when the app has hung up or the server stops: an answer that was held back is given now. */
	readonly until: () => AbortSignal;
	/** For answers that were held back: the refusal if the token no longer counts, else undefined. */
	readonly checkAgain: () => Promise<Response | undefined>;
	/** The other end of the socket. */
	readonly address: string;
	/** What the app calls itself, cleaned. */
	readonly userAgent: string | undefined;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Route {
	readonly method: Method;
	/** Absolute, with parts as `:name`; all answer alike. */
	readonly paths: readonly string[];
}

/** One thing the homeserver does for apps. The frame adds CORS, authentication and the reading of the body. */
export type Endpoint =
	| (Route & { readonly takes: "no-token"; readonly answer: () => Response | Promise<Response> })
	| (Route & {
			readonly takes: "nothing";
			readonly answer: (call: Call<undefined>) => Response | Promise<Response>;
	  })
	| (Route & {
			/** `strict-json` for what is signed, hashed or approved: one text, one reading. */
			readonly takes: "json" | "strict-json";
			/** Default 64 KiB. */
			readonly limitBytes?: number;
			readonly answer: (call: Call<JsonObject>) => Response | Promise<Response>;
	  });

/** Paths of the client-server API, from the part after the version. */
export const v3 = (path: string): string => `/_matrix/client/v3/${path}`;
