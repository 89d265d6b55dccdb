import type { EmailConfig } from "../config/index.ts";
import { readAddress } from "../identifiers/index.ts";
import type { Mail, MailServer, Sent } from "./ports.ts";
import { failureOf } from "./smtp-failure.ts";

/** Each step has this long; a step that is slower is an answer that does not come. */
const stepMs = 15_000;
/** And all of them together: shorter than the lease of a task, so that nobody sends it meanwhile. */
const wholeMs = 60_000;

/**
 * Letters by SMTP, each on a connection of its own. Without the encryption and the sign-in that the settings ask for
 * nothing is sent; a server that offers neither gets no letter. @see https://www.rfc-editor.org/rfc/rfc5321
 */
export function createSmtp(config: EmailConfig): MailServer {
	const { host, port, security, username, password, from, replyTo } = config;
	const hasSignIn = username !== undefined && password !== undefined;
	const options = {
		...{ host, port },
		secure: security === "tls",
		requireTLS: security === "starttls",
		ignoreTLS: security === "none",
		...(hasSignIn && { auth: { user: username, pass: password }, forceAuth: true }),
		...{ connectionTimeout: stepMs, greetingTimeout: stepMs, socketTimeout: stepMs, dnsTimeout: stepMs },
		...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
	};
	/** The library is read with the first letter: no start waits for it. */
	const connection = async () => (await import("nodemailer")).createTransport(options);
	const closing = new AbortController();
	const domain = from.slice(from.lastIndexOf("@") + 1).replace(/>$/, "");
	const envelopeFrom = /<([^<>]+)>$/.exec(from)?.[1] ?? from;

	return {
		async send({ to, subject, text, html, id, at }: Mail): Promise<Sent> {
			// Whatever came along with people was never read, and the library sends to each address of a list.
			if (readAddress(to)?.address !== to)
				return { ok: false, reason: "refused", failure: "the address is none" };
			const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(wholeMs)]);
			const letter = {
				...{ from, subject, text, html, signal },
				...(replyTo !== undefined && { replyTo }),
				// As a value and not as text in which commas and angle brackets mean something.
				to: { name: "", address: to },
				envelope: { from: envelopeFrom, to: [to] },
				messageId: `<${id}@${domain}>`,
				date: new Date(at),
				// No answer of a machine to a machine. @see https://www.rfc-editor.org/rfc/rfc3834#section-5
				headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
			};
			try {
				await (await connection()).sendMail(letter);
				return { ok: true };
			} catch (error) {
				return failureOf(error);
			}
		},

		async verify() {
			const late = AbortSignal.any([closing.signal, AbortSignal.timeout(wholeMs)]);
			const cut = new Promise<never>((_, reject) => {
				late.addEventListener("abort", () => reject(late.reason), { once: true });
			});
			try {
				await Promise.race([(await connection()).verify(), cut]);
				return { ok: true };
			} catch (error) {
				const failed = failureOf(error);
				return failed.reason === "silent" ? failed : { ...failed, reason: "deferred" };
			}
		},

		close() {
			closing.abort();
		},
	};
}
