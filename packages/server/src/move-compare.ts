import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "./config/index.ts";
import { createAsk, createAskToken } from "./doctor/index.ts";
import { random } from "./installation.ts";
import { introspectionAnswer } from "./introspection/index.ts";
import { openBeside, withOrigin } from "./move.ts";
import type { Origin } from "./move-origin.ts";
import {
	type AskHere,
	type Comparison,
	compareTokens,
	type PlannedSource,
	pass,
	readMove,
	sampleOf,
} from "./moving/index.ts";
import { createOutbound } from "./outbound/index.ts";
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

export interface MoveComparison {
	/** Of the data. */
	readonly all: Comparison;
	/** Of the server that runs on them, or why it does not answer. */
	readonly running: Comparison | { readonly silent: string };
}

/** More would keep the operator waiting, and each is noted as used. */
const askedAtMost = 100;

/**
 * Every live token of the source, which is stopped, asked of the data to which its people were switched, without a trace,
 * and some of them of the server that runs on the data, as the homeserver asks. Undefined where nobody was switched.
 */
export async function compareMove(config: Config, origin: Origin): Promise<MoveComparison | undefined> {
	const storage = await openBeside(config);
	try {
		const move = await readMove(storage.read);
		if (move?.source !== origin.name || move.switchedAt === null) return undefined;
		return await withOrigin(origin, async ({ source, now }) => {
			const all = await compareTokens(source, askIn(storage, { serverName: origin.serverName, now }));
			const sample = sampleOf(source, { of: all.access, atMost: askedAtMost });
			return { all, running: await compareRunning(config, sample) };
		});
	} finally {
		await storage.close();
	}
}

async function compareRunning(config: Config, sample: PlannedSource): Promise<MoveComparison["running"]> {
	const outbound = createOutbound();
	try {
		const askToken = createAskToken(config, createAsk(outbound, Date.now));
		if (askToken === undefined) return { silent: "the settings name no Synapse" };
		return await compareTokens(sample, askRunning(askToken));
	} catch (error) {
		if (error instanceof Silent) return { silent: error.message };
		throw error;
	} finally {
		outbound.close();
	}
}

class Silent extends Error {
	override readonly name = "Silent";
}

function askRunning(askToken: NonNullable<ReturnType<typeof createAskToken>>): AskHere {
	return async ({ text = "" }) => {
		const reply = await askToken(text);
		if (!reply.ok) throw new Silent(reply.why);
		const { status, json = {} } = reply;
		if (status === 503 && json.error === "temporarily_unavailable") return { ok: false, reason: "locked" };
		if (status !== 200) throw new Silent(`it says ${status}`);
		if (json.active !== true) return { ok: false, reason: "unknown" };
		return {
			ok: true,
			localpart: String(json.username),
			sub: String(json.sub),
			deviceId: typeof json.device_id === "string" ? json.device_id : null,
			clientId: String(json.client_id),
			admin: String(json.scope).split(" ").includes(adminScope),
			expiresAtSeconds: typeof json.exp === "number" ? json.exp : null,
		};
	};
}

const adminScope = "urn:synapse:admin:*";

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
			admin: answer.scope.split(" ").includes(adminScope),
			expiresAtSeconds: answer.exp ?? null,
		};
	};
}
