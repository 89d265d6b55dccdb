import { errcodes, member } from "@countersign/protocol";
import { json } from "../../../http/index.ts";
import { matrixError, readJsonObject } from "../../../matrix-api/index.ts";
import type { Endpoint, Visit } from "../endpoint.ts";
import { type Admission, full, notFound, refusePage } from "./admission.ts";
import { bounds, type Payload, type Places } from "./places.ts";

const path = "/_matrix/client/unstable/io.element.msc4388/rendezvous";
/** A payload of which every byte is written as an escape, and its token. */
const largestBodyBytes = 6 * bounds.payloadBytes + 1024;

interface JsonDeps {
	readonly places: Places;
	readonly admission: Admission;
	readonly clock: () => number;
}

/**
 * Places to meet with payloads in JSON: the newer form. Nobody has to be signed in, for the device that shows the code
 * may be the new one. Refuses with 400 M_MISSING_PARAM or M_INVALID_PARAM, 404 M_NOT_FOUND, 409, 413 M_TOO_LARGE, 429.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export function jsonEndpoints(deps: JsonDeps): Endpoint[] {
	const one = [`${path}/:id`];
	return [
		{
			method: "GET",
			paths: [path],
			takes: "no-token",
			answer: () => json(200, { create_available: true }),
		},
		{ method: "POST", paths: [path], takes: "no-token", answer: (visit) => open(deps, visit) },
		{
			method: "GET",
			paths: one,
			takes: "no-token",
			answer: async ({ request, param }) => {
				const refusal = refusePage(request);
				if (refusal !== undefined) return refusal;
				const payload = await deps.places.read(param("id"));
				return payload === undefined
					? notFound()
					: json(200, {
							data: new TextDecoder().decode(payload.bytes),
							...namesOf(payload),
							...lifeOf(deps, payload),
						});
			},
		},
		{ method: "PUT", paths: one, takes: "no-token", answer: (visit) => replace(deps, visit) },
		{
			method: "DELETE",
			paths: one,
			takes: "no-token",
			answer: async (visit) => {
				const refusal = await deps.admission.toWrite(visit);
				if (refusal !== undefined) return refusal;
				return (await deps.places.close(visit.param("id"))) ? json(200, {}) : notFound();
			},
		},
	];
}

async function open(deps: JsonDeps, visit: Visit): Promise<Response> {
	const refusal = await deps.admission.toOpen(visit);
	if (refusal !== undefined) return refusal;
	const read = await readSent(visit.request);
	if (!read.ok) return read.answer;
	const opened = await deps.places.open(read.bytes);
	if (opened === undefined) return full();
	const { id, payload } = opened;
	return json(200, { id, ...namesOf(payload), ...lifeOf(deps, payload) });
}

async function replace(deps: JsonDeps, visit: Visit): Promise<Response> {
	const refusal = await deps.admission.toWrite(visit);
	if (refusal !== undefined) return refusal;
	const read = await readSent(visit.request);
	if (!read.ok) return read.answer;
	if (read.token === undefined) return matrixError(400, errcodes.missingParam, "sequence_token is missing");
	if (typeof read.token !== "string")
		return matrixError(400, errcodes.invalidParam, "sequence_token must be a text");
	const outcome = await deps.places.replace(visit.param("id"), read.token, read.bytes);
	if (outcome.ok) return json(200, namesOf(outcome.payload));
	return outcome.reason === "not-found"
		? notFound()
		: matrixError(409, "IO_ELEMENT_MSC4388_CONCURRENT_WRITE", "Another device wrote in between");
}

function namesOf({ token }: Payload) {
	return { sequence_token: token };
}

function lifeOf({ clock }: JsonDeps, { expiresAt }: Payload) {
	return { expires_in_ms: Math.max(0, expiresAt - clock()) };
}

type Sent =
	| { readonly ok: true; readonly bytes: Uint8Array; readonly token: unknown }
	| { readonly ok: false; readonly answer: Response };

async function readSent(request: Request): Promise<Sent> {
	const read = await readJsonObject(request, { strict: false, limitBytes: largestBodyBytes });
	if (!read.ok) return read;
	const refused = (status: number, errcode: string, error: string) =>
		({ ok: false, answer: matrixError(status, errcode, error) }) as const;
	const data = member(read.body, "data");
	if (data === undefined) return refused(400, errcodes.missingParam, "data is missing");
	// Half a character has no bytes that it could be compared by.
	if (typeof data !== "string" || !data.isWellFormed())
		return refused(400, errcodes.invalidParam, "data must be a text");
	const bytes = new TextEncoder().encode(data);
	if (bytes.byteLength > bounds.payloadBytes)
		return refused(413, errcodes.tooLarge, `data may have at most ${bounds.payloadBytes} bytes`);
	return { ok: true, bytes, token: member(read.body, "sequence_token") };
}
