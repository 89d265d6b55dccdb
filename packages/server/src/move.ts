import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "./config/index.ts";
import { derivedKey } from "./domain.ts";
import { homeserverKind, random, readInstallation, storageSettings } from "./installation.ts";
import type { Misfit, OpenOrigin, Origin } from "./move-origin.ts";
import {
	type BackReport,
	changeMove,
	goBack,
	type MoveState,
	pass,
	type Reason,
	type Report,
	readMove,
	type SynapseSettings,
	stopping,
	survey,
} from "./moving/index.ts";
import {
	DataDirectoryInUse,
	isSynapseRunning,
	openData,
	openPostgres,
	openSqlite,
	openSqliteBeside,
	openSynapseTarget,
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
	moving: Moving & { readonly switchOver: boolean },
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
			return switchOver ? { ...last, state: "switched", switchedAt: now } : last;
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
		const isSettled = await changeMove(storage, (move) =>
			move?.state === "switched" ? { ...move, state: "settled", settledAt: Date.now() } : undefined,
		);
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
	await changeMove(storage, (now) =>
		now === undefined ? { source: origin.name, state: "moving", passwords, ...times } : undefined,
	);
	return undefined;
}

/** A folder is had alone: a server that runs on it could have been started before people moved in. */
async function withOwnData<Outcome>(
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

export type BackOutcome =
	/** Not written: Synapse's database was as it has to be, as it is after an attempt that was broken off at its end. */
	| { readonly ok: true; readonly report: BackReport; readonly isWritten: boolean }
	| { readonly ok: false; readonly reason: "not-accepted"; readonly report: BackReport }
	| {
			readonly ok: false;
			readonly reason: /** Nobody was switched over, or the move is settled, or they went back before. */
				| "no-way-back"
				/** They came from somewhere else. */
				| "source-differs"
				| "synapse-runs"
				| "server-runs"
				/** Synapse has not heard yet of what ended here. */
				| "untold"
				| "server-name-differs"
				| "homeserver-differs";
	  };

/**
 * Has Synapse sign its people in again: what happened here since the switch is brought along as far as it can, in one
 * transaction of Synapse's database, of which `backup` becomes a copy. Nobody is served here any more.
 */
export function moveBack(
	config: Config,
	{
		synapse,
		backup,
		acceptsSignedOut,
	}: { readonly synapse: SynapseSettings; readonly backup: string; readonly acceptsSignedOut: boolean },
): Promise<BackOutcome> {
	return withOwnData<BackOutcome>(config, async (storage) => {
		if (await isSynapseRunning(synapse.database)) return { ok: false, reason: "synapse-runs" };
		const installation = await readInstallation(storage, {
			serverName: synapse.serverName,
			homeserver: homeserverKind(config),
		});
		if (!installation.ok) return installation;
		const move = await readMove(storage.read);
		if (move !== undefined && move.source !== "synapse") return { ok: false, reason: "source-differs" };
		if (move?.state !== "switched" || move.switchedAt === null) return { ok: false, reason: "no-way-back" };
		if ((await storage.read.homeserverTasks.overview()).waiting > 0) return { ok: false, reason: "untold" };
		const target = await openSynapseTarget(synapse.database);
		try {
			const { serverName } = synapse;
			const key = derivedKey(installation.masterKey, "refresh tokens");
			const times = { now: Date.now(), switchedAt: move.switchedAt };
			const report = await goBack({ storage, target, serverName, key, ...times });
			if (report.signedOut.length > 0 && !acceptsSignedOut)
				return { ok: false, reason: "not-accepted", report };
			const isWritten = await target.commit(backup);
			await changeMove(storage, (now) => (now === undefined ? undefined : { ...now, state: "returned" }));
			return { ok: true, report, isWritten };
		} finally {
			await target.close();
		}
	});
}
