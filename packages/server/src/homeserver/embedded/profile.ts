import type { AccountId } from "@countersign/core";
import {
	accept,
	errcodes,
	localpartOf,
	member,
	type Parsed,
	parseUserId,
	refuse,
	serverNameOf,
} from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type ClientDataDeps, type ClientDataStorage, own, refused } from "./client-data.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import type { ClientDataUnit, JsonObject, Profile } from "./ports.ts";

/** One thing that others may see of a person. */
interface Field {
	/** As on the wire. */
	readonly name: string;
	/** In UTF-16 units. */
	readonly longest: number;
	readonly isValid?: (text: string) => boolean;
	readonly read: (profile: Profile) => string | undefined;
	readonly write: (unit: ClientDataUnit, accountId: AccountId, value: string | undefined) => Promise<void>;
}

/** Of a display name, in UTF-16 units. */
export const longestDisplayName = 256;

/**
 * Content repositories only: other addresses would tell their hosts who looks at the person, and when.
 * @see https://spec.matrix.org/v1.17/client-server-api/#matrix-content-mxc-uris
 */
const contentUri = /^mxc:\/\/[A-Za-z0-9.:[\]-]{1,255}\/[A-Za-z0-9_-]+$/;

const fields: readonly Field[] = [
	{
		name: "displayname",
		longest: longestDisplayName,
		read: (profile) => profile.displayName,
		write: (unit, accountId, name) => unit.profiles.setDisplayName(accountId, name),
	},
	{
		name: "avatar_url",
		longest: 1_000,
		isValid: (text) => contentUri.test(text),
		read: (profile) => profile.avatarUrl,
		write: (unit, accountId, url) => unit.profiles.setAvatar(accountId, url),
	},
];

/**
 * Display names and avatars. They are shown only to people who are signed in: open to everybody, this would tell who
 * has an account.
 * @see https://spec.matrix.org/v1.17/client-server-api/#profiles
 */
export function profileEndpoints({ storage, serverName }: Omit<ClientDataDeps, "clock">): Endpoint[] {
	return [
		{
			method: "GET",
			paths: [v3("profile/:userId")],
			takes: "nothing",
			answer: async ({ param }) => {
				const profile = await findProfile(storage, serverName, param("userId"));
				return profile === undefined ? notFound() : json(200, shown(profile, fields));
			},
		},
		...fields.flatMap((field) => fieldEndpoints(field, { storage, serverName })),
	];
}

function fieldEndpoints(
	field: Field,
	{ storage, serverName }: Pick<ClientDataDeps, "storage" | "serverName">,
): Endpoint[] {
	const paths = [v3(`profile/:userId/${field.name}`)];
	return [
		{
			method: "GET",
			paths,
			takes: "nothing",
			answer: async ({ param }) => {
				const profile = await findProfile(storage, serverName, param("userId"));
				if (profile === undefined || field.read(profile) === undefined) return notFound();
				return json(200, shown(profile, [field]));
			},
		},
		{
			method: "PUT",
			paths,
			takes: "json",
			answer: own(async ({ caller, body, write }) => {
				const value = parseField(field, body);
				if (!value.ok) return refused(value.refusal);
				return write(async (unit) => {
					await field.write(unit, caller.accountId, value.value);
					return json(200, {});
				});
			}),
		},
	];
}

/** Of a person of this server. Whoever is not one has no profile. */
export async function findProfile(
	storage: ClientDataStorage,
	serverName: string,
	userId: string,
): Promise<Profile | undefined> {
	const parsed = parseUserId(userId);
	if (!parsed.ok || serverNameOf(parsed.value) !== serverName) return undefined;
	return storage.read.profiles.ofLocalpart(localpartOf(parsed.value));
}

function shown(profile: Profile, wanted: readonly Field[]): JsonObject {
	return Object.fromEntries(
		wanted.flatMap((field) => {
			const value = field.read(profile);
			return value === undefined ? [] : [[field.name, value]];
		}),
	);
}

function notFound(): Response {
	return matrixError(404, errcodes.notFound, "No profile was found");
}

/** Null and the empty text take the field away. */
function parseField({ name, longest, isValid }: Field, body: JsonObject): Parsed<string | undefined> {
	const value = member(body, name);
	if (value === undefined) return refuse(errcodes.missingParam, `${name} is missing`);
	if (value === null || value === "") return accept(undefined);
	if (typeof value !== "string") return refuse(errcodes.badJson, `${name} must be a string`);
	if (value.length > longest)
		return refuse(errcodes.tooLarge, `${name} may have at most ${longest} characters`);
	if (isValid !== undefined && !isValid(value))
		return refuse(errcodes.invalidParam, `${name} must be an mxc: address`);
	return accept(value);
}
