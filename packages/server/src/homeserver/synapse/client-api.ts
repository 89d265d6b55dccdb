import { HomeserverUnavailable } from "@countersign/core";
import { isRecord, parseJson } from "@countersign/protocol";
import { NoAnswer, type Outbound } from "../../outbound/index.ts";

/** One request to Synapse's client API. Paths and queries are made of constants, and of values in one spelling. */
export interface ClientRequest {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	/** From the slash on. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly accessToken: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	readonly timeoutMs: number;
	/** Whether it may arrive twice. Default: true, as an upload of keys that are there already changes nothing. */
	readonly repeatable?: boolean;
}

export interface ClientAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
	readonly retryAfter?: string;
}

/** Throws `HomeserverUnavailable` where no JSON object comes back in time. */
export type AskClientApi = (request: ClientRequest) => Promise<ClientAnswer>;

/** A person with thousands of devices must still be able to replace their keys. */
const answerLimitBytes = 8 * 1024 * 1024;

/**
 * Requests to the client API of Synapse: what is sent is built here from parsed values, with a computed length and no
 * header but those named, so that Synapse cannot read anything else in it than we did.
 * @param synapse base URL with a trailing slash
 */
export function createClientApi(synapse: string, outbound: Outbound): AskClientApi {
	return async ({ method, path, query, accessToken, headers, body, timeoutMs, repeatable = true }) => {
		const url = new URL(path, synapse);
		for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
		try {
			const answer = await outbound.request({
				...{ method, url, timeoutMs, limitBytes: answerLimitBytes },
				repeatable,
				headers: {
					authorization: `Bearer ${accessToken}`,
					accept: "application/json",
					...(body !== undefined && { "content-type": "application/json" }),
					...headers,
				},
				...(body !== undefined && { body: JSON.stringify(body) }),
			});
			return understood(answer);
		} catch (error) {
			if (error instanceof NoAnswer) throw unavailable(error.message, error);
			throw error;
		}
	};
}

/** @param why for the log: names no secret */
export function unavailable(why: string, cause?: unknown): HomeserverUnavailable {
	return new HomeserverUnavailable(`Synapse: ${why}`, { cause });
}

function understood({ status, headers, body }: Awaited<ReturnType<Outbound["request"]>>): ClientAnswer {
	const parsed = parseJson(new TextDecoder().decode(body));
	if (!parsed.ok || !isRecord(parsed.value)) throw unavailable(`${status} without a JSON object`);
	const retryAfter = headers["retry-after"];
	return { status, body: parsed.value, ...(retryAfter !== undefined && { retryAfter }) };
}
