import { besideSynapse, type Check } from "../finding.ts";
import { asked, exchange, get, said, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { queryUser, synapseMetadata, synapseVersions } from "./questions.ts";
import { setting } from "./words.ts";

export const synapse: Check = besideSynapse({
	id: "synapse",
	promise: "Synapse answers Countersign",
	after: [],
	asks: (setup) => [synapseVersions(setup)],
	judge({ setup, reply }) {
		const answer = reply(synapseVersions(setup));
		if (answer.ok && answer.status === 200 && Array.isArray(answer.json?.versions)) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "homeserver.synapse"),
				found: exchange(synapseVersions(setup), answer),
				fix: `start Synapse, or write homeserver.synapse: with the address and port of its listener that has the resource "client"`,
			},
		];
	},
});

const oldest = [1, 146] as const;
const version = ({ homeserver }: SynapseSetup) => get(homeserver.synapse, "_synapse/admin/v1/server_version");

export const synapseVersion: Check = besideSynapse({
	id: "synapse-version",
	promise: `Synapse is of version ${oldest.join(".")} or newer`,
	after: ["synapse"],
	asks: (setup) => [version(setup)],
	judge({ setup, reply }) {
		const answer = reply(version(setup));
		const named = textOf(answer, "server_version") ?? (answer.ok ? answer.headers.server : undefined) ?? "";
		const [, major, minor] = /(?:^|\/)(\d+)\.(\d+)/.exec(named) ?? [];
		// A proxy in between may hide it; what is too old shows in other checks as well.
		if (major === undefined || !isOlder(Number(major), Number(minor))) return [];
		return [
			{
				verdict: "warning",
				what: `Synapse at ${setup.homeserver.synapse}`,
				found: `it is version ${major}.${minor}`,
				fix: `upgrade Synapse to ${oldest.join(".")} or newer: Countersign is not tested with older ones`,
			},
		];
	},
});

function isOlder(major: number, minor: number): boolean {
	return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

const block = "matrix_authentication_service";

export const delegation: Check = besideSynapse({
	id: "delegation",
	promise: "Synapse leaves sign-in to an authentication service",
	after: ["synapse"],
	asks: (setup) => [synapseMetadata(setup), queryUser(setup)],
	judge({ setup, reply }) {
		const question = queryUser(setup);
		const answer = reply(question);
		// An unknown user is 404 as well, but by another code.
		if (textOf(answer, "errcode") !== "M_UNRECOGNIZED") return [];
		const isTooOld = textOf(reply(synapseMetadata(setup)), "issuer") !== undefined;
		return [
			{
				verdict: "problem",
				what: isTooOld ? `Synapse at ${setup.homeserver.synapse}` : `${block} in Synapse's homeserver.yaml`,
				found: `${asked(question)} -> ${said(answer)}: ${isTooOld ? "it is too old to know this" : "Synapse signs people in itself"}`,
				fix: isTooOld
					? `upgrade Synapse to ${oldest.join(".")} or newer`
					: `write ${block}: {enabled: true, endpoint: "${setup.own}", secret_path: FILE} there, or start Synapse with the file that "npx countersign config generate DIR" wrote as a second -c, and restart it`,
			},
		];
	},
});

export const sharedSecret: Check = besideSynapse({
	id: "shared-secret",
	promise: "Synapse takes the shared secret",
	after: ["synapse", "delegation"],
	asks: (setup) => [queryUser(setup)],
	judge({ setup, reply }) {
		const answer = reply(queryUser(setup));
		if (answer.ok && (answer.status === 404 || answer.status === 200)) return [];
		const isRefused = answer.ok && (answer.status === 403 || answer.status === 401);
		const both = `${setting(setup, "homeserver.secret or homeserver.secret_file")} and ${block}.secret or secret_path in Synapse's homeserver.yaml`;
		return [
			{
				verdict: "problem",
				what: both,
				found: `${exchange(queryUser(setup), answer)}${isRefused ? ": the two secrets differ" : ""}`,
				fix: isRefused
					? "make both the same (no space or newline too many), make the registration file again with it, and restart Synapse and Countersign"
					: "read Synapse's log: it refuses to speak with an authentication service",
			},
		];
	},
});

/** A page that Synapse makes for anybody, and on which it names itself by its public address. */
const termsPage = ({ homeserver }: SynapseSetup) =>
	get(homeserver.synapse, "_matrix/client/v3/auth/m.login.terms/fallback/web?session=countersign.doctor");
const ownName = /href="(https?:\/\/[^"\s]*?)_matrix\/consent\b/;

export const synapsePublicBaseurl: Check = besideSynapse({
	id: "synapse-public-baseurl",
	promise: "Synapse knows the address at which apps reach it",
	after: ["synapse", "delegation", "well-known"],
	asks: (setup) => [termsPage(setup)],
	judge({ setup, reply }) {
		const answer = reply(termsPage(setup));
		const [, named] = (answer.ok && answer.status === 200 && ownName.exec(answer.text)) || [];
		// The operator may have put another page in its place: then nothing can be said.
		const itself = named === undefined ? null : URL.parse(named);
		if (itself === null) return undefined;
		const { publicBase } = setup.homeserver;
		if (itself.href === publicBase) return [];
		return [
			{
				verdict: "problem",
				what: "public_baseurl in Synapse's homeserver.yaml",
				found: `Synapse calls itself ${itself.href}; apps reach it at ${publicBase}. Signing in by QR code would lead there`,
				fix: `write public_baseurl: "${publicBase}" there, and restart Synapse`,
			},
		];
	},
});
