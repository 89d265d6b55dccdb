import { besideSynapse, type Check } from "../finding.ts";
import { exchange, get, memberOf, type Question, type Reply } from "../question.ts";
import { isLoopback, type SynapseSetup } from "../setup.ts";

/** @see https://spec.matrix.org/v1.17/client-server-api/#well-known-uris */
function document({ serverName, homeserver }: SynapseSetup): Question {
	const host = serverName.replace(/:\d+$/, "");
	// Nobody asks the loopback interface over https.
	const base = isLoopback(host) ? homeserver.publicBase : `https://${host}/`;
	return { ...get(base, ".well-known/matrix/client"), follow: true };
}

export const wellKnown: Check = besideSynapse({
	id: "well-known",
	promise: "apps that know the server name find the homeserver",
	after: ["homeserver-public-base", "metadata", "server-name"],
	asks: (setup) => [document(setup)],
	judge({ setup, reply }) {
		const question = document(setup);
		const wrong = wrongIn(setup, question, reply(question));
		if (wrong === undefined) return [];
		return [{ verdict: "problem", what: question.url, ...wrong }];
	},
});

function wrongIn(setup: SynapseSetup, question: Question, answer: Reply) {
	const { homeserver, publicBase } = setup;
	const content = `{"m.homeserver": {"base_url": "${homeserver.publicBase}"}}`;
	const write = `serve ${content} there with Access-Control-Allow-Origin: *; where Synapse serves it, write public_baseurl: "${homeserver.publicBase}" in homeserver.yaml and restart it`;
	if (answer.ok && answer.status === 404) {
		const isSameHost = new URL(question.url).origin === new URL(homeserver.publicBase).origin;
		return isSameHost ? undefined : { found: exchange(question, answer), fix: write };
	}
	if (!answer.ok || answer.status !== 200) return { found: exchange(question, answer), fix: write };
	const base = memberOf(answer.json?.["m.homeserver"], "base_url");
	if (base?.replace(/\/?$/, "/") !== homeserver.publicBase)
		return { found: `m.homeserver.base_url is ${base ?? "missing"}`, fix: write };
	const issuer = memberOf(answer.json?.["org.matrix.msc2965.authentication"], "issuer");
	if (issuer !== undefined && issuer !== publicBase)
		return {
			found: `org.matrix.msc2965.authentication.issuer is ${issuer}`,
			fix: `write "issuer": "${publicBase}", or leave the member out`,
		};
	if (answer.headers["access-control-allow-origin"] !== "*")
		return { found: "no Access-Control-Allow-Origin: *, so apps in browsers cannot read it", fix: write };
	return undefined;
}
