import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { createClientAddress, plainAddress } from "./client-address.ts";
import type { SeenAddress } from "./seen-address.ts";

/** Beside the requests, because handlers behind a framework are handed nothing but the request itself. */
const settled = new WeakMap<IncomingMessage, string>();

/**
 * Whom a request came from, the same for handlers of all kinds: the other end of the socket, or whom a trusted proxy
 * says it was called by. Settled when the request arrived, so that no handler changes it: the engine is handed requests
 * whose headers are rewritten, and took everybody for the proxy. Throws for a request that never arrived: an address
 * that all share would be one count for all.
 */
export function clientAddressOf(incoming: IncomingMessage): string {
	const address = settled.get(incoming);
	if (address === undefined) throw new Error("the request did not arrive at a socket of ours");
	return address;
}

/** Settles whom each request of one server came from. */
export function createArrivals(trustedProxies: readonly string[]) {
	const { addressOf, isTrusted } = createClientAddress(trustedProxies);
	const peers = new WeakMap<Socket, string>();
	const peerOf = (socket: Socket) => peers.get(socket) ?? plainAddress(socket.remoteAddress);
	return {
		/** Asked of each connection once, and while it stands: one that has gone has no address any more. */
		connected(socket: Socket): void {
			peers.set(socket, plainAddress(socket.remoteAddress));
		},
		/** Before anything else is done with the request. */
		arrived(incoming: IncomingMessage): void {
			const { socket, headers } = incoming;
			settled.set(incoming, addressOf({ headers, socket: { remoteAddress: peerOf(socket) } }));
		},
		/** As whom a connection counts: its other end, but where that is a trusted proxy nobody in particular. */
		countedAs(socket: Socket): string | undefined {
			const peer = peerOf(socket);
			return isTrusted(peer) ? undefined : peer;
		},
		seen(incoming: IncomingMessage): SeenAddress {
			const peer = peerOf(incoming.socket);
			const forwarded = incoming.headers["x-forwarded-for"];
			return {
				peer,
				isTrusted: isTrusted(peer),
				taken: clientAddressOf(incoming),
				...(typeof forwarded === "string" && { forwarded }),
			};
		},
	};
}
