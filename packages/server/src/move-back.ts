import type { Config } from "./config/index.ts";
import { derivedKey, refreshTokens } from "./domain.ts";
import { homeserverKind, readInstallation } from "./installation.ts";
import { withOwnData } from "./move.ts";
import {
	type BackReport,
	changeMove,
	goBack,
	goBackToMas,
	type MasSettings,
	type MoveState,
	type Opening,
	readMove,
	type SynapseSettings,
	type Unseal,
} from "./moving/index.ts";
import { readSuccessorKeys } from "./sessions/index.ts";
import {
	isMasRunning,
	isSynapseRunning,
	openMasTarget,
	openSynapseTarget,
	type Storage,
} from "./storage/index.ts";

/** Where people go back to: where they came from. */
export type WayBack =
	| { readonly to: "synapse"; readonly synapse: SynapseSettings }
	| { readonly to: "mas"; readonly mas: MasSettings };

/** What a way back costs, and is done only when it was agreed to by name. */
export const costsOfBack = ["signed-out", "second-factors"] as const;
export type CostOfBack = (typeof costsOfBack)[number];

interface WholeReport extends BackReport {
	/** People whose password is enough again: nobody there asks for a passkey or a code of here. */
	readonly secondFactors: number;
}

export type BackOutcome =
	/** Not written: the database there was as it has to be, as it is after an attempt that was broken off at its end. */
	| { readonly ok: true; readonly report: WholeReport; readonly isWritten: boolean }
	| {
			readonly ok: false;
			readonly reason: "not-accepted";
			readonly report: WholeReport;
			/** One at least. */
			readonly costs: readonly CostOfBack[];
	  }
	| {
			readonly ok: false;
			readonly reason: /** Nobody was switched over, or the move is settled, or they went back before. */
				| "no-way-back"
				/** They came from somewhere else. */
				| "source-differs"
				/** Somebody has the database there open. */
				| "target-runs"
				| "server-runs"
				/** Synapse has not heard yet of what ended here. */
				| "untold"
				| "server-name-differs"
				| "homeserver-differs";
	  };

export interface GoingBack {
	readonly way: WayBack;
	readonly backup: string;
	readonly accepts: readonly CostOfBack[];
	/** Opens first tokens that were sealed. Default: they stay shut. */
	readonly unseal?: Unseal | undefined;
}

/**
 * Has Synapse, or MAS, sign its people in again: what happened here since the switch is brought along as far as it can,
 * in one transaction of the database there, of which `backup` is a copy. Nobody is served here any more.
 */
export function moveBack(config: Config, { way, backup, accepts, unseal }: GoingBack): Promise<BackOutcome> {
	return withOwnData<BackOutcome>(config, async (storage) => {
		const place = wayTo(way);
		if (await place.isRunning()) return { ok: false, reason: "target-runs" };
		const installation = await readInstallation(storage, {
			serverName: place.serverName,
			homeserver: homeserverKind(config),
		});
		if (!installation.ok) return installation;
		const move = await readMove(storage.read);
		if (move !== undefined && move.source !== way.to) return { ok: false, reason: "source-differs" };
		if (!isOpen(move)) return { ok: false, reason: "no-way-back" };
		if ((await storage.read.homeserverTasks.overview()).waiting > 0) return { ok: false, reason: "untold" };
		const usual = derivedKey(installation.masterKey, refreshTokens);
		const { current: key } = await readSuccessorKeys(storage.read, usual);
		const times = { now: Date.now(), switchedAt: move.switchedAt };
		const target = await place.open({ storage, key, ...times, ...(unseal !== undefined && { unseal }) });
		try {
			const secondFactors = await storage.read.moved.countTwoFactors();
			const report = { ...target.report, secondFactors };
			const costs = costsOf(report).filter((cost) => !accepts.includes(cost));
			if (costs.length > 0) return { ok: false, reason: "not-accepted", report, costs };
			const isWritten = await target.commit(backup);
			await changeMove(storage, (now) => (now === undefined ? undefined : { ...now, state: "returned" }));
			return { ok: true, report, isWritten };
		} finally {
			await target.close();
		}
	});
}

function costsOf({ signedOut, secondFactors }: WholeReport): readonly CostOfBack[] {
	return costsOfBack.filter((cost) => (cost === "signed-out" ? signedOut.length > 0 : secondFactors > 0));
}

function isOpen(move: MoveState | undefined): move is MoveState & { readonly switchedAt: number } {
	return move?.state === "switched" && move.switchedAt !== null;
}

interface Going extends Opening {
	readonly storage: Storage;
}

interface Opened {
	/** Of what `commit` writes. */
	readonly report: BackReport;
	commit(backup: string): Promise<boolean>;
	close(): Promise<void>;
}

interface Place {
	readonly serverName: string;
	isRunning(): Promise<boolean>;
	open(going: Going): Promise<Opened>;
}

function wayTo(way: WayBack): Place {
	if (way.to === "synapse") {
		const { serverName, database } = way.synapse;
		return {
			serverName,
			isRunning: () => isSynapseRunning(database),
			open: async (going) =>
				prepared(await openSynapseTarget(database), (target) => goBack({ ...going, target, serverName })),
		};
	}
	const { mas } = way;
	return {
		serverName: mas.serverName,
		isRunning: () => isMasRunning(mas.database),
		open: async (going) =>
			prepared(await openMasTarget(mas.database), (target) => goBackToMas({ ...going, target, mas })),
	};
}

async function prepared<Target extends Omit<Opened, "report">>(
	target: Target,
	prepare: (target: Target) => Promise<BackReport>,
): Promise<Opened> {
	try {
		const report = await prepare(target);
		return { report, commit: (backup) => target.commit(backup), close: () => target.close() };
	} catch (error) {
		await target.close();
		throw error;
	}
}
