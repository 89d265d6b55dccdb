import type { Adapter, AdapterPayload, AsymmetricSigningAlgorithm as SigningAlgorithm } from "oidc-provider";
import type { Clock } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";
import type { MayBegin } from "./allowed-clients.ts";
import { clientCredentials, deviceGrantType } from "./client-metadata.ts";
import type { AuthorizationStorage, BegunRequests, ClientRecord } from "./ports.ts";

/** Under which a secret is stored. It has more entropy than anybody can search, so a plain hash is enough. */
export function recordHash(id: string): string {
	return secretHash(id);
}

/** What the engine calls a request that waits for a person's answer. */
export const interactionKind = "Interaction";

export interface AdapterDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	/** Default: every app may. */
	readonly mayBegin?: MayBegin;
	/** Default: a request is a unit of work. */
	readonly begunRequests?: BegunRequests | undefined;
}

/**
 * The engine's view of storage: registered clients, and interactions as it begins them. It has no sessions here, so
 * that every authorization begins without a person and asks one; and neither codes nor tokens, which never pass
 * through it.
 */
export function createAdapters({
	storage,
	clock,
	mayBegin = () => true,
	begunRequests,
}: AdapterDeps): (kind: string) => Adapter {
	const put: BegunRequests["add"] = (record) => storage.write((unit) => unit.engineRecords.put(record));
	return (kind) => {
		if (kind === "Client") return clients(storage, mayBegin);
		return kind === interactionKind
			? interactions({ storage, clock, add: begunRequests?.add ?? put })
			: nothing;
	};
}

/** Keeps nothing and finds nothing. */
const nothing: Adapter = {
	upsert: async () => {},
	find: async () => undefined,
	findByUid: async () => undefined,
	findByUserCode: async () => undefined,
	consume: async () => {},
	destroy: async () => {},
	revokeByGrantId: async () => {},
};

function clients(storage: AuthorizationStorage, mayBegin: MayBegin): Adapter {
	return {
		...nothing,
		async find(id) {
			const client = await storage.read.clients.find(id);
			return client === undefined ? undefined : engineClient(client, mayBegin(client));
		},
	};
}

function interactions({
	storage,
	clock,
	add,
}: Pick<AdapterDeps, "storage" | "clock"> & BegunRequests): Adapter {
	return {
		...nothing,
		async upsert(id, payload, expiresIn = 0) {
			const expiresAt = clock() + expiresIn * 1000;
			const record = {
				kind: interactionKind,
				idHash: recordHash(id),
				payload: withoutId(payload),
				expiresAt,
			};
			// The engine draws an id for each, and writes none twice.
			await add(record);
		},
		async find(id) {
			const record = await storage.read.engineRecords.find(interactionKind, recordHash(id));
			if (record === undefined || record.expiresAt <= clock()) return undefined;
			return withId(id, record.payload);
		},
	};
}

/** The id is what its holder presents: it is put back on reading, from what was presented. */
function withoutId({ jti: _, returnTo, ...payload }: AdapterPayload): string {
	const way = returnTo?.slice(0, returnTo.lastIndexOf("/") + 1);
	return JSON.stringify({ ...payload, ...(way === undefined ? {} : { returnTo: way }) });
}

function withId(id: string, text: string): AdapterPayload {
	const payload = JSON.parse(text) as AdapterPayload;
	const way = payload.returnTo === undefined ? {} : { returnTo: payload.returnTo + id };
	return { ...payload, ...way, jti: id };
}

/**
 * The client as the engine has to see it. Refresh tokens always: every app that may sign in is promised them. The
 * device grant too, because the engine has another error for a client without it than RFC 6749 section 5.2; that
 * grant refuses such clients itself. One that may not begin still renews what it has. Names and addresses stay out, the
 * engine has no use for them.
 */
function engineClient({ id, metadata }: ClientRecord, mayBegin: boolean): AdapterPayload {
	const usesCodes = mayBegin && metadata.response_types.includes("code");
	const isProgram = metadata.grant_types.includes(clientCredentials);
	const always = ["refresh_token", deviceGrantType, ...(isProgram ? [clientCredentials] : [])];
	return {
		client_id: id,
		application_type: metadata.application_type,
		redirect_uris: metadata.redirect_uris,
		response_types: usesCodes ? ["code"] : [],
		grant_types: usesCodes ? ["authorization_code", ...always] : always,
		token_endpoint_auth_method: metadata.token_endpoint_auth_method,
		// The engine compares this with the hash of what is presented: see client-secrets.ts.
		...(metadata.client_secret_hash !== undefined && { client_secret: metadata.client_secret_hash }),
		...(metadata.id_token_signed_response_alg !== undefined && {
			id_token_signed_response_alg: metadata.id_token_signed_response_alg as SigningAlgorithm,
		}),
	};
}
