import { besideSynapse, type Check } from "../finding.ts";
import { bearer, exchange, post, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { synapseMetadata, whoamiOfStranger } from "./questions.ts";
import { setting } from "./words.ts";

/** As Synapse asks: https://www.rfc-editor.org/rfc/rfc7662#section-2.1 */
function ask({ own, unknownToken }: SynapseSetup, secret: string) {
	return post(own, "oauth2/introspect", {
		headers: { "content-type": "application/x-www-form-urlencoded", ...bearer(secret) },
		body: `token=${unknownToken}&token_type_hint=access_token`,
	});
}

const asSynapse = (setup: SynapseSetup) => ask(setup, setup.homeserver.secret);
/** As long as the right one, and never it. */
const asStranger = (setup: SynapseSetup) => ask(setup, "x".repeat(setup.homeserver.secret.length));

export const introspection: Check = besideSynapse({
	id: "introspection",
	promise: "Countersign tells who has the secret, and nobody else, what a token is worth",
	after: ["server"],
	asks: (setup) => [asSynapse(setup), asStranger(setup)],
	judge({ setup, reply }) {
		const [trusted, stranger] = [reply(asSynapse(setup)), reply(asStranger(setup))];
		const told = trusted.ok && trusted.status === 200 && trusted.json?.active === false;
		if (told && stranger.ok && stranger.status === 401) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "homeserver.secret or homeserver.secret_file"),
				found: told
					? `with a wrong secret ${exchange(asStranger(setup), stranger)}`
					: `with this secret ${exchange(asSynapse(setup), trusted)}`,
				fix: "restart Countersign: it still runs with other settings, or something else answers in its place",
			},
		];
	},
});

export const synapseEndpoint: Check = besideSynapse({
	id: "synapse-endpoint",
	promise: "Synapse reaches Countersign and can ask what a token is worth",
	after: ["server", "synapse", "delegation", "shared-secret", "introspection"],
	asks: (setup) => [synapseMetadata(setup), whoamiOfStranger(setup)],
	judge({ setup, reply }) {
		const whoami = reply(whoamiOfStranger(setup));
		const metadata = reply(synapseMetadata(setup));
		const asks = textOf(whoami, "errcode") === "M_UNKNOWN_TOKEN";
		if (asks && metadata.ok && metadata.status < 500) return [];
		return [
			{
				verdict: "problem",
				what: "matrix_authentication_service.endpoint in Synapse's homeserver.yaml",
				found: asks ? exchange(synapseMetadata(setup), metadata) : exchange(whoamiOfStranger(setup), whoami),
				fix: `write endpoint: "${setup.own}" there, or the address at which Synapse's machine reaches this one, and restart Synapse`,
			},
		];
	},
});
