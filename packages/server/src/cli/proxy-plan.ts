import type { Config, SynapseConfig } from "../config/index.ts";

/** What a proxy in front has to do, the same for every kind of proxy. */
export interface ProxyPlan {
	/** For the operator, about all of it. */
	readonly notes: readonly string[];
	readonly sites: readonly ProxySite[];
}

/** What happens at one address that people and apps use. */
export interface ProxySite {
	readonly base: URL;
	readonly about: string;
	/** The first that matches counts. */
	readonly routes: readonly ProxyRoute[];
	/** For every other path. */
	readonly rest: ProxyTarget;
	/** Whether other homeservers call here too. */
	readonly isHomeserver: boolean;
}

export interface ProxyRoute {
	readonly name:
		| "signing"
		| "guard"
		| "undo"
		| "undo-keys"
		| "fallback"
		| "internal"
		| "introspection"
		| "metrics"
		| "synapse";
	readonly about: readonly string[];
	/** A regular expression for the path in its plain form: decoded, without `//` and `..`. */
	readonly pattern: string;
	readonly to: ProxyTarget;
	/** Only requests of this method; where every other goes that has such a path. */
	readonly only?: { readonly method: "DELETE"; readonly others: ProxyTarget };
	/** What an operator may let in before it, for some. */
	readonly exception?: { readonly about: string; readonly pattern: string; readonly origin: string };
}

export type ProxyTarget =
	| { readonly kind: "nowhere" }
	| { readonly kind: "server"; readonly origin: string; readonly largestBody: BodySize };

type BodySize = `${number}${"k" | "m"}`;

export type PlanOutcome =
	| { readonly ok: true; readonly plan: ProxyPlan }
	| { readonly ok: false; readonly problem: string };

/** Refuses settings that leave open where people come to, or where Countersign listens. */
export function planProxy(config: Config): PlanOutcome {
	if (config.publicBase === undefined)
		return { ok: false, problem: "public_base is not set; expected the address that the proxy will have" };
	if (config.port === 0)
		return { ok: false, problem: "port is 0, any free one; expected the same one always" };
	const own = new URL(config.publicBase);
	const { homeserver } = config;
	return {
		ok: true,
		plan: {
			notes: notesOf(config),
			sites: homeserver === undefined ? [alone(own, config)] : sitesBeside(own, config, homeserver),
		},
	};
}

function notesOf({ trustedProxies, serverName = "", homeserver }: Config): readonly string[] {
	const isUntrusted = trustedProxies.length === 0;
	const isElsewhere = homeserver !== undefined && new URL(homeserver.publicBase).host !== serverName;
	return [
		...(isUntrusted ? untrusted : []),
		...(isElsewhere
			? [`Apps begin at https://${serverName}/.well-known/matrix/client: let that path reach Synapse too.`]
			: []),
	];
}

const untrusted = [
	"Set trusted_proxies in the settings to the address this proxy calls from, like [127.0.0.1]: without it, limits and",
	"security logs take everybody for one person, the proxy.",
];

/** Everything that can be asked of Countersign there fits by far; what is longer, it refuses itself. */
const small = "128k";
const nowhere: ProxyTarget = { kind: "nowhere" };

function alone(base: URL, config: Config): ProxySite {
	const rest = countersign(config, "2m");
	const about = "People and apps.";
	return { base, about, rest, routes: [figures], isHomeserver: true };
}

function sitesBeside(own: URL, config: Config, homeserver: SynapseConfig): readonly ProxySite[] {
	const rest = countersign(config, small);
	const routes = matrixRoutes(rest, homeserver);
	const base = new URL(homeserver.publicBase);
	const closed = [figures, introspection];
	if (base.origin === own.origin) {
		const about = "People and apps, at one address for both.";
		return [{ base, about, rest, routes: [...closed, ...routes], isHomeserver: true }];
	}
	return [
		{ base, about: "The homeserver.", routes, rest: nowhere, isHomeserver: true },
		{ base: own, about: "Accounts.", routes: closed, rest, isHomeserver: false },
	];
}

