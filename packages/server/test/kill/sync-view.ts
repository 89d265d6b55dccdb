/** What a device learns of account data by `/sync` alone, across servers that die and come back. */
export function followSync(homeserver: string, accessToken: () => string) {
	const known = new Map<string, unknown>();
	const stopping = new AbortController();
	const { signal } = stopping;
	let since: string | undefined;

	async function next(): Promise<boolean> {
		const url = new URL("_matrix/client/v3/sync", homeserver);
		url.searchParams.set("timeout", "20000");
		if (since !== undefined) url.searchParams.set("since", since);
		const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken()}` }, signal });
		if (response.status !== 200) {
			await response.body?.cancel();
			return false;
		}
		const body = (await response.json()) as SyncBody;
		for (const { type, content } of body.account_data?.events ?? []) known.set(type, content);
		since = body.next_batch;
		return true;
	}

	async function follow(): Promise<void> {
		while (!signal.aborted) {
			const isAnswered = await next().catch(() => false);
			// Nobody is there, for now.
			if (!isAnswered) await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
	}

	const following = follow();
	return {
		data: (type: string) => known.get(type),
		async stop() {
			stopping.abort();
			await following;
		},
	};
}

const pauseMs = 20;

interface SyncBody {
	readonly next_batch: string;
	readonly account_data?: {
		readonly events?: readonly { readonly type: string; readonly content: unknown }[];
	};
}
