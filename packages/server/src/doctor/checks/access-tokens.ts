import { errcodes } from "@countersign/protocol";
import { besideSynapse, type Check } from "../finding.ts";
import { bearer, exchange, get, post, type Question, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { namedDoors } from "./questions.ts";
import { few, proxyOf } from "./words.ts";

/** One way leads to Synapse, the other to the guard: in the proxy they are two rules. */
function questions({ unknownToken }: SynapseSetup, door: string): readonly Question[] {
	const token = bearer(unknownToken);
	return [
		get(door, "_matrix/client/v3/account/whoami", token),
		post(door, "_matrix/client/v3/keys/device_signing/upload", { headers: token }),
	];
}

export const accessTokens: Check = besideSynapse({
	id: "access-tokens",
	promise: "the tokens of apps get through the proxy",
	after: ["synapse-endpoint", "homeserver-public-base", "guarded-uploads"],
	asks: (setup) => namedDoors(setup).flatMap((door) => questions(setup, door)),
	judge({ setup, reply }) {
		return namedDoors(setup).flatMap((door) => {
			const wrong = questions(setup, door).filter((question) => {
				const code = textOf(reply(question), "errcode");
				// Another door need not lead to either; one that does tells a token it does not know from none.
				return door === setup.homeserver.publicBase
					? code !== errcodes.unknownToken
					: code === errcodes.missingToken;
			});
			if (wrong.length === 0) return [];
			const shown = wrong.map((question) => exchange(question, reply(question)));
			return [
				{
					verdict: "problem" as const,
					what: proxyOf(door),
					found: `sent with an access token that nobody has, so that 401 ${errcodes.unknownToken} was to come:\n${few(shown)}`,
					fix: "let the proxy pass the header Authorization on as it comes: take away what removes or replaces it, like proxy_set_header Authorization (nginx) or header_up -Authorization (Caddy)",
				},
			];
		});
	},
});
