/** One request of an app and how it went. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly status: number;
	readonly sent: string;
}

/** Nothing was asked for so long: the library has worked off what it learnt. */
const quietMs = 200;

/** Stands between an app and the network: notes what it asks the homeserver. */
export function createRecorder() {
	const traffic: Exchange[] = [];
	let [underWay, lastAt] = [0, performance.now()];
	const note = (change: 1 | -1) => {
		underWay += change;
		lastAt = performance.now();
	};
	const recordingFetch: typeof fetch = async (resource, init) => {
		const path = new URL(String(resource)).pathname.replace("/_matrix/client/", "");
		const method = init?.method ?? "GET";
		const counts = path !== "v3/sync";
		if (counts) note(1);
		try {
			const response = await fetch(resource, init);
			const sent = typeof init?.body === "string" ? init.body : "";
			traffic.push({ method, path, status: response.status, sent });
			return response;
		} finally {
			if (counts) note(-1);
		}
	};
	const isQuiet = async () => underWay === 0 && performance.now() - lastAt >= quietMs;
	const settle = async () => {
		await eventually("the app has nothing to ask", isQuiet);
	};
	return { traffic, fetch: recordingFetch, settle };
}

/** Waits for something that comes by sync. Fails after ten seconds. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
	for (const until = Date.now() + 10_000; Date.now() < until; ) {
		const found = await look();
		if (found !== undefined && found !== false) return found;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	throw new Error(`it did not happen in ten seconds: ${what}`);
}
