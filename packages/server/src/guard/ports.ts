import type { MatrixErrorBody } from "@countersign/protocol";

/** An upload with a token that we did not hand out: that of an application service, for example. */
export interface ForeignUpload {
	readonly accessToken: string;
	/** For whom and on which device the service acts. */
	readonly query: Readonly<Record<string, string>>;
	/** The three keys, as far as they were sent, and nothing else. */
	readonly keys: Readonly<Record<string, unknown>>;
	readonly address: string;
	readonly userAgent?: string;
}

/** What the homeserver said. */
export interface Said {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>> | MatrixErrorBody;
	readonly retryAfter?: string;
}

/** Hands a foreign upload on to the homeserver, and its answer back. Throws `HomeserverUnavailable` where none comes. */
export type ForwardForeign = (upload: ForeignUpload) => Promise<Said>;

/** A request about what may be taken away before a reset. */
export interface HandedOn {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	/** From the slash on, in the one spelling that we know. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: Readonly<Record<string, unknown>> | undefined;
	readonly accessToken: string;
	/** Whether the token is one that we handed out: of others, only so many are handed on at once. */
	readonly isOwn: boolean;
	readonly address: string;
	readonly userAgent?: string;
}

/** Hands it on in the caller's own name. Throws `HomeserverUnavailable` where no answer comes. */
export type HandOn = (request: HandedOn) => Promise<Said>;
