import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long who was answered before the end of what they send is heard out, so that the answer reaches them. */
const unreadMs = 500;

/**
 * Node's answer, which says in its headers that the connection ends where it does: at a stop, behind a request for
 * another protocol, and where it is given before the end of the request. That connection would be cut while the next request is on its way, and a POST is sent
 * again by nobody.
 */
export function answerClass(stopping: AbortSignal) {
	return class Answer extends ServerResponse {
		override writeHead(status: number, reason?: unknown, headers?: unknown): this {
			const { req } = this;
			const isEarly = !req.complete && hasBody(req);
			if (isEarly) endSlowly(req.socket);
			if (isEarly || stopping.aborted || asksForAnother(req)) this.setHeader("connection", "close");
			return super.writeHead(status, reason as string, headers as OutgoingHttpHeaders);
		}
	};
}

function hasBody({ headers }: IncomingMessage): boolean {
	return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}

/** Node reads nothing behind such a request: whatever is sent there would wait for ever. */
function asksForAnother({ headers }: IncomingMessage): boolean {
	return headers.upgrade !== undefined;
}

/**
 * To close at once what is still sent to would reset the connection, and with it the answer on its way. Nor is it heard
 * out for as long as the sender likes: it would count as busy, and hold up a stop.
 */
function endSlowly(socket: Socket): void {
	socket.destroySoon = () => {
		socket.end();
		const cut = setTimeout(() => socket.destroy(), unreadMs);
		socket.once("close", () => clearTimeout(cut));
	};
}
