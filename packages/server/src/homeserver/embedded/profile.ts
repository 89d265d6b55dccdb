import {
	errcodes,
	localpartOf,
	member,
	type Parsed,
	parseUserId,
	refuse,
	serverNameOf,
} from "@countersign/protocol";
import { json, matrixError } from "../../http/index.ts";
import { type ClientDataDeps, type ClientDataStorage, own, refused } from "./client-data.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import type { JsonObject, Profile } from "./ports.ts";

const longestDisplayName = 256;

/**
 * Display names. They are shown only to people who are signed in: open to everybody, this would tell who has an
 * account.
 * @see https://spec.matrix.org/v1.17/client-server-api/#profiles
 */
export function profileEndpoints({ storage, serverName }: Omit<ClientDataDeps, "clock">): Endpoint[] {
	const displayName = v3("profile/:userId/displayname");
	return [
		{
			method: "GET",
			paths: [v3("profile/:userId")],
			takes: "nothing",
			answer: async ({ param }) => show(await findProfile(storage, serverName, param("userId"))),
		},
		{
			method: "GET",
			paths: [displayName],
			takes: "nothing",
			answer: async ({ param }) => {
				const profile = await findProfile(storage, serverName, param("userId"));
				return show(profile?.displayName === undefined ? undefined : profile);
			},
		},
		{
			method: "PUT",
			paths: [displayName],
			takes: "json",
			answer: own(async ({ caller, body }) => {
				const name = parseDisplayName(body);
				if (!name.ok) return refused(name.refusal);
				await storage.write((unit) => unit.profiles.setDisplayName(caller.accountId, name.value));
				return json(200, {});
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

function show(profile: Profile | undefined): Response {
	if (profile === undefined) return matrixError(404, errcodes.notFound, "No profile was found");
	return json(200, profile.displayName === undefined ? {} : { displayname: profile.displayName });
}

/** Null and the empty text take the name away. */
function parseDisplayName(body: JsonObject): Parsed<string | undefined> {
	const name = member(body, "displayname");
	if (name === undefined) return refuse(errcodes.missingParam, "displayname is missing");
	if (name === null || name === "") return { ok: true, value: undefined };
	if (typeof name !== "string") return refuse(errcodes.badJson, "displayname must be a string");
	if (name.length > longestDisplayName)
		return refuse(errcodes.tooLarge, `displayname may have at most ${longestDisplayName} characters`);
	return { ok: true, value: name };
}
