import type { Config } from "./config/index.ts";
import { passwordSchemesText } from "./config/index.ts";
import {
	type MasSettings,
	type MoveState,
	type PlannedSource,
	planMas,
	planSynapse,
	type SynapseSettings,
} from "./moving/index.ts";
import type { PasswordScheme, PasswordSchemes } from "./proofs/index.ts";
import { isMasRunning, isSynapseRunning, openMasSource, openSynapseSource } from "./storage/index.ts";

/** Where people come from, as a move needs it. */
export interface Origin {
	readonly name: MoveState["source"];
	readonly serverName: string;
	/** Everything as it is at this moment. Throws `SourceUnusable`. */
	open(): Promise<OpenOrigin>;
	/** Whether its database is in use by whoever it belongs to. */
	isRunning(): Promise<boolean>;
	/** Why people would be lost with these settings. */
	misfit(config: Config): Misfit | undefined;
	/** How passwords are hashed until the move is settled. @param ofMost as most of theirs are */
	passwords(ofMost: PasswordScheme | undefined): PasswordSchemes;
	/** Private keys by which id tokens can be signed, with the names that apps know them by. */
	readonly signingKeys?: readonly object[];
}

export interface OpenOrigin {
	readonly source: PlannedSource;
	/** The moment for which it is read. */
	readonly now: number;
	/** How much it has still to tell the homeserver. Absent: nothing, ever. */
	readonly waitingJobs?: () => Promise<number>;
	close(): Promise<void>;
}

export type Misfit =
	/** Nobody's password would be right. */
	| "passwords-differ"
	| "server-name-differs"
	/** Apps would look for their server in vain. */
	| "public-base-differs";

/** A Synapse that signs people in itself. */
export function synapseOrigin(synapse: SynapseSettings): Origin {
	const { serverName, database } = synapse;
	return {
		name: "synapse",
		serverName,
		isRunning: () => isSynapseRunning(database),
		async open() {
			const source = await openSynapseSource(database);
			const now = Date.now();
			return {
				now,
				source: planSynapse(source, { serverName, now }),
				close: () => source.close(),
			};
		},
		misfit(config) {
			if (config.serverName !== serverName) return "server-name-differs";
			return (config.passwordPepper ?? "") === synapse.pepper ? undefined : "passwords-differ";
		},
		passwords(ofMost = { kind: "bcrypt", cost: usualCost }) {
			return { forNew: ofMost, ofMost };
		},
	};
}

/** What Synapse takes where nothing is set. */
const usualCost = 12;

/** A MAS. */
export function masOrigin(mas: MasSettings): Origin {
	const { serverName, database, schemes, newest } = mas;
	return {
		name: "mas",
		serverName,
		isRunning: () => isMasRunning(database),
		async open() {
			const source = await openMasSource(database);
			const now = Date.now();
			return {
				now,
				source: planMas(source, { ...mas, now }),
				waitingJobs: () => source.waitingJobs(),
				close: () => source.close(),
			};
		},
		misfit(config) {
			if (config.serverName !== serverName) return "server-name-differs";
			if (config.publicBase !== mas.publicBase) return "public-base-differs";
			const byVersion = (list: MasSettings["schemes"]) =>
				passwordSchemesText(list.toSorted((one, other) => other.version - one.version));
			return byVersion(config.passwordSchemes ?? []) === byVersion(schemes) ? undefined : "passwords-differ";
		},
		passwords(ofMost) {
			const forNew: PasswordScheme =
				newest === undefined ? { kind: "argon2id" } : { kind: "carried", version: newest.version };
			return { forNew, ofMost: ofMost ?? forNew };
		},
		signingKeys: mas.keys.carried,
	};
}
