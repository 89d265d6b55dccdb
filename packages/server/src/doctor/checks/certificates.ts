import type { Check, Finding } from "../finding.ts";
import { isLoopback, type Setup } from "../setup.ts";
import { proxyOf, setting } from "./words.ts";

export const https: Check = {
	id: "https",
	promise: "people and apps come over https",
	after: [],
	asks: () => [],
	judge({ setup }) {
		const bases: [string, string | undefined][] = [
			["public_base", setup.publicBase],
			["homeserver.public_base", setup.homeserver?.publicBase],
		];
		return bases.flatMap(([name, base]) => (base === undefined ? [] : plainHttp(setup, name, base)));
	},
};

function plainHttp(setup: Setup, name: string, base: string): readonly Finding[] {
	const { protocol, hostname, host } = new URL(base);
	if (protocol === "https:" || isLoopback(hostname)) return [];
	return [
		{
			verdict: "problem",
			what: setting(setup, name),
			found: `${base}: passwords and tokens cross the network in the clear, and apps refuse such a server`,
			fix: `let the proxy end TLS and write ${name}: https://${host}/`,
		},
	];
}

const soonMs = 14 * 24 * 60 * 60_000;

export const certificate: Check = {
	id: "certificate",
	promise: "the certificates are valid, for their host names, for two more weeks",
	after: [],
	asks: () => [],
	judge({ certificates, now }) {
		return [...certificates].flatMap(([url, shown]): readonly Finding[] => {
			const { hostname } = new URL(url);
			const what = `the certificate of ${proxyOf(url)}`;
			if (!shown.ok)
				return [{ verdict: "problem", what, found: shown.why, fix: cureOf(shown.why, hostname) }];
			if (shown.validUntil - now > soonMs) return [];
			const days = Math.floor((shown.validUntil - now) / 86_400_000);
			const fix = `renew the certificate of ${hostname} and reload the proxy; look at why it was not renewed by itself`;
			return [{ verdict: "warning", what, found: `it ends in ${days} days`, fix }];
		});
	},
};

function cureOf(code: string, hostname: string): string {
	if (code === "CERT_HAS_EXPIRED") return `renew the certificate of ${hostname} and reload the proxy`;
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
		return `give the proxy a certificate that names ${hostname} and reload it`;
	return `give the proxy the whole chain (fullchain.pem) of a certificate that everybody trusts; with a certificate authority of your own run doctor with NODE_EXTRA_CA_CERTS=FILE`;
}