function countersign({ host, port }: Config, largestBody: BodySize): ProxyTarget {
	const everywhere = { "0.0.0.0": "127.0.0.1", localhost: "127.0.0.1", "::": "::1" };
	const at = Object.entries(everywhere).find(([name]) => name === host)?.[1] ?? host;
	return { kind: "server", origin: `http://${at.includes(":") ? `[${at}]` : at}:${port}`, largestBody };
}

const figures: ProxyRoute = {
	name: "metrics",
	about: ["Figures for the operator, who reads them without passing here."],
	pattern: "^/metrics(/|$)",
	to: nowhere,
};

const introspection: ProxyRoute = {
	name: "introspection",
	about: ["What a token is worth. Synapse alone asks, and not through here."],
	pattern: "^/oauth2/introspect(/|$)",
	to: nowhere,
};

/** Every version that Synapse serves paths under. */
const client = "^/_matrix/client/(api/v1|r0|v3|unstable)";

function matrixRoutes(countersign: ProxyTarget, homeserver: SynapseConfig): readonly ProxyRoute[] {
	const origin = new URL(homeserver.synapse).origin;
	return [
		{
			name: "signing",
			about: ["Signing in and out."],
			pattern: `${client}/(login|logout|refresh)(/|$)`,
			to: countersign,
		},
		...guardRoutes(countersign, homeserver),
		{
			name: "internal",
			about: ["Not for the public: what Countersign alone calls, and Synapse's administration."],
			pattern: "^/_synapse/(mas|admin)(/|$)",
			to: nowhere,
			exception: {
				about: "To open the administration to a network of yours, put this before:",
				pattern: "^/_synapse/admin(/|$)",
				origin,
			},
		},
		{
			name: "synapse",
			about: homeserver.guard
				? ["All the rest of Matrix."]
				: [
						"All the rest of Matrix. homeserver.guard is no: uploads of cross-signing keys go here too, and during a",
						"reset Synapse takes them from any device of that person.",
					],
			pattern: String.raw`^/(_matrix|_synapse/client|\.well-known/matrix)(/|$)`,
			to: synapse(homeserver),
		},
	];
}

function synapse(homeserver: SynapseConfig): ProxyTarget {
	return { kind: "server", origin: new URL(homeserver.synapse).origin, largestBody: "50m" };
}

function guardRoutes(countersign: ProxyTarget, homeserver: SynapseConfig): readonly ProxyRoute[] {
	if (!homeserver.guard) return [];
	return [
		{
			name: "guard",
			about: [
				"The guard of cross-signing keys. Everything that could mean this path goes there, and what is not exactly this",
				"path is refused there.",
			],
			pattern: `${client}/keys/device_signing/upload(/|$)`,
			to: countersign,
		},
		{
			name: "undo",
			about: [
				"What apps take away before they ask for a reset: Countersign sets it aside, and puts it back unless the reset",
				"happens. Not the message keys themselves, and not /sync.",
			],
			pattern: `${client}/(room_keys/version(/|$)|org.matrix.msc3814.v1/dehydrated_device/?$|(org.matrix.msc3391/)?user/.+/account_data/${setAside})`,
			to: withBodies(countersign),
		},
		{
			name: "undo-keys",
			about: ["Of the message keys in a backup, only their deletion."],
			pattern: `${client}/room_keys/keys(/|$)`,
			to: countersign,
			only: { method: "DELETE", others: synapse(homeserver) },
		},
		{
			name: "fallback",
			about: ["The pages of apps that do not know the stage themselves."],
			pattern: String.raw`${client}/auth/(m\.oauth|org\.matrix\.cross_signing_reset)/fallback/web(/|$)`,
			to: countersign,
		},
	];
}

/** Types of account data: secret storage, and the secrets in it. */
const setAside = String.raw`m\.(secret_storage\.|cross_signing\.|megolm_backup\.v1(/|$))`;

/** A dehydrated device holds the private halves of some hundred keys. */
function withBodies(target: ProxyTarget): ProxyTarget {
	return target.kind === "server" ? { ...target, largestBody: "1m" } : target;
}

/** Whether this address means the machine itself to everybody: then nobody else needs to reach the proxy. */
export function isLoopbackSite({ hostname }: URL): boolean {
	return hostname === "[::1]" || /^(127\.[\d.]+|(.*\.)?localhost)$/.test(hostname);
}
