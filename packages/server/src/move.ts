import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "./config/index.ts";
import { derivedKey, refreshTokens } from "./domain.ts";
import { homeserverKind, random, readInstallation, storageSettings } from "./installation.ts";
import type { Misfit, OpenOrigin, Origin } from "./move-origin.ts";
import {
	changeMove,
	type MoveState,
	pass,
	type Reason,
	type Report,
	readMove,
	settle,
	stopping,
	survey,
	writeMove,
} from "./moving/index.ts";
import { drawSuccessorKey } from "./sessions/index.ts";
import {
	DataDirectoryInUse,
	openData,
	openPostgres,
	openSqlite,
	openSqliteBeside,
	type Storage,
} from "./storage/index.ts";

/** What a move is told by whoever begins it. */
export interface Moving {
	readonly origin: Origin;
	readonly accepted: readonly Reason[];
	readonly onProgress: (people: number) => void;
}

export type MoveOutcome =
	| { readonly ok: true; readonly report: Report; readonly tookMs: number }
	| {
			readonly ok: false;
			readonly reason: "not-accepted";
			readonly report: Report;
			readonly stopping: readonly Reason[];
	  }
	| {
			readonly ok: false;
			readonly reason:
				| Misfit
				/** People were switched already: a pass would bring back what was signed out since. */
				| "switched-before"
				/** Somebody has an account here already who did not come from there. */
				| "in-use"
				/** Its database is open: what is written there after the last pass would be lost. */
				| "source-runs"
				/** It has not told the homeserver yet of all that ended. */
				| "jobs-waiting"
				/** A server runs on the data directory. */
				| "server-runs"
				| "homeserver-differs";
	  };

/** What would become of everybody. Only the source's database is read. */
export async function checkMove({ origin, accepted }: Moving): Promise<MoveOutcome> {
	return withOrigin(origin, async ({ source }) => {
		const report = await survey(source);
		return judge(report, accepted) ?? { ok: true, report, tookMs: 0 };
	});
}

