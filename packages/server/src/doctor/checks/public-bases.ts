import { besideSynapse, type Check } from "../finding.ts";
import { alike, exchange, type Reply } from "../question.ts";
import { ownKeys, publicKeys, publicVersions, synapseVersions } from "./questions.ts";
import { proxyOf, setting } from "./words.ts";

export const publicBase: Check = {
	id: "public-base",
	promise: "the public address leads to this very server",
	after: ["server", "running-settings", "certificate"],
	asks: (setup) => [ownKeys(setup), publicKeys(setup)],
	judge({ setup, reply }) {
		const question = publicKeys(setup);
		const answer = reply(question);
		// The keys were made by this installation: another Countersign, however alike, has others.
		if (alike(reply(ownKeys(setup)), answer)) return [];
		return [
			{
				verdict: "problem",
				what: `${proxyOf(setup.publicBase)}, or ${setting(setup, "public_base")}`,
				found: `${exchange(question, answer)}${answer.ok && answer.status === 200 ? ", but the keys are those of another server" : ""}`,
				fix: answer.ok
					? `in that proxy pass everything on to ${setup.own}`
					: unreachable(setup.publicBase, answer),
			},
		];
	},
};

export const homeserverPublicBase: Check = besideSynapse({
	id: "homeserver-public-base",
	promise: "the homeserver's public address leads to the Synapse of the settings",
	after: ["synapse", "certificate"],
	asks: (setup) => [synapseVersions(setup), publicVersions(setup)],
	judge({ setup, reply }) {
		const question = publicVersions(setup);
		const answer = reply(question);
		if (alike(reply(synapseVersions(setup)), answer)) return [];
		const { publicBase: url, synapse } = setup.homeserver;
		return [
			{
				verdict: "problem",
				what: `${proxyOf(url)}, or ${setting(setup, "homeserver.public_base")}`,
				found: `${exchange(question, answer)}${answer.ok && answer.status === 200 ? ", which is not what Synapse answers" : ""}`,
				fix: answer.ok ? `in that proxy pass /_matrix on to ${synapse}` : unreachable(url, answer),
			},
		];
	},
});

function unreachable(url: string, answer: Reply & { readonly ok: false }): string {
	const { hostname } = new URL(url);
	if (/ENOTFOUND|EAI_AGAIN/.test(answer.why)) return `let ${hostname} lead to the proxy's address in the DNS`;
	return `start the proxy for ${url} and open its port; it has to be reached from this machine, too`;
}
