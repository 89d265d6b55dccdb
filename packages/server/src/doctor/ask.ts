import { isRecord } from "@countersign/protocol";
import type { Clock } from "../config/index.ts";
import { NoAnswer, type Outbound } from "../http/index.ts";
import type { Ask } from "./ports.ts";

const patienceMs = 10_000;

/** Asks over the network. Redirects are answers; a body that is not a JSON object counts as none. */
export function createAsk(outbound: Outbound, clock: Clock): Ask {
	return async ({ method, url, headers, body }) => {
		try {
			const answer = await outbound.request({
				...{ method, url, headers, timeoutMs: patienceMs, repeatable: true },
				...(body !== undefined && { body }),
			});
			const named = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
			return {
				ok: true,
				status: answer.status,
				headers: Object.fromEntries(named),
				json: jsonIn(answer.body),
				receivedAt: clock(),
			};
		} catch (error) {
			if (!(error instanceof NoAnswer)) throw error;
			return { ok: false, why: error.message };
		}
	};
}

function jsonIn(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(body).toString());
		return isRecord(value) ? value : undefined;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
