import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "./config/index.ts";
import { random } from "./installation.ts";
import { introspectionAnswer } from "./introspection/index.ts";
import { openBeside, withOrigin } from "./move.ts";
import type { Origin } from "./move-origin.ts";
import { type AskHere, type Comparison, compareTokens, pass, readMove } from "./moving/index.ts";
import { authenticateHash, isAccessToken, isRefresh, tokenKind } from "./sessions/index.ts";
import { openSqlite, type Storage } from "./storage/index.ts";

/**
 * The whole move into a folder that is thrown away, and then every live token of the source asked of it. One snapshot of
 * the source serves both, so that whatever differs differs because of the move.
 */
export async function shadowMove(origin: Origin, onProgress: (people: number) => void): Promise<Comparison> {
	const folder = mkdtempSync(join(tmpdir(), "countersign-shadow-"));
	const storage = await openSqlite(folder, { homeserver: "synapse" });
	try {
		return await withOrigin(origin, async ({ source, now }) => {
			await pass({ source, storage, random, onProgress });
			return compareTokens(source, askIn(storage, { serverName: origin.serverName, now }));
		});
	} finally {
		await storage.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * Every live token of the source, which is stopped, asked of the data to which its people were switched. Nothing is
 * noted as used. Undefined where nobody was switched.
 */
export async function compareMove(config: Config, origin: Origin): Promise<Comparison | undefined> {
	const storage = await openBeside(config);
	try {
		const move = await readMove(storage.read);
		if (move?.source !== origin.name || move.switchedAt === null) return undefined;
		return await withOrigin(origin, ({ source, now }) =>
			compareTokens(source, askIn(storage, { serverName: origin.serverName, now })),
		);
	} finally {
		await storage.close();
	}
}

/** As a homeserver is answered, and as an app is that refreshes, all at one moment and without a trace. */
function askIn(
	storage: Storage,
	{ serverName, now }: { readonly serverName: string; readonly now: number },
): AskHere {
	const reading = { storage, serverName, clock: () => now, activity: { note() {} } };
	const unknown = { ok: false, reason: "unknown" } as const;
	const locked = { ok: false, reason: "locked" } as const;
	return async ({ role, hash, text, clientId }) => {
		if (role === "refresh") {
			const kind = text === undefined ? undefined : tokenKind(text);
			if (kind === undefined || !isRefresh(kind) || (kind === "refresh") !== (clientId !== undefined))
				return unknown;
			const found = await storage.read.tokens.findRefresh(hash);
			if (found === undefined || found.ended || found.consumedAt !== null) return unknown;
			if (found.locked) return locked;
			const { localpart, accountId: sub, deviceId, clientId: app, admin } = found;
			return { ok: true, localpart, sub, deviceId, clientId: app, admin, expiresAtSeconds: null };
		}
		if (text !== undefined && !isAccessToken(text)) return unknown;
		const found = await authenticateHash(reading, hash, {});
		if (!found.ok) return found.reason === "locked" ? locked : unknown;
		const answer = introspectionAnswer(found, now);
		if (!answer.active) return unknown;
		return {
			ok: true,
			localpart: answer.username,
			sub: answer.sub,
			deviceId: answer.device_id ?? null,
			clientId: answer.client_id,
			admin: answer.scope.split(" ").includes("urn:synapse:admin:*"),
			expiresAtSeconds: answer.exp ?? null,
		};
	};
}
