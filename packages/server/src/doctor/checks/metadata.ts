import { besideSynapse, type Check } from "../finding.ts";
import { alike, asked, exchange, textOf } from "../question.ts";
import { ownMetadata, publicSynapseMetadata, synapseMetadata } from "./questions.ts";
import { proxyOf } from "./words.ts";

export const metadata: Check = besideSynapse({
	id: "metadata",
	promise: "Synapse passes on Countersign's metadata as they are today",
	after: ["server", "running-settings", "synapse", "delegation", "synapse-endpoint"],
	asks: (setup) => [ownMetadata(setup), synapseMetadata(setup)],
	judge({ setup, reply }) {
		const [own, passed] = [reply(ownMetadata(setup)), reply(synapseMetadata(setup))];
		if (alike(own, passed)) return [];
		const issuer = textOf(passed, "issuer") ?? "none";
		return [
			{
				verdict: "problem",
				what: "what Synapse remembers of Countersign",
				found: `${asked(synapseMetadata(setup))} -> ${issuer === setup.publicBase ? "members have changed since" : `issuer ${issuer}, not ${setup.publicBase}`}`,
				fix: `restart Synapse: it reads the metadata once. If that does not help, matrix_authentication_service.endpoint in its homeserver.yaml names another server; write endpoint: "${setup.own}"`,
			},
		];
	},
});

export const publicMetadata: Check = besideSynapse({
	id: "public-metadata",
	promise: "apps find the metadata at the homeserver",
	after: ["metadata", "homeserver-public-base"],
	asks: (setup) => [synapseMetadata(setup), publicSynapseMetadata(setup)],
	judge({ setup, reply }) {
		const answer = reply(publicSynapseMetadata(setup));
		if (alike(reply(synapseMetadata(setup)), answer)) return [];
		const { publicBase, synapse } = setup.homeserver;
		return [
			{
				verdict: "problem",
				what: proxyOf(publicBase),
				found: `${exchange(publicSynapseMetadata(setup), answer)}, which is not what Synapse answers`,
				fix: `pass /_matrix/client/v1/auth_metadata on to ${synapse}, and keep no copy of it in the proxy (proxy_cache)`,
			},
		];
	},
});