/** Everything, into a folder that is thrown away. */
export async function rehearseMove(moving: Moving): Promise<MoveOutcome> {
	const checked = await checkMove(moving);
	if (!checked.ok) return checked;
	const folder = mkdtempSync(join(tmpdir(), "countersign-rehearsal-"));
	const storage = await openSqlite(folder, { homeserver: "synapse" });
	try {
		return await passInto(storage, moving);
	} finally {
		await storage.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * A pass into the data. With `switchOver` it is the last one: the source has to be stopped, and people are served here
 * from then on.
 */
export async function runMove(
	config: Config,
	moving: Moving & {
		readonly switchOver: boolean;
		/** To which public key first tokens are sealed from the switch on. Default: they are not kept. */
		readonly sealTo?: string | undefined;
	},
): Promise<MoveOutcome> {
	const { origin, switchOver } = moving;
	const misfit = origin.misfit(config);
	if (misfit !== undefined) return { ok: false, reason: misfit };
	if (switchOver && (await origin.isRunning())) return { ok: false, reason: "source-runs" };
	if (switchOver && (await hasWaiting(origin))) return { ok: false, reason: "jobs-waiting" };
	const checked = await checkMove(moving);
	if (!checked.ok) return checked;
	return withOwnData(config, async (storage) => {
		const passwords = origin.passwords(checked.report.ofMost);
		const refused = await begin(storage, config, { origin, passwords });
		if (refused !== undefined) return { ok: false, reason: refused };
		await carryKeys(storage, origin);
		const passed = await passInto(storage, moving);
		if (!passed.ok) return passed;
		const now = Date.now();
		const latest = origin.passwords(passed.report.ofMost);
		await changeMove(storage, (move) => {
			if (move?.state !== "moving") return undefined;
			const last = { ...move, passwords: latest, passedAt: now };
			if (!switchOver) return last;
			return { ...last, state: "switched", switchedAt: now, sealTo: moving.sealTo ?? null };
		});
		return passed;
	});
}

function hasWaiting(origin: Origin): Promise<boolean> {
	return withOrigin(origin, async ({ waitingJobs }) => ((await waitingJobs?.()) ?? 0) > 0);
}

async function carryKeys(storage: Storage, { signingKeys }: Origin): Promise<void> {
	if (signingKeys !== undefined)
		await storage.write(({ settings }) => settings.set("carried-signing-keys", JSON.stringify(signingKeys)));
}

export interface MoveStatus {
	readonly move: MoveState | undefined;
	readonly counts: Awaited<ReturnType<Storage["read"]["moved"]["counts"]>>;
}

export async function moveStatus(config: Config): Promise<MoveStatus> {
	const storage = await openBeside(config);
	try {
		return { move: await readMove(storage.read), counts: await storage.read.moved.counts() };
	} finally {
		await storage.close();
	}
}

/** Ends the time in which people may go back. Returns where they came from; undefined where nobody was switched, or it is over already. */
export async function settleMove(config: Config): Promise<MoveState["source"] | undefined> {
	const storage = await openBeside(config);
	try {
		const { get } = storage.read.settings;
		const masterKey = new Uint8Array(Buffer.from((await get("master-key")) ?? "", "base64url"));
		const usual = derivedKey(masterKey, refreshTokens);
		const isSettled = await settle(storage, { now: Date.now(), random, usual });
		return isSettled ? (await readMove(storage.read))?.source : undefined;
	} finally {
		await storage.close();
	}
}

function judge(report: Report, accepted: readonly Reason[]): MoveOutcome | undefined {
	const found = new Set(report.entries.flatMap((entry) => entry.reasons));
	const unaccepted = stopping([...found], accepted);
	return unaccepted.length === 0
		? undefined
		: { ok: false, reason: "not-accepted", report, stopping: unaccepted };
}

async function passInto(storage: Storage, { origin, accepted, onProgress }: Moving): Promise<MoveOutcome> {
	const startedAt = performance.now();
	return withOrigin(origin, async ({ source }) => {
		const report = await pass({ source, storage, random, onProgress });
		// Somebody may have been locked since it was checked.
		return judge(report, accepted) ?? { ok: true, report, tookMs: performance.now() - startedAt };
	});
}

export async function withOrigin<T>(origin: Origin, work: (opened: OpenOrigin) => Promise<T>): Promise<T> {
	const opened = await origin.open();
	try {
		return await work(opened);
	} finally {
		await opened.close();
	}
}

/** Undefined where the data take people who move in. */
async function begin(
	storage: Storage,
	config: Config,
	{ origin, passwords }: { readonly origin: Origin; readonly passwords: MoveState["passwords"] },
) {
	const installation = await readInstallation(storage, {
		serverName: origin.serverName,
		homeserver: homeserverKind(config),
	});
	if (!installation.ok) return installation.reason;
	const move = await readMove(storage.read);
	if (move !== undefined && move.source !== origin.name) return "in-use";
	if (move !== undefined) return move.state === "moving" ? undefined : "switched-before";
	if ((await storage.read.moved.countOthers()) > 0) return "in-use";
	const times = { startedAt: Date.now(), passedAt: null, switchedAt: null, settledAt: null };
	await storage.write(async (unit) => {
		if ((await readMove(unit)) !== undefined) return;
		// Not one that follows from what stays: it is to be forgotten when the move is settled.
		await drawSuccessorKey(unit, { random, now: times.startedAt });
		await writeMove(unit, { source: origin.name, state: "moving", passwords, sealTo: null, ...times });
	});
	return undefined;
}

/** A folder is had alone: a server that runs on it could have been started before people moved in. */
export async function withOwnData<Outcome>(
	config: Config,
	work: (storage: Storage) => Promise<Outcome>,
): Promise<Outcome | { readonly ok: false; readonly reason: "server-runs" }> {
	let storage: Storage;
	try {
		storage = await openData(config, storageSettings(config), ignore);
	} catch (error) {
		if (error instanceof DataDirectoryInUse) return { ok: false, reason: "server-runs" };
		throw error;
	}
	try {
		return await work(storage);
	} finally {
		await storage.close();
	}
}

export function openBeside(config: Config): Promise<Storage> {
	const settings = storageSettings(config);
	return config.database === undefined
		? openSqliteBeside(config.dataDirectory, settings)
		: openPostgres(config.database, ignore, settings);
}

/** A broken connection that nobody used is replaced; the one in use fails the command. */
function ignore(): void {}
