import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Exchange {
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
}

/** The connections that are open, each with the request that it brought last. */
export function createConnections() {
	const open = new Map<Socket, Exchange | undefined>();
	return {
		opened(socket: Socket): void {
			open.set(socket, undefined);
			socket.once("close", () => open.delete(socket));
		},
		began(exchange: Exchange): void {
			open.set(exchange.incoming.socket, exchange);
		},
		/**
		 * Cuts those that wait for the other end: for the rest of a request, or for somebody to read the answer. What was
		 * asked whole, and is not answered yet, stays.
		 */
		cutWaiting(): void {
			for (const [socket, exchange] of open) if (!isAtWork(exchange)) socket.destroy();
		},
	};
}

export type Connections = ReturnType<typeof createConnections>;

function isAtWork(exchange: Exchange | undefined): boolean {
	return exchange?.incoming.complete === true && !exchange.outgoing.writableEnded;
}
