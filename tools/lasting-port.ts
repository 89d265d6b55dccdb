import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to whoever takes any port, one of whom could sit on it during a restart. */
const [lowest, highest] = [20_000, 32_000];

/**
 * A free TCP port of 127.0.0.1 for a server that comes to it later, or is started on it again. No other call gets
 * it, in this process or in another that runs beside it, until this process has ended.
 */
export async function lastingPort(): Promise<number> {
	for (;;) {
		const port = randomInt(lowest, highest);
		if ((await claim(port)) && (await isFree(port))) return port;
	}
}

/** Nobody uses UDP here: who holds the UDP port of the same number has the port, as the others see at once. */
async function claim(port: number): Promise<boolean> {
	const socket = createSocket("udp4");
	try {
		socket.bind({ port, address: "127.0.0.1", exclusive: true });
		await once(socket, "listening");
	} catch {
		socket.close();
		return false;
	}
	socket.unref();
	return true;
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
