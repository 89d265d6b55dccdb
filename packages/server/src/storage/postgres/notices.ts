import { setTimeout as pause } from "node:timers/promises";
import { type AccountId, asAccountId } from "@countersign/core";
import { Client } from "pg";
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

/**
 * Says to every server whom a commit concerned, and hears what every server says, this one too, on a connection of its
 * own. Where that breaks it is made again, and everybody is told to look: what was said in between is not repeated. What
 * could not be said is said then. Throws `StorageUnavailable` where there is no such connection at the beginning.
 */
export async function openNotices(lines: Lines, onError: (error: unknown) => void) {
	const listeners: ChangeListener[] = [];
	const closed = new AbortController();
	const tell: ChangeListener = (changed) => {
		for (const listener of listeners) listener(changed);
	};
	let client = await answered(listen());
	const unsaid = new Set<AccountId>();
	let saying: Promise<void> | undefined;
	let isClosing = false;

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

	/** One notice at a time: what comes meanwhile shares the next. */
	async function sayAll(): Promise<void> {
		for (let pauseMs = firstPauseMs; unsaid.size > 0; ) {
			const some = [...unsaid].slice(0, accountsPerNotice);
			// Before it is sent: somebody whom a later commit concerns has to be told of that one too.
			for (const accountId of some) unsaid.delete(accountId);
			try {
				await client.query("SELECT pg_notify($1, $2)", [channel, some.join(" ")]);
				pauseMs = firstPauseMs;
			} catch (error) {
				if (isClosing) return;
				onError(error);
				for (const accountId of some) unsaid.add(accountId);
				await pause(pauseMs, undefined, { ref: false });
				pauseMs = Math.min(pauseMs * 2, longestPauseMs);
			}
		}
	}

	return {
		/**
		 * Call it after the commit, which then waits for nobody's: in PostgreSQL transactions that notify commit one after
		 * another, and each syncs its log alone. Where the server dies in between, who waits elsewhere looks when their time
		 * is over, or the job does that they wait for.
		 */
		say(changed: ReadonlySet<AccountId>): void {
			for (const accountId of changed) unsaid.add(accountId);
			if (unsaid.size > 0)
				saying ??= sayAll().finally(() => {
					saying = undefined;
				});
		},
		watch(listener: ChangeListener): void {
			listeners.push(listener);
		},
		async close(): Promise<void> {
			isClosing = true;
			await saying;
			closed.abort();
			await client.end();
		},
	};
}
