import { isIP } from "node:net";
import { checkServerIdentity, connect } from "node:tls";

export type Certificate =
	| {
			readonly ok: true;
			/** Epoch ms. */
			readonly validUntil: number;
	  }
	/** `why` is OpenSSL's or Node's code. */
	| { readonly ok: false; readonly why: string };

const patienceMs = 10_000;

/**
 * The certificate that is shown at an https URL. Undefined where nobody shows one: whether anybody answers there is
 * asked elsewhere. Nothing is sent, so that a certificate that is not believed can be looked at.
 */
export function certificateAt(url: string): Promise<Certificate | undefined> {
	const { hostname, port } = new URL(url);
	const host = hostname.replace(/^\[|\]$/g, "");
	return new Promise((resolve) => {
		const named = isIP(host) === 0 ? { servername: host } : {};
		const target = { host, port: Number(port || 443), ...named };
		const socket = connect({ ...target, rejectUnauthorized: false }, () => {
			const shown = socket.getPeerCertificate();
			const wrongName = checkServerIdentity(host, shown);
			const why = socket.authorized ? wrongName && "ERR_TLS_CERT_ALTNAME_INVALID" : codeOf(socket);
			resolve(why === undefined ? { ok: true, validUntil: Date.parse(shown.valid_to) } : { ok: false, why });
			socket.destroy();
		});
		socket.setTimeout(patienceMs, () => socket.destroy());
		socket.on("error", () => resolve(undefined));
		socket.on("close", () => resolve(undefined));
	});
}

/** Node's types say it is an error, Node itself gives its code. */
function codeOf({ authorizationError }: { readonly authorizationError: Error | string }): string {
	return typeof authorizationError === "string" ? authorizationError : authorizationError.message;
}
