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

/** Hands a foreign upload on to the homeserver, and its answer back. Throws `HomeserverUnavailable` where none comes. */
export type ForwardForeign = (upload: ForeignUpload) => Promise<{
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>> | MatrixErrorBody;
	readonly retryAfter?: string;
}>;
