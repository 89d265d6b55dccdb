import type { Transactions } from "@countersign/core";
import { isRecord, parseJson } from "@countersign/protocol";
import type { Random } from "../config/ports.ts";
import type { PasswordScheme, PasswordSchemes } from "../proofs/index.ts";
import { drawSuccessorKey } from "../sessions/index.ts";
import type { MovingUnit } from "./ports.ts";

/**
 * Where a move stands. `moving`: people are copied, nobody is served. `switched`: they are served here, and the way back
 * is open. `settled`: it is not any more. `returned`: they went back, and nobody is served ever after.
 */
export interface MoveState {
	readonly source: "synapse" | "mas";
	readonly state: "moving" | "switched" | "settled" | "returned";
	/** How passwords are hashed until the move is settled: new ones as they are there. */
	readonly passwords: PasswordSchemes;
	/** To which public key first tokens are sealed; null: they are not kept. */
	readonly sealTo: string | null;
	readonly startedAt: number;
	/** When the last pass ended; null before the first did. */
	readonly passedAt: number | null;
	readonly switchedAt: number | null;
	readonly settledAt: number | null;
}

const name = "move";

/** Undefined where nobody ever moved in. */
export async function readMove({ settings }: Pick<MovingUnit, "settings">): Promise<MoveState | undefined> {
	const text = await settings.get(name);
	return text === undefined ? undefined : parseMove(text);
}

export function writeMove({ settings }: Pick<MovingUnit, "settings">, move: MoveState): Promise<void> {
	return settings.set(name, JSON.stringify(move));
}

/** Changes the state in one transaction; undefined from `change` leaves it as it is. */
export function changeMove<Unit extends MovingUnit>(
	storage: Transactions<Unit>,
	change: (move: MoveState | undefined) => MoveState | undefined,
): Promise<boolean> {
	return storage.write(async (unit) => {
		const next = change(await readMove(unit));
		if (next === undefined) return false;
		await writeMove(unit, next);
		return true;
	});
}

/**
 * No way back from now on: what was kept for one is forgotten, and refresh tokens follow by another key. False where
 * nobody was switched, or it is so already.
 */
export function settle<Unit extends MovingUnit>(
	storage: Transactions<Unit>,
	how: { readonly now: number; readonly random: Random; readonly usual: Uint8Array },
): Promise<boolean> {
	return storage.write(async (unit) => {
		const move = await readMove(unit);
		if (move?.state !== "switched") return false;
		await unit.moved.dropSealed();
		// With the old key and a token that Synapse or MAS still has, a thief would compute the one that counts.
		await drawSuccessorKey(unit, how);
		await writeMove(unit, { ...move, state: "settled", sealTo: null, settledAt: how.now });
		return true;
	});
}

function parseMove(text: string): MoveState {
	const parsed = parseJson(text);
	const value = parsed.ok && isRecord(parsed.value) ? parsed.value : {};
	const time = (at: unknown) => (typeof at === "number" ? at : null);
	const { source, state, startedAt } = value;
	const passwords = isRecord(value.passwords) ? value.passwords : {};
	const [forNew, ofMost] = [parseScheme(passwords.forNew), parseScheme(passwords.ofMost)];
	if (!isState(state) || (source !== "synapse" && source !== "mas")) throw unreadable();
	if (forNew === undefined || ofMost === undefined || typeof startedAt !== "number") throw unreadable();
	return {
		...{ source, state, passwords: { forNew, ofMost }, startedAt, passedAt: time(value.passedAt) },
		sealTo: typeof value.sealTo === "string" ? value.sealTo : null,
		...{ switchedAt: time(value.switchedAt), settledAt: time(value.settledAt) },
	};
}

function parseScheme(value: unknown): PasswordScheme | undefined {
	if (!isRecord(value)) return undefined;
	const { kind, cost, version } = value;
	if (kind === "argon2id") return { kind };
	if (kind === "bcrypt" && typeof cost === "number") return { kind, cost };
	return kind === "carried" && typeof version === "number" ? { kind, version } : undefined;
}

function isState(state: unknown): state is MoveState["state"] {
	return state === "moving" || state === "switched" || state === "settled" || state === "returned";
}

/** Served as if nobody had moved, people would lose their keys. */
function unreadable(): Error {
	return new Error("the row that says where the move stands cannot be read");
}
