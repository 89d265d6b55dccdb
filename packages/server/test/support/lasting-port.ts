import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Below what systems give to outgoing connections, one of which could sit on the port during a restart. */
const [lowest, highest] = [20_000, 32_000];

/** A free port of 127.0.0.1 that stays free while the server on it is started again. */
export async function lastingPort(): Promise<number> {
	for (;;) {
		const port = randomInt(lowest, highest);
		if (await isFree(port)) return port;
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		await once(server.listen(port, "127.0.0.1"), "listening");
	} catch {
		return false;
	}
	await new Promise((resolve) => server.close(resolve));
	return true;
}

/** Whether somebody listens there. */
export async function isListening(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	try {
		await once(socket, "connect");
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
