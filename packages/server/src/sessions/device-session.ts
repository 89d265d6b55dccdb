import { isRecord, parseJson } from "@countersign/protocol";
import type { StoredDeviceSession } from "./ports.ts";
import type { DeviceSession, SessionOnDevice } from "./session.ts";

const longestName = 100;
/** Control and format characters, which can hide or reorder what surrounds a name, and halves of characters. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** What a client says of itself, from its registered metadata. */
export function claims(metadata: string): { readonly name?: string; readonly uri?: string } {
	const parsed = parseJson(metadata);
	if (!parsed.ok || !isRecord(parsed.value)) return {};
	const { client_name: name, client_uri: uri } = parsed.value;
	const shown = typeof name === "string" ? [...name.replace(invisible, "").trim()].slice(0, longestName) : [];
	return {
		...(shown.length > 0 ? { name: shown.join("") } : {}),
		...(typeof uri === "string" ? { uri } : {}),
	};
}

/**
 * How the clients of lasting tokens are called. Registered clients are called by the digest of their metadata, so
 * that no app can pass itself off as issued by the operator.
 */
export const lastingClient = "lasting-token-";

/** Those of tokens that people made themselves. No id of a client elsewhere, and none drawn here, has a dot. */
export const ownTokenClient = `${lastingClient}own.`;

/**
 * The client that stands for every app of the older login API, and what homeservers are told in place of a client id.
 * In storage from the beginning, and of use to no OAuth request.
 */
export const compatClient = "legacy";

/** Whether apps of this client signed in by OAuth, and so can send the person to the authorization endpoint. */
export function canStepUp(clientId: string): boolean {
	return clientId !== compatClient && !clientId.startsWith(lastingClient);
}

/** Those of them that are on a device. */
export function onDevices(sessions: readonly DeviceSession[]): readonly SessionOnDevice[] {
	return sessions.flatMap(({ deviceId, ...session }) => (deviceId === null ? [] : { ...session, deviceId }));
}

function toldOf({
	tokenEndTold: token,
	idleEndTold: idle,
	ageEndTold: age,
}: StoredDeviceSession): DeviceSession["endTold"] {
	if (token === null && idle === null && age === null) return undefined;
	return { ...(token !== null && { token }), ...(idle !== null && { idle }), ...(age !== null && { age }) };
}

export function deviceSession(stored: StoredDeviceSession & { readonly keptUntil?: number }): DeviceSession {
	const { name, uri } = claims(stored.clientMetadata);
	const { id, accountId, clientId, deviceId, scope, createdAt, lastUsedAt } = stored;
	const endTold = toldOf(stored);
	return {
		...{ id, accountId, clientId, deviceId, scope, createdAt, lastUsedAt },
		lasting: clientId.startsWith(lastingClient),
		compat: clientId === compatClient,
		...(clientId.startsWith(ownTokenClient) ? { byPerson: true as const } : {}),
		...(stored.endsAt === null ? {} : { endsAt: stored.endsAt }),
		...(stored.tokenMadeAt === null ? {} : { tokenMadeAt: stored.tokenMadeAt }),
		...(endTold === undefined ? {} : { endTold }),
		...(stored.keptUntil === undefined ? {} : { keptUntil: stored.keptUntil }),
		...(name === undefined ? {} : { clientName: name }),
		...(uri === undefined ? {} : { clientUri: uri }),
		...(stored.signedInAddress === null ? {} : { signedInAddress: stored.signedInAddress }),
		...(stored.lastAddress === null ? {} : { lastAddress: stored.lastAddress }),
		...(stored.userAgent === null ? {} : { userAgent: stored.userAgent }),
	};
}
