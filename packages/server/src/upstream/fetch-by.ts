import type * as oidc from "openid-client";
import type { Outbound } from "../outbound/index.ts";

export const timeoutMs = 5_000;

/** Through the one way out: no redirect is followed, and neither time nor size is without a limit. */
export function fetchBy(outbound: Pick<Outbound, "request">): oidc.CustomFetch {
	return async (url, { method, headers, body }) => {
		const sent = body === null || body === undefined ? undefined : bodyOf(body);
		const answer = await outbound.request({
			...{ method: method === "POST" ? "POST" : "GET", url, headers, timeoutMs },
			...(sent !== undefined && { body: sent }),
		});
		const copied = new Headers();
		for (const [name, value] of Object.entries(answer.headers))
			if (value !== undefined) copied.set(name, String(value));
		const withoutBody = [101, 204, 205, 304].includes(answer.status);
		return new Response(withoutBody ? null : new Uint8Array(answer.body), {
			status: answer.status,
			headers: copied,
		});
	};
}

function bodyOf(body: NonNullable<oidc.FetchBody>): string | Uint8Array {
	if (typeof body === "string" || body instanceof Uint8Array) return body;
	if (body instanceof URLSearchParams) return body.toString();
	if (body instanceof ArrayBuffer) return new Uint8Array(body);
	throw new Error("a stream is sent to no provider");
}
