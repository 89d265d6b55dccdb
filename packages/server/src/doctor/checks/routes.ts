import { besideSynapse, type Check } from "../finding.ts";
import { alike, exchange, get, post, type Question, type Reply } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { addRule, few, proxyOf } from "./words.ts";

type Route = (base: string) => Question;

const compat: readonly Route[] = ["api/v1", "r0", "v3", "unstable"].flatMap((version) => {
	const client = `_matrix/client/${version}`;
	return [
		(base: string) => get(base, `${client}/login`),
		(base: string) => get(base, `${client}/login/sso/redirect`),
		(base: string) => post(base, `${client}/logout`),
		(base: string) => post(base, `${client}/logout/all`),
		(base: string) => post(base, `${client}/refresh`),
	];
});

export const compatRoutes: Check = besideSynapse({
	id: "compat-routes",
	promise: "apps that sign in with a password reach Countersign",
	after: ["server", "homeserver-public-base"],
	asks: (setup) => atBoth(setup, compat),
	judge: ({ setup, reply }) => missing(setup, { reply, routes: compat, rule: "signing" }),
});

const fallback: readonly Route[] = ["r0", "v3", "unstable"].flatMap((version) =>
	["m.oauth", "org.matrix.cross_signing_reset"].map(
		(stage) => (base: string) => get(base, `_matrix/client/${version}/auth/${stage}/fallback/web`),
	),
);

export const fallbackPage: Check = besideSynapse({
	id: "fallback-page",
	promise: "apps that open the page of an approval by its old address reach Countersign",
	after: ["server", "homeserver-public-base"],
	asks: (setup) => atBoth(setup, fallback),
	judge: ({ setup, reply }) =>
		setup.homeserver.guard
			? missing(setup, {
					reply,
					routes: fallback,
					rule: "fallback",
				})
			: undefined,
});

function atBoth({ own, homeserver }: SynapseSetup, routes: readonly Route[]): readonly Question[] {
	return routes.flatMap((route) => [route(own), route(homeserver.publicBase)]);
}

interface Sought {
	readonly reply: (question: Question) => Reply;
	readonly routes: readonly Route[];
	readonly rule: string;
}

/** Whoever answers as Countersign does is Countersign: Synapse answers all of these in another way. */
function missing(setup: SynapseSetup, { reply, routes, rule }: Sought) {
	const { own, homeserver } = setup;
	const { publicBase } = homeserver;
	const wrong = routes
		.map((route) => ({ route, answer: reply(route(publicBase)) }))
		.filter(({ route, answer }) => !alike(reply(route(own)), answer));
	if (wrong.length === 0) return [];
	const found = few(wrong.map(({ route, answer }) => exchange(route(publicBase), answer)));
	return [
		{
			verdict: "problem" as const,
			what: proxyOf(publicBase),
			found: `not answered by Countersign:\n${found}`,
			fix: addRule(setup, { url: publicBase, rule }),
		},
	];
}
