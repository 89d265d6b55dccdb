import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What lies between a server and its database, and can fall silent: connections stay, and nothing comes through. */
export interface Wire {
	/** The database's URL, by way of the wire. */
	readonly url: string;
	/** From now on nothing comes through in either direction, on new connections neither. */
	silence(): void;
	/** The same from when these words have arrived at the database. Resolves then. */
	silenceAfter(words: string): Promise<void>;
	/** Everything that was held back goes on, and new connections come through. */
	restore(): void;
	[Symbol.asyncDispose](): Promise<void>;
}

/** @param database a `postgres://` URL */
export async function startWire(database: string): Promise<Wire> {
	const { hostname, port } = new URL(database);
	const ends = new Set<Socket>();
	let isSilent = false;
	let last: { readonly words: string; readonly arrived: () => void } | undefined;

	function silence(): void {
		isSilent = true;
		for (const end of ends) end.pause();
	}

	function join(from: Socket, to: Socket, passed: (bytes: string | Buffer) => void): void {
		ends.add(from);
		from.on("data", (bytes) => {
			to.write(bytes);
			passed(bytes);
		});
		from.on("error", () => {});
		from.once("close", () => {
			ends.delete(from);
			to.destroy();
		});
		if (isSilent) from.pause();
	}

	const server = createServer((near) => {
		const far = connect(Number(port), hostname);
		join(near, far, (bytes) => {
			if (last === undefined || !bytes.includes(last.words)) return;
			silence();
			last.arrived();
			last = undefined;
		});
		join(far, near, () => {});
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	const url = new URL(database);
	url.port = String((server.address() as AddressInfo).port);
	return {
		url: url.href,
		silence,
		silenceAfter(words) {
			const { promise, resolve } = Promise.withResolvers<void>();
			last = { words, arrived: resolve };
			return promise;
		},
		restore() {
			isSilent = false;
			for (const end of ends) end.resume();
		},
		async [Symbol.asyncDispose]() {
			for (const end of ends) end.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
