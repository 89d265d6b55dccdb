import { connect as connectOpenly, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectByTls } from "node:tls";
import { Client } from "ldapts";
import type { LdapConfig } from "../config/index.ts";

/** A connection that is good for one person's password. */
export interface Connection {
	readonly client: Client;
	/** STARTTLS, where that is how it is encrypted. Call it before anything is said. */
	encrypt(): Promise<void>;
	/** Lets go of it at once, whatever is under way. */
	close(): void;
}

/**
 * A fresh connection, encrypted before anything is said on it. It is never made again by itself: the library would make it
 * anew where it was cut, without STARTTLS, and send the password openly.
 * @see https://www.rfc-editor.org/rfc/rfc4513#section-3
 */
export function connect({ url, starttls, ca, timeoutMs }: LdapConfig): Connection {
	const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
	const tls: ConnectionOptions = {
		host,
		minVersion: "TLSv1.2",
		rejectUnauthorized: true,
		...(isIP(host) === 0 && { servername: host }),
		...(ca !== undefined && { ca }),
	};
	const isTls = url.startsWith("ldaps:");
	const sockets: Socket[] = [];
	const said: Buffer[] = [];
	const client = new Client({
		...{ url, timeout: timeoutMs, connectTimeout: timeoutMs },
		...(isTls && { tlsOptions: tls }),
		createConnection: once((...where: Parameters<typeof connectOpenly>) => {
			const socket = connectOpenly(...where);
			socket.on("data", (part) => said.push(Buffer.from(part)));
			sockets.push(socket);
			return socket;
		}) as typeof connectOpenly,
		createSecureConnection: once((...where: Parameters<typeof connectByTls>) => {
			if (starttls && !isTls && !isOneMessage(Buffer.concat(said)))
				throw new Error("something was said openly before the connection was encrypted");
			const socket = connectByTls(...where);
			sockets.push(socket);
			return socket;
		}) as typeof connectByTls,
	});
	return {
		client,
		async encrypt() {
			if (starttls && !isTls) await client.startTLS(tls);
		},
		close() {
			for (const socket of sockets) socket.destroy();
		},
	};
}

function once<Args extends readonly unknown[], Made>(make: (...args: Args) => Made): (...args: Args) => Made {
	let isUsed = false;
	return (...args) => {
		if (isUsed) throw new Error("the connection was cut");
		isUsed = true;
		return make(...args);
	};
}

/**
 * Whether this is one LDAP message (RFC 4511 4.1.1, in BER) and nothing behind it: what somebody on the way puts behind the
 * answer to STARTTLS would be read as the beginning of what the directory says encrypted, as a yes to a password.
 */
export function isOneMessage(bytes: Buffer): boolean {
	const [tag, short = 0] = bytes;
	if (tag !== 0x30) return false;
	if (short < 0x80) return bytes.length === 2 + short;
	const count = short & 0x7f;
	if (count === 0 || count > 4 || bytes.length < 2 + count) return false;
	return bytes.length === 2 + count + bytes.readUIntBE(2, count);
}
