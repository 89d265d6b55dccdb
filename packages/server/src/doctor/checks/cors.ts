import { besideSynapse, type Check } from "../finding.ts";
import { exchange, get, type Question } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { few, proxyOf } from "./words.ts";

const app = "https://app.example";
const origin = { origin: app };

function preflight(base: string, path: string): Question {
	const headers = {
		...origin,
		"access-control-request-method": "POST",
		"access-control-request-headers": "authorization, content-type",
	};
	return { method: "OPTIONS", url: base + path, headers };
}

function questions({ publicBase, homeserver }: SynapseSetup): readonly Question[] {
	return [
		get(publicBase, ".well-known/openid-configuration", origin),
		preflight(publicBase, "oauth2/token"),
		preflight(publicBase, "oauth2/registration"),
		get(homeserver.publicBase, "_matrix/client/v1/auth_metadata", origin),
		preflight(homeserver.publicBase, "_matrix/client/v3/keys/device_signing/upload"),
		preflight(homeserver.publicBase, "_matrix/client/v3/login"),
	];
}

export const cors: Check = besideSynapse({
	id: "cors",
	promise: "apps in browsers may read the answers",
	after: ["public-base", "homeserver-public-base", "public-metadata"],
	asks: questions,
	judge({ setup, reply }) {
		const wrong = questions(setup).filter((question) => {
			const answer = reply(question);
			// Two of them, as where a proxy adds its own, come as one with a comma, which browsers refuse.
			return !answer.ok || !["*", app].includes(answer.headers["access-control-allow-origin"] ?? "");
		});
		const [first] = wrong;
		if (first === undefined) return [];
		const shown = wrong.map((question) => {
			const answer = reply(question);
			const header = answer.ok ? answer.headers["access-control-allow-origin"] : undefined;
			return `${exchange(question, answer)}, Access-Control-Allow-Origin: ${header ?? "missing"}`;
		});
		return [
			{
				verdict: "problem",
				what: proxyOf(`${new URL(first.url).origin}/`),
				found: few(shown),
				fix: "let the proxy pass OPTIONS on and neither remove nor add Access-Control headers (proxy_hide_header, add_header): Countersign and Synapse send them",
			},
		];
	},
});
