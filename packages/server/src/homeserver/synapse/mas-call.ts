import { HomeserverUnavailable } from "@countersign/core";
import { isRecord, member } from "@countersign/protocol";
import { NoAnswer, type Outbound, type OutboundAnswer } from "../../outbound/index.ts";
import type { Health } from "../../tasks/index.ts";

/** Why Synapse refused. `secret-refused` is about the settings of either side, the others about what was asked. */
export type MasRefusal =
	| "secret-refused"
	| "unknown-user"
	| "device-id-in-use"
	| "too-long"
	| "localpart-taken"
	| "localpart-invalid"
	| "localpart-exclusive"
	/** It will refuse the same again, for a reason we do not know. */
	| "request-refused";

export type MasOutcome<Value> =
	| { readonly ok: true; readonly value: Value }
	| { readonly ok: false; readonly reason: MasRefusal; readonly errcode: string };

export interface MasRequest<Value> {
	/** After `/_synapse/mas/`. */
	readonly name: string;
	/** With a body it is a POST. */
	readonly body?: Readonly<Record<string, unknown>>;
	readonly query?: Readonly<Record<string, string>>;
	readonly timeoutMs: number;
	/** Whether a copy of it that arrives late does harm: then whoever asks has to know of every time it was sent. */
	readonly isHarmfulLate?: boolean;
	/** Reads the answer of a success. Undefined: this is no answer of Synapse's. */
	readonly parse: (status: number, body: Readonly<Record<string, unknown>>) => Value | undefined;
	/** What its own error codes mean, beside those that mean the same everywhere. */
	readonly refusals?: Readonly<Record<string, MasRefusal>>;
}

export type MasCall = <Value>(request: MasRequest<Value>) => Promise<MasOutcome<Value>>;

/**
 * Calls Synapse's interface for its authentication service. Everything there may be sent twice. What is not plainly an
 * answer of Synapse's (a page of a proxy, a redirect, half an answer, none at all) throws `HomeserverUnavailable`: it
 * says nothing about what happened.
 */
export function createMasCall(
	outbound: Pick<Outbound, "request">,
	{ synapse, secret }: { readonly synapse: string; readonly secret: string },
	health: Pick<Health, "note">,
): MasCall {
	return async ({ name, body, query = {}, timeoutMs, isHarmfulLate, parse, refusals = {} }) => {
		const url = new URL(`_synapse/mas/${name}`, synapse);
		url.search = new URLSearchParams(query).toString();
		const headers = { authorization: `Bearer ${secret}`, accept: "application/json" };
		const json = { ...headers, "content-type": "application/json" };
		const answer = await answerOf(outbound, health, {
			...{ url, timeoutMs, repeatable: isHarmfulLate !== true },
			...(body === undefined
				? { method: "GET", headers }
				: { method: "POST", headers: json, body: JSON.stringify(body) }),
		});
		const value = successes.has(answer.status) ? parse(answer.status, bodyOf(answer)) : undefined;
		if (value !== undefined) return { ok: true, value };
		const refusal = refusalOf(answer, refusals);
		if (refusal === undefined) throw new HomeserverUnavailable(`status ${answer.status}`);
		return refusal;
	};
}

const successes: ReadonlySet<number> = new Set([200, 201, 204]);
/** A proxy says so of a Synapse that is not there. */
const absences: ReadonlySet<number> = new Set([502, 503, 504]);

async function answerOf(
	outbound: Pick<Outbound, "request">,
	health: Pick<Health, "note">,
	wanted: Parameters<Outbound["request"]>[0],
): Promise<OutboundAnswer> {
	try {
		const answer = await outbound.request(wanted);
		health.note(absences.has(answer.status) ? `status ${answer.status}` : undefined);
		return answer;
	} catch (cause) {
		if (!(cause instanceof NoAnswer)) throw cause;
		health.note(cause.message);
		throw new HomeserverUnavailable(cause.message, { cause });
	}
}

/** Of an answer without a body, which 204 is, an empty object. */
function bodyOf({ status, body }: OutboundAnswer): Readonly<Record<string, unknown>> {
	if (status === 204) return {};
	const parsed = jsonOf(body);
	if (!isRecord(parsed)) throw new HomeserverUnavailable(`status ${status}, no JSON object`);
	return parsed;
}

function jsonOf(body: Uint8Array): unknown {
	try {
		return JSON.parse(Buffer.from(body).toString());
	} catch {
		return undefined;
	}
}

function refusalOf(
	{ status, body }: OutboundAnswer,
	refusals: Readonly<Record<string, MasRefusal>>,
): Extract<MasOutcome<never>, { ok: false }> | undefined {
	const parsed = jsonOf(body);
	const errcode = isRecord(parsed) ? member(parsed, "errcode") : undefined;
	if (typeof errcode !== "string") return undefined;
	if (status === 401 || status === 403) return { ok: false, reason: "secret-refused", errcode };
	if (status === 404 && errcode === "M_NOT_FOUND") return { ok: false, reason: "unknown-user", errcode };
	if (status !== 400) return undefined;
	const reason = Object.hasOwn(refusals, errcode) ? refusals[errcode] : undefined;
	return { ok: false, reason: reason ?? "request-refused", errcode };
}
