import { besideSynapse, type Check, type Finding } from "../finding.ts";
import { exchange, get, post, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { allDoors } from "./questions.ts";
import { proxyOf } from "./words.ts";

const mas = (door: string) => get(door, "_synapse/mas/query_user?localpart=_countersign.doctor");

export const synapsePrivate: Check = besideSynapse({
	id: "synapse-private",
	promise: "what Synapse does for Countersign, nobody else can ask of it",
	after: ["homeserver-public-base"],
	asks: (setup) => allDoors(setup).map(mas),
	judge: ({ setup, reply }) =>
		allDoors(setup).flatMap((door): readonly Finding[] => {
			const answer = reply(mas(door));
			if (textOf(answer, "errcode") !== "M_MISSING_TOKEN") return [];
			const fix = "location /_synapse/mas { return 404; }";
			return [{ verdict: "problem", what: proxyOf(door), found: exchange(mas(door), answer), fix }];
		}),
});

const admin = (door: string) => get(door, "_synapse/admin/v1/server_version");

export const synapseAdminPrivate: Check = besideSynapse({
	id: "synapse-admin-private",
	promise: "Synapse's admin API is not public",
	after: ["homeserver-public-base"],
	asks: (setup) => allDoors(setup).map(admin),
	judge: ({ setup, reply }) =>
		allDoors(setup).flatMap((door): readonly Finding[] => {
			const answer = reply(admin(door));
			if (textOf(answer, "server_version") === undefined) return [];
			const fix = "location /_synapse/admin { return 404; }, or allow your own network there and deny all";
			return [{ verdict: "warning", what: proxyOf(door), found: exchange(admin(door), answer), fix }];
		}),
});

const introspect = ({ publicBase }: SynapseSetup) => post(publicBase, "oauth2/introspect");

export const introspectionPrivate: Check = besideSynapse({
	id: "introspection-private",
	promise: "only Synapse can ask what a token is worth",
	after: ["public-base"],
	asks: (setup) => [introspect(setup)],
	judge({ setup, reply }) {
		// Without a proxy in front there is only one address.
		if (!setup.hasPublicBase || setup.publicBase === setup.own) return undefined;
		const answer = reply(introspect(setup));
		if (textOf(answer, "error") !== "access_denied") return [];
		return [
			{
				verdict: "warning",
				what: proxyOf(setup.publicBase),
				found: `${exchange(introspect(setup), answer)}: everybody may try secrets there`,
				fix: "location = /oauth2/introspect { return 404; }",
			},
		];
	},
});
