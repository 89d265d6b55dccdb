import type { AuthDict } from "matrix-js-sdk";

/** What the homeserver wants to know, out of the answer the library throws. */
export interface Challenge {
	readonly status: number;
	readonly session: string;
	readonly url: string;
	readonly stages: readonly string[];
	readonly errcode: string | undefined;
}

/** One upload that is expected not to go through yet. */
export async function challengeOf(
	makeRequest: (auth: AuthDict | null) => Promise<void>,
	auth: AuthDict | null,
): Promise<Challenge> {
	try {
		await makeRequest(auth);
	} catch (error) {
		return readChallenge(error);
	}
	throw new Error("the keys were stored without an approval");
}

function readChallenge(error: unknown): Challenge {
	if (!(error instanceof Error) || !("data" in error && "httpStatus" in error)) throw error;
	const data = error.data as {
		readonly session?: string;
		readonly errcode?: string;
		readonly flows?: readonly { readonly stages: readonly string[] }[];
		readonly params?: Readonly<Record<string, { readonly url?: string }>>;
	};
	const stages = (data.flows ?? []).flatMap((flow) => flow.stages);
	const urls = new Set(stages.map((stage) => data.params?.[stage]?.url));
	const [url] = urls;
	if (data.session === undefined || url === undefined || urls.size !== 1) throw error;
	return { status: Number(error.httpStatus), session: data.session, url, stages, errcode: data.errcode };
}
