import type { SynapseAccess, SynapsePerson, SynapseRefresh } from "../../src/moving/ports.ts";

/** Tokens made with Python's zlib by Synapse's own description, not by this server. */
export const synapseTokens = {
	access: ["syt_YWxpY2U_wXeNsFGCmmmjOepmgIHC_2ix8HU", "syt_w5Yvfj8+_aORrhjKaruGSDyceQwXn_1YJ3fQ"],
	refresh: ["syr_YWxpY2U_UEcJXvuSDRwWbCZksBIS_0BhpuW", "syr_Qm9i_SlMRQEAFEwwzkTuBAmqT_4UvO0w"],
} as const;

/** When the rows below were made, in epoch milliseconds. */
export const madeAt = 1_700_000_000_000;
/** A bcrypt hash of nobody's password, of cost 12. */
export const anyBcrypt = `$2b$12$${"a".repeat(53)}`;

/** A person of Synapse's with one device and nothing special, and these changes. */
export function synapsePerson(changes: Partial<SynapsePerson> = {}): SynapsePerson {
	return {
		userId: "@alice:example.org",
		passwordHash: anyBcrypt,
		createdAtSeconds: madeAt / 1_000,
		admin: false,
		isGuest: false,
		appServiceId: null,
		deactivated: false,
		shadowBanned: false,
		locked: false,
		approved: null,
		displayName: "Alice",
		devices: [
			{ deviceId: "PHONE", displayName: "Phone", lastSeen: madeAt + 9, ip: "192.0.2.1", userAgent: "App/1" },
		],
		accessTokens: [accessRow()],
		refreshTokens: [],
		threepids: [],
		externalIds: [],
		...changes,
	};
}

export function accessRow(changes: Partial<SynapseAccess> = {}): SynapseAccess {
	return {
		token: synapseTokens.access[0],
		deviceId: "PHONE",
		validUntil: null,
		puppets: null,
		lastValidated: madeAt + 5,
		refreshTokenId: null,
		used: true,
		...changes,
	};
}

export function refreshRow(changes: Partial<SynapseRefresh> = {}): SynapseRefresh {
	return {
		id: 1,
		token: synapseTokens.refresh[0],
		deviceId: "PHONE",
		nextId: null,
		expiresAt: null,
		sessionEndsAt: null,
		...changes,
	};
}

/** Two refresh tokens of which the second followed the first. */
export function refreshPair(): readonly [SynapseRefresh, SynapseRefresh] {
	const [first, second] = synapseTokens.refresh;
	return [refreshRow({ id: 1, token: first, nextId: 2 }), refreshRow({ id: 2, token: second })];
}
