import { isRecord } from "@countersign/protocol";
import type { Clock } from "../config/index.ts";
import { NoAnswer, type Outbound } from "../outbound/index.ts";
import type { Ask } from "./ports.ts";
import type { Question, Reply } from "./question.ts";

const patienceMs = 10_000;

const mostRedirects = 5;

/** Asks over the network. A body that is not a JSON object counts as none. */
export function createAsk(outbound: Outbound, clock: Clock): Ask {
	async function once({ method, url, headers, body }: Question): Promise<Reply> {
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
				...readIn(answer.body),
				receivedAt: clock(),
			};
		} catch (error) {
			if (!(error instanceof NoAnswer)) throw error;
			return { ok: false, why: error.message, timedOut: error.reason === "timeout" };
		}
	}

	return async (question) => {
		let reply = await once(question);
		let { url } = question;
		for (let hops = 0; question.follow === true && hops < mostRedirects; hops += 1) {
			const next = redirectOf(reply, url);
			if (next === undefined) break;
			url = next;
			// Nothing that was meant for the first host is shown to another.
			reply = await once({ method: "GET", url, headers: {} });
		}
		return reply;
	};
}

function redirectOf(reply: Reply, from: string): string | undefined {
	if (!reply.ok || ![301, 302, 303, 307, 308].includes(reply.status)) return undefined;
	const { location } = reply.headers;
	const next = location === undefined ? null : URL.parse(location, from);
	return next !== null && /^https?:$/.test(next.protocol) ? next.href : undefined;
}

function readIn(body: Uint8Array) {
	const text = Buffer.from(body).toString();
	return { text, json: jsonIn(text) };
}

function jsonIn(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
