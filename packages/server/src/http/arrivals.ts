import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { createClientAddress, plainAddress } from "./client-address.ts";
import type { SeenAddress } from "./seen-address.ts";

/**
 * On the request itself, because handlers behind a framework are handed nothing else; under a name that nobody else
 * has. A table beside the requests costs the fastest of them a microsecond.
 */
const settled = Symbol("client address");
/** The other end of a socket, asked while it stands: one that has gone has no address any more. */
const peer = Symbol("peer");

type Arrived = IncomingMessage & { [settled]?: string };
type Connected = Socket & { [peer]?: string };

/**
 * Whom a request came from, the same for handlers of all kinds: the other end of the socket, or whom a trusted proxy
 * says it was called by. Settled when the request arrived, so that no handler changes it: the engine is handed requests
 * whose headers are rewritten, and took everybody for the proxy. Throws for a request that never arrived: an address
 * that all share would be one count for all.
 */
export function clientAddressOf(incoming: Arrived): string {
	const address = incoming[settled];
	if (address === undefined) throw new Error("the request did not arrive at a socket of ours");
	return address;
}

/** Settles whom each request of one server came from. */
export function createArrivals(trustedProxies: readonly string[]) {
	const { addressOf, isTrusted } = createClientAddress(trustedProxies);
	return {
		/** Asked of each connection once. */
		connected(socket: Connected): void {
			socket[peer] = plainAddress(socket.remoteAddress);
		},
		/** Before anything else is done with the request. */
		arrived(incoming: Arrived): void {
			incoming[settled] = addressOf(peerOf(incoming.socket), incoming.headers["x-forwarded-for"]);
		},
		/** As whom a connection counts: its other end, but where that is a trusted proxy nobody in particular. */
		countedAs(socket: Socket): string | undefined {
			const address = peerOf(socket);
			return isTrusted(address) ? undefined : address;
		},
		seen(incoming: IncomingMessage): SeenAddress {
			const end = peerOf(incoming.socket);
			const forwarded = incoming.headers["x-forwarded-for"];
			return {
				peer: end,
				isTrusted: isTrusted(end),
				taken: clientAddressOf(incoming),
				...(typeof forwarded === "string" && { forwarded }),
			};
		},
	};
}

function peerOf(socket: Connected): string {
	return socket[peer] ?? plainAddress(socket.remoteAddress);
}
