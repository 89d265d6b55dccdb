import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { networksOf } from "../limits/index.ts";

interface Exchange {
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
}

/** Of one address. A browser has six, an app that waits for news one or two; many people may share an address. */
const mostOfOne = 1000;

/** The connections that are open, each with the request that it brought last. */
export function createConnections() {
	const open = new Map<Socket, Exchange | undefined>();
	const counts = new Map<string, number>();
	return {
		/**
		 * False where there are as many of that address, or of a network around it, as there may be: nobody takes all that
		 * the process can open. Undefined for a proxy, behind which everybody is: there it is the proxy that counts.
		 */
		opened(socket: Socket, address: string | undefined): boolean {
			const networks = address === undefined ? [] : networksOf(address);
			if (networks.some(({ key, share }) => (counts.get(key) ?? 0) >= mostOfOne * share)) return false;
			for (const { key } of networks) counts.set(key, (counts.get(key) ?? 0) + 1);
			open.set(socket, undefined);
			socket.once("close", () => {
				open.delete(socket);
				for (const { key } of networks) {
					const left = (counts.get(key) ?? 0) - 1;
					if (left > 0) counts.set(key, left);
					else counts.delete(key);
				}
			});
			return true;
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
