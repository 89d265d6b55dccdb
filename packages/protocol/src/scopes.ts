import type { DeviceId } from "./identifiers.ts";

/** A login's scope, understood. */
export interface MatrixScope {
	/** As asked, in order, without repetitions: what a token response echoes. */
	readonly tokens: readonly string[];
	/** Which names the client used for the api and the device token; both always come from the same set. */
	readonly naming: "stable" | "unstable";
	readonly deviceId: DeviceId;
	readonly openid: boolean;
	/** `urn:synapse:admin:*` was asked for. Whether this person may have it is the caller's decision. */
	readonly admin: boolean;
}

/** RFC 6749 section 4.1.2.1: scopes are refused with an OAuth error, never a Matrix one. */
export type ParsedScope =
	| { readonly ok: true; readonly value: MatrixScope }
	| { readonly ok: false; readonly error: "invalid_scope"; readonly description: string };

type Naming = MatrixScope["naming"];

const prefixes: Readonly<Record<Naming, string>> = {
	stable: "urn:matrix:client:",
	unstable: "urn:matrix:org.matrix.msc2967.client:",
};
const openidToken = "openid";
const adminToken = "urn:synapse:admin:*";
const deviceIdInScope = /^[A-Za-z0-9._~!$&'()*+,;=:@/-]{10,255}$/;

const apiToken = (naming: Naming) => `${prefixes[naming]}api:*`;
const deviceToken = (naming: Naming, deviceId: string) => `${prefixes[naming]}device:${deviceId}`;

/**
 * Guarantees exactly one api token and exactly one device, both in stable or both in unstable names, and nothing
 * unknown: a scope that is silently dropped leaves a client believing it holds what it does not.
 * Device ids are 10 to 255 characters, so that they cannot be guessed and collide by accident.
 * @see https://spec.matrix.org/v1.17/client-server-api/#scope
 */
export function parseMatrixScope(scope: string): ParsedScope {
	const tokens = [...new Set(scope.split(" ").filter((token) => token !== ""))];
	const devices = tokens.flatMap(parseDeviceToken);
	const apis = namings.filter((naming) => tokens.includes(apiToken(naming)));
	const [api, device] = [apis[0], devices[0]];
	if (tokens.some((token) => !isKnown(token)))
		return invalid("The scope contains a token that is not supported");
	if (api === undefined) return invalid("The scope for the client-server API is missing");
	if (device === undefined) return invalid("The scope must name a device");
	if (apis.length > 1 || devices.some(({ naming }) => naming !== api))
		return invalid("Stable and unstable scope names may not be mixed");
	if (devices.length > 1) return invalid("The scope must name exactly one device");
	if (!deviceIdInScope.test(device.id))
		return invalid("Device ids are 10 to 255 characters of A-Z a-z 0-9 . _ ~ ! $ & ' ( ) * + , ; = : @ / -");
	const [openid, admin] = [tokens.includes(openidToken), tokens.includes(adminToken)];
	return { ok: true, value: { tokens, naming: api, deviceId: device.id as DeviceId, openid, admin } };
}

/**
 * The scope as introspection reports it: everything granted, api and device in stable and in unstable names,
 * because a homeserver may know only one of them.
 * @param mayAdminister whether the person is an administrator now; the admin scope is left out otherwise
 */
export function bothNames(
	scope: MatrixScope,
	{ mayAdminister }: { readonly mayAdminister: boolean },
): string {
	const named = namings.flatMap((naming) => [apiToken(naming), deviceToken(naming, scope.deviceId)]);
	const others = scope.tokens.filter(
		(token) => token === openidToken || (token === adminToken && mayAdminister),
	);
	return [...named, ...others].join(" ");
}

const namings: readonly Naming[] = ["stable", "unstable"];

function parseDeviceToken(token: string): { readonly naming: Naming; readonly id: string }[] {
	return namings.flatMap((naming) => {
		const prefix = deviceToken(naming, "");
		return token.startsWith(prefix) ? [{ naming, id: token.slice(prefix.length) }] : [];
	});
}

function isKnown(token: string): boolean {
	if (token === openidToken || token === adminToken) return true;
	return namings.some((naming) => token === apiToken(naming)) || parseDeviceToken(token).length > 0;
}

function invalid(description: string): ParsedScope {
	return { ok: false, error: "invalid_scope", description };
}
