import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { EmailConfig } from "../../src/config/index.ts";
import { until } from "./until.ts";

/** A letter as a mail program reads it. */
interface Delivered {
	readonly to: readonly string[];
	readonly from: string | false;
	readonly mail: ParsedMail;
	/** As it came over the wire. */
	readonly raw: string;
}

/** A real mail server on this machine, which keeps what it is given. */
export interface TestMailServer {
	readonly config: EmailConfig;
	/** In the order in which they came. */
	readonly letters: readonly Delivered[];
	/** The letters to an address, with such a subject where one is asked for, once there are so many. */
	lettersTo(address: string, atLeast?: number, about?: RegExp): Promise<readonly Delivered[]>;
	close(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Takes what anybody sends, unless the options say otherwise. */
export async function startMailServer(
	options: SMTPServerOptions = {},
	config: Partial<EmailConfig> = {},
): Promise<TestMailServer> {
	const letters: Delivered[] = [];
	const server = new SMTPServer({
		...{ authOptional: true, hideSTARTTLS: true, disableReverseLookup: true, closeTimeout: 100 },
		onData(stream, { envelope }, callback) {
			const chunks: Buffer[] = [];
			stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
			stream.on("end", () => {
				const raw = Buffer.concat(chunks);
				simpleParser(raw).then((mail) => {
					const to = envelope.rcptTo.map(({ address }) => address);
					const from = envelope.mailFrom === false ? false : envelope.mailFrom.address;
					letters.push({ to, from, mail, raw: raw.toString() });
					callback();
				}, callback);
			});
		},
		...options,
	});
	// A conversation that somebody breaks off is an error of theirs.
	server.on("error", () => {});
	server.listen(0, "127.0.0.1");
	await once(server.server, "listening");
	const { port } = server.server.address() as AddressInfo;
	const to = (address: string, about = /(?:)/) =>
		letters.filter(({ to: all, mail }) => all.includes(address) && about.test(mail.subject ?? ""));
	const close = () => new Promise<void>((resolve) => void server.close(resolve));
	return {
		config: { host: "127.0.0.1", port, security: "none", from: "Accounts <accounts@x.org>", ...config },
		letters,
		async lettersTo(address, atLeast = 1, about) {
			await until(() => to(address, about).length >= atLeast);
			return to(address, about);
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** What such a server says no with. */
export function refusal(responseCode: number, message: string): Error {
	return Object.assign(new Error(message), { responseCode });
}
