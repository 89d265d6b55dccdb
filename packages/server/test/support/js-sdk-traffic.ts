/** One request of an app and how it went. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly status: number;
	readonly sent: string;
}

/** So many looks in turn: turns of the loop, not time, which passes on a busy machine without anything being done. */
const quietLooks = 10;

/** Stands between an app and the network: notes what it asks the homeserver. */
export function createRecorder() {
	const traffic: Exchange[] = [];
	let [underWay, stillFor] = [0, 0];
	let sync: { readonly url: URL; readonly init: RequestInit | undefined } | undefined;
	const recordingFetch: typeof fetch = async (resource, init) => {
		const url = new URL(String(resource));
		const path = url.pathname.replace("/_matrix/client/", "");
		const method = init?.method ?? "GET";
		const waits = path.endsWith("/sync") ? 0 : 1;
		if (path === "v3/sync") sync = { url, init };
		stillFor = 0;
		underWay += waits;
		try {
			const response = await fetch(resource, init);
			const sent = typeof init?.body === "string" ? init.body : "";
			traffic.push({ method, path, status: response.status, sent });
			return response;
		} finally {
			stillFor = 0;
			underWay -= waits;
		}
	};
	/** What the app's own sync waits for has not come, where it syncs. */
	const hasNoNews = async () => {
		if (sync === undefined) return true;
		const url = new URL(sync.url);
		url.searchParams.set("timeout", "0");
		const response = await fetch(url, { headers: sync.init?.headers ?? {} });
		return url.searchParams.has("since") && bringsNothing(await response.json());
	};
	const isStill = () => underWay === 0 && stillFor > quietLooks;
	const settle = async () => {
		await eventually("the app has nothing to ask and nothing to learn", async () => {
			stillFor += 1;
			return isStill() && (await hasNoNews()) && isStill();
		});
	};
	return { traffic, fetch: recordingFetch, settle };
}

/** An answer to a sync that changes nothing an app knows of keys. */
function bringsNothing(body: unknown): boolean {
	const { device_lists, to_device } = body as {
		readonly device_lists?: { readonly changed?: readonly unknown[]; readonly left?: readonly unknown[] };
		readonly to_device?: { readonly events?: readonly unknown[] };
	};
	const news = [device_lists?.changed, device_lists?.left, to_device?.events];
	return news.every((each) => each === undefined || each.length === 0);
}

const patienceMs = 60_000;

/** Waits for something that comes by sync. Fails after a minute. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
	for (const givenUpAt = performance.now() + patienceMs; performance.now() < givenUpAt; ) {
		const found = await look();
		if (found !== undefined && found !== false) return found;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	throw new Error(`it did not happen in a minute: ${what}`);
}
