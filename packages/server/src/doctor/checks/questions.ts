import { bearer, get, type Question } from "../question.ts";
import { isLoopback, type Setup, type SynapseSetup } from "../setup.ts";

/** Questions that several checks share. */

const document = ".well-known/openid-configuration";
export const ownMetadata = ({ own }: Setup): Question => get(own, document);

const keys = "oauth2/keys.json";
export const ownKeys = ({ own }: Setup): Question => get(own, keys);
export const publicKeys = ({ publicBase }: Setup): Question => get(publicBase, keys);

const versions = "_matrix/client/versions";
export const synapseVersions = ({ homeserver }: SynapseSetup): Question => get(homeserver.synapse, versions);
export const publicVersions = ({ homeserver }: SynapseSetup): Question =>
	get(homeserver.publicBase, versions);

const authMetadata = "_matrix/client/v1/auth_metadata";
export const synapseMetadata = ({ homeserver }: SynapseSetup): Question =>
	get(homeserver.synapse, authMetadata);
export const publicSynapseMetadata = ({ homeserver }: SynapseSetup): Question =>
	get(homeserver.publicBase, authMetadata);

/** Asks about a person whom nobody can have registered: only who is asking and where matters. */
export const queryUser = ({ homeserver }: SynapseSetup): Question =>
	get(homeserver.synapse, "_synapse/mas/query_user?localpart=_countersign.doctor", bearer(homeserver.secret));

const whoami = "_matrix/client/v3/account/whoami";
export const whoamiOfStranger = ({ homeserver, unknownToken }: SynapseSetup): Question =>
	get(homeserver.synapse, whoami, bearer(unknownToken));
export const whoamiOfService = ({ homeserver }: SynapseSetup): Question =>
	get(homeserver.synapse, whoami, bearer(homeserver.asToken));
export const whoamiAsPerson = ({ homeserver, serverName }: SynapseSetup): Question => {
	const person = encodeURIComponent(`@countersign.doctor:${serverName}`);
	return get(homeserver.synapse, `${whoami}?user_id=${person}`, bearer(homeserver.asToken));
};

/** Every way that was named by which apps reach Synapse. */
export const namedDoors = ({ homeserver, also }: SynapseSetup): readonly string[] => [
	...new Set([homeserver.publicBase, ...also]),
];

/** Ways that are often forgotten: where other homeservers call, where browsers begin, and the server's own name. */
function likelyDoors(setup: SynapseSetup): readonly string[] {
	const { hostname } = new URL(setup.homeserver.publicBase);
	if (isLoopback(hostname)) return [];
	const named = new URL(`https://${setup.serverName}/`).hostname;
	const likely = [
		`https://${hostname}:8448/`,
		`http://${hostname}/`,
		`https://${named}/`,
		`https://${named}:8448/`,
	];
	return [...new Set(likely)].filter((door) => !namedDoors(setup).includes(door));
}

export const allDoors = (setup: SynapseSetup): readonly string[] => [
	...namedDoors(setup),
	...likelyDoors(setup),
];
