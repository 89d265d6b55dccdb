import { setTimeout as pause } from "node:timers/promises";
import { type AccountId, asAccountId } from "@countersign/core";
import { Client, type ClientBase } from "pg";
import type { ChangeListener } from "../changes.ts";
import { answered } from "./answered.ts";
import type { Lines } from "./pool.ts";

const channel = "countersign_changes";
/** A notice holds less than 8 000 bytes; an account id has some 32. */
const accountsPerNotice = 100;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** How long a connection may have been dead before anybody knows: nothing is said on it for hours when all is well. */
const listensEveryMs = 15_000;

/** Says on the running transaction whom it concerns; every server hears of it at the commit, or nobody. */
export async function notify(client: ClientBase, accountIds: ReadonlySet<AccountId>): Promise<void> {
	const all = [...accountIds];
	for (let from = 0; from < all.length; from += accountsPerNotice) {
		const notice = all.slice(from, from + accountsPerNotice).join(" ");
		await answered(client.query("SELECT pg_notify($1, $2)", [channel, notice]));
	}
}

/**
 * Hears what every server says, this one too, on a connection of its own. Where that breaks it is made again, and
 * everybody is told to look: what was said in between is not repeated.
 */
export async function openNotices(lines: Lines, onError: (error: unknown) => void) {
	const listeners: ChangeListener[] = [];
	const closed = new AbortController();
	const tell: ChangeListener = (changed) => {
		for (const listener of listeners) listener(changed);
	};
	let client = await listen();

	async function listen(): Promise<Client> {
		const fresh = new Client(lines.options);
		fresh.on("error", onError);
		fresh.on("notification", ({ payload }) => tell(new Set(payload?.split(" ").map(asAccountId))));
		try {
			await fresh.connect();
			await fresh.query(`LISTEN ${channel}`);
		} catch (error) {
			void fresh.end();
			throw error;
		}
		const over = new AbortController();
		fresh.once("end", () => {
			over.abort();
			void again();
		});
		void stayHeard(fresh, AbortSignal.any([closed.signal, over.signal]));
		return fresh;
	}

	/** A network that swallows everything breaks no connection: only a question without an answer shows it. */
	async function stayHeard(heard: Client, over: AbortSignal): Promise<void> {
		try {
			for (;;) {
				await pause(listensEveryMs, undefined, { signal: over, ref: false });
				await heard.query("SELECT 1");
			}
		} catch (error) {
			if (over.aborted) return;
			onError(error);
			void heard.end();
		}
	}

	async function again(): Promise<void> {
		for (
			let pauseMs = firstPauseMs;
			!closed.signal.aborted;
			pauseMs = Math.min(pauseMs * 2, longestPauseMs)
		) {
			try {
				await pause(pauseMs, undefined, { signal: closed.signal, ref: false });
				client = await listen();
				if (closed.signal.aborted) return await client.end();
				return tell("everyone");
			} catch (error) {
				if (!closed.signal.aborted) onError(error);
			}
		}
	}

	return {
		watch(listener: ChangeListener): void {
			listeners.push(listener);
		},
		async close(): Promise<void> {
			closed.abort();
			await client.end();
		},
	};
}
