import { asDeviceId, type DeviceId } from "./identifiers.ts";

/** A login's scope, understood. */
export interface MatrixScope {
	/** Of what was asked all that is known, in order, without repetitions. */
	readonly tokens: readonly string[];
	/** What was asked besides, and is left out: a token response says what was granted. RFC 6749 section 3.3. */
	readonly leftOut: readonly string[];
	/** Which names the client used for the api and the device token; both always come from the same set. */
	readonly naming: "stable" | "unstable";
	readonly deviceId: DeviceId;
	readonly openid: boolean;
	/** `urn:synapse:admin:*` was asked for. Whether this person may have it is the caller's decision. */
	readonly admin: boolean;
	/** `urn:mas:admin` was asked for, which only administrators are given; everybody else signs in without. */
	readonly managing: boolean;
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
/** Administration of the authentication service itself; admin tools ask for it beside the other one. */
const managingToken = "urn:mas:admin";
const forAdministrators = [adminToken, managingToken];
const deviceIdInScope = /^[A-Za-z0-9._~!$&'()*+,;=:@/-]{10,255}$/;

interface Names {
	readonly naming: Naming;
	readonly api: string;
	/** Followed by the device's id. */
	readonly device: string;
}

/** Homeservers ask for both names at every request: they are put together once. */
const names: readonly Names[] = (["stable", "unstable"] as const).map((naming) => ({
	naming,
	api: `${prefixes[naming]}api:*`,
	device: `${prefixes[naming]}device:`,
}));

/**
 * Guarantees exactly one api token and exactly one device, both in stable or both in unstable names. What is not known
 * is left out and named: apps ask many servers for the same, and the token response tells them what they hold.
 * Device ids are 10 to 255 characters, so that they cannot be guessed and collide by accident.
 * @see https://spec.matrix.org/v1.17/client-server-api/#scope
 */
export function parseMatrixScope(scope: string): ParsedScope {
	const tokens = new Set(scope.split(" "));
	tokens.delete("");
	const apis: Naming[] = [];
	const devices: { readonly naming: Naming; readonly id: string }[] = [];
	const leftOut: string[] = [];
	for (const token of tokens) {
		if (token === openidToken || forAdministrators.includes(token)) continue;
		const known = names.find(({ api, device }) => token === api || token.startsWith(device));
		if (known === undefined) leftOut.push(token);
		else if (token === known.api) apis.push(known.naming);
		else devices.push({ naming: known.naming, id: token.slice(known.device.length) });
	}
	const [api, device] = [apis[0], devices[0]];
	if (api === undefined) return invalid("The scope for the client-server API is missing");
	if (device === undefined) return invalid("The scope must name a device");
	if (apis.length > 1 || devices.some(({ naming }) => naming !== api))
		return invalid("Stable and unstable scope names may not be mixed");
	if (devices.length > 1) return invalid("The scope must name exactly one device");
	if (!deviceIdInScope.test(device.id))
		return invalid("Device ids are 10 to 255 characters of A-Z a-z 0-9 . _ ~ ! $ & ' ( ) * + , ; = : @ / -");
	return {
		ok: true,
		value: {
			tokens: [...tokens].filter((token) => !leftOut.includes(token)),
			leftOut,
			naming: api,
			deviceId: asDeviceId(device.id),
			openid: tokens.has(openidToken),
			admin: tokens.has(adminToken),
			managing: tokens.has(managingToken),
		},
	};
}

/** Whether a scope holds what administers the server, for as long as its person is an administrator. */
export function administers(scope: string): boolean {
	return scope.split(" ").some((token) => forAdministrators.includes(token));
}

/** Whether a scope holds what administers the authentication service itself, for as long as its person is an administrator. */
export function manages(scope: string): boolean {
	return scope.split(" ").includes(managingToken);
}

/** Whether a scope holds what administers the homeserver, which may remember for a while who had it. */
export function administersHomeserver(scope: string): boolean {
	return scope.split(" ").includes(adminToken);
}

/** What of a scope this person is given: everybody but administrators without what is for them alone. */
export function grantedScope(
	{ tokens }: MatrixScope,
	{ mayAdminister }: { readonly mayAdminister: boolean },
): string {
	return tokens.filter((token) => mayAdminister || !forAdministrators.includes(token)).join(" ");
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
	let text = "";
	for (const { api, device } of names) text += `${api} ${device}${scope.deviceId} `;
	for (const token of scope.tokens) {
		if (token === openidToken || (mayAdminister && forAdministrators.includes(token))) text += `${token} `;
	}
	return text.slice(0, -1);
}

/**
 * What `bothNames` says of the scope that nearly every session has, the api and this device and nothing else, without
 * taking it apart: homeservers ask for it all the time. Undefined for every other scope.
 */
export function plainScopeInBothNames(scope: string, deviceId: string): string | undefined {
	if (deviceId.includes(" ")) return undefined;
	const isPlain = names.some(({ api, device }) => scope === `${api} ${device}${deviceId}`);
	return isPlain ? names.map(({ api, device }) => `${api} ${device}${deviceId}`).join(" ") : undefined;
}

/**
 * The scope of a session that was opened without OAuth: all of the client-server API and nothing else. It names no
 * device, because such ids may hold what a scope cannot; the device is told beside it.
 */
export const legacyScope = "urn:matrix:client:api:*";

/**
 * The same, of somebody who administered a homeserver that signed people in itself: there each session of an
 * administrator could, as long as they were one.
 */
export const administeringLegacyScope: string = `${legacyScope} ${adminToken}`;

/** Whether a token of this scope opens the client-server API. */
export function opensClientApi(scope: string): boolean {
	return scopeWithoutDevice(scope, { mayAdminister: false }) !== undefined || parseMatrixScope(scope).ok;
}

const apiInBothNames = names.map(({ api }) => api).join(" ");

/**
 * What introspection reports of a session whose scope names no device, in stable and in unstable names: one that was
 * opened without OAuth, or without a device at another server. What is not known is left out; undefined for a scope
 * that names a device, or does not open the client-server API.
 * @param mayAdminister whether the person is an administrator now; the admin scope is left out otherwise
 */
export function scopeWithoutDevice(
	scope: string,
	{ mayAdminister }: { readonly mayAdminister: boolean },
): string | undefined {
	if (scope === legacyScope) return apiInBothNames;
	const tokens = scope.split(" ");
	if (tokens.some((token) => names.some(({ device }) => token.startsWith(device)))) return undefined;
	if (!tokens.some((token) => names.some(({ api }) => token === api))) return undefined;
	const more = [openidToken, ...(mayAdminister ? forAdministrators : [])];
	return [apiInBothNames, ...more.filter((token) => tokens.includes(token))].join(" ");
}

function invalid(description: string): ParsedScope {
	return { ok: false, error: "invalid_scope", description };
}
