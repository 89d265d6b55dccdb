import { type Account, type Answer, type Json, ok } from "./state.ts";

/** What has changed since when, for apps that wait for it. */
export interface Changes {
	/** The person's keys are not what they were. */
	keys(): void;
	accountData(type: string): void;
	/** Answers at once where there is news, else when there is some, or after the time that was asked for. */
	sync(query: URLSearchParams): Promise<Answer>;
}

export function changesOf(account: Account): Changes {
	let now = 1;
	let keysAt = 0;
	const dataAt = new Map<string, number>();
	let news = Promise.withResolvers<void>();
	const change = () => {
		now++;
		news.resolve();
		news = Promise.withResolvers();
		return now;
	};
	const newer = (since: number): Json => ({
		next_batch: String(now),
		device_lists: { changed: keysAt > since ? [account.userId] : [], left: [] },
		device_one_time_keys_count: { signed_curve25519: 50 },
		device_unused_fallback_key_types: ["signed_curve25519"],
		account_data: {
			events: [...account.accountData]
				.filter(([type]) => (dataAt.get(type) ?? 0) > since)
				.map(([type, content]) => ({ type, content })),
		},
		to_device: { events: [] },
		rooms: {},
	});
	return {
		keys() {
			keysAt = change();
		},
		accountData(type) {
			dataAt.set(type, change());
		},
		async sync(query) {
			const since = Number(query.get("since") ?? 0);
			const patience = Number(query.get("timeout") ?? 0);
			if (since === now && patience > 0) {
				const timer = Promise.withResolvers<void>();
				const id = setTimeout(timer.resolve, patience);
				await Promise.race([news.promise, timer.promise]);
				clearTimeout(id);
			}
			return ok(newer(since));
		},
	};
}
