import type { IncomingMessage, ServerResponse } from "node:http";

/** What reaches every handler beside the request, as `c.env`. */
export interface Bindings {
	/** The other end of the socket, or whom a trusted proxy there says it was called by. */
	readonly address: string;
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
	/** Fires when the server stops: whoever holds an answer back gives it now. */
	readonly stopping: AbortSignal;
}

/** The type argument of every `Hono`. */
export type Env = { Bindings: Bindings };
