import { isRecord } from "@countersign/protocol";

/** One request. It changes nothing where it is sent. */
export interface Question {
	readonly method: "GET" | "POST" | "OPTIONS" | "DELETE";
	/** As it is sent: doubled slashes and escapes stay what they are. */
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Whether redirects are followed, as apps follow them there. */
	readonly follow?: true;
}

export type Reply =
	| {
			readonly ok: true;
			readonly status: number;
			/** By their names in lower case. */
			readonly headers: Readonly<Record<string, string>>;
			/** Undefined where the body is none. */
			readonly json: Readonly<Record<string, unknown>> | undefined;
			/** The body as text, for the few answers that are pages. */
			readonly text: string;
			/** Epoch ms, of this machine, when it had arrived. */
			readonly receivedAt: number;
	  }
	/** `why` is for people. */
	| { readonly ok: false; readonly why: string; readonly timedOut: boolean };

type Extra = Partial<Pick<Question, "headers" | "body">>;

/** The path begins without a slash, unless it is meant to be doubled. */
export function get(base: string, path: string, headers: Question["headers"] = {}): Question {
	return { method: "GET", url: base + path, headers };
}

export function post(base: string, path: string, { headers = {}, body = "{}" }: Extra = {}): Question {
	return {
		method: "POST",
		url: base + path,
		headers: { "content-type": "application/json", ...headers },
		body,
	};
}

export function bearer(token: string): Question["headers"] {
	return { authorization: `Bearer ${token}` };
}

/** Two questions with the same key are one. Never shown: headers hold secrets. */
export function keyOf({ method, url, headers, body = "" }: Question): string {
	return JSON.stringify([method, url, headers, body]);
}

/** A member of the reply's JSON, where it is text. */
export function textOf(reply: Reply, member: string): string | undefined {
	return memberOf(reply.ok ? reply.json : undefined, member);
}

/** A member of it that is text. Without line breaks: another server must not write lines of the report. */
export function memberOf(value: unknown, name: string): string | undefined {
	const member = isRecord(value) ? value[name] : undefined;
	return typeof member === "string" ? member.replaceAll(/\p{Cc}/gu, "") : undefined;
}

/** Whether both were answered the same, by whoever it was. */
export function alike(one: Reply, other: Reply): boolean {
	if (!one.ok || !other.ok || one.status !== other.status) return false;
	const [a, b] = [one.json, other.json].map((json) => JSON.stringify(sorted(json)));
	return a === b && pathOf(one.headers.location) === pathOf(other.headers.location);
}

function pathOf(location = ""): string {
	return location.replace(/^https?:\/\/[^/]*/, "");
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.keys(value)
			.sort()
			.map((name) => [name, sorted(value[name])]),
	);
}

/**
 * A proxy turns away who asks too often, before anybody behind it sees the request: this says nothing of what it would
 * do with the next one. Whoever speaks for a server of ours says it in JSON.
 */
export function isTurnedAway(reply: Reply): boolean {
	return reply.ok && (reply.status === 429 || reply.status === 503) && reply.json === undefined;
}

/** For people: the request without its headers, which hold secrets. */
export function asked({ method, url }: Question): string {
	return `${method} ${url}`;
}

/** For people: what came back, in the few words that tell one answer from another. */
export function said(reply: Reply): string {
	if (!reply.ok) return `no answer (${reply.why})`;
	const code = textOf(reply, "errcode") ?? textOf(reply, "error") ?? "";
	return /^[\w.]{1,60}$/.test(code) ? `${reply.status} ${code}` : `${reply.status}`;
}

/** For people: both at once. */
export function exchange(question: Question, reply: Reply): string {
	return `${asked(question)} -> ${said(reply)}`;
}
