import { identityOf } from "../packages/server/test/support/device-crypto.ts";
import type { Got, Wanted } from "./connection.ts";
import type { Extent, Operation } from "./measure.ts";
import type { Person } from "./person.ts";
import type { Seeded, SeededDevice } from "./seed.ts";

/** How many ask at once, each over a connection of its own. */
export const clients = 32;

export interface Case {
	readonly name: string;
	readonly extent: Extent;
	/** Operations against Countersign, one for each connection, for one round. */
	countersign(): readonly Operation[];
	/** The same requests against the bare server, answered with the same statuses and lengths. */
	baseline(): readonly Operation[];
}

type Exchange = (wanted: Wanted) => Promise<Got>;
const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const everyClient = Array.from({ length: clients }, (_, client) => client);

/** Remembers the first exchanges, to be repeated against the bare server. */
function createSample() {
	const seen: { readonly wanted: Wanted; readonly got: Got }[] = [];
	return {
		watch:
			(exchange: Exchange, length: number): Exchange =>
			async (wanted) => {
				const got = await exchange(wanted);
				if (seen.length < length) seen.push({ wanted, got });
				return got;
			},
		baseline: (): readonly Operation[] => {
			const repeated = seen.map(({ wanted, got }): Wanted => {
				const answer = { "x-answer-status": `${got.status}`, "x-answer-bytes": `${got.body.length}` };
				return { ...wanted, headers: { ...wanted.headers, ...answer } };
			});
			return everyClient.map(() => async (connection) => {
				for (const wanted of repeated) await connection.exchange(wanted);
			});
		},
	};
}

function expectStatus(got: Got, status: number): Got {
	if (got.status !== status) throw new Error(`expected ${status}, got ${got.status}: ${got.body}`);
	return got;
}

/**
 * A homeserver asks about tokens, each time about another one.
 * @param sent what this homeserver sends beside the token: headers, and fields of the form
 */
export function introspection(
	{
		devices,
		introspectionSecret,
	}: Pick<Seeded, "introspectionSecret"> & {
		readonly devices: readonly Pick<SeededDevice, "accessToken">[];
	},
	sent: { readonly headers?: Wanted["headers"]; readonly fields?: string } = {},
): Case {
	const sample = createSample();
	const headers = { ...form, ...sent.headers, authorization: `Bearer ${introspectionSecret}` };
	let next = 0;
	const operation: Operation = async ({ exchange }) => {
		next = (next + 1) % devices.length;
		const token = devices[next]?.accessToken ?? "";
		const wanted = {
			method: "POST",
			path: "/oauth2/introspect",
			headers,
			body: `token=${token}${sent.fields ?? ""}`,
		} as const;
		const got = expectStatus(await sample.watch(exchange, 1)(wanted), 200);
		if (!got.body.includes('"active":true')) throw new Error(`not active: ${got.body}`);
	};
	return {
		name: "introspection",
		extent: { seconds: 2 },
		countersign: () => everyClient.map(() => operation),
		baseline: sample.baseline,
	};
}

/**
 * Apps renew their tokens.
 * @param each so many sessions take turns on each connection, one after another
 */
export function refresh({ devices, clientId }: Omit<Seeded, "introspectionSecret">, each = 1): Case {
	const sample = createSample();
	const held = devices.slice(0, clients * each).map((device) => device.refreshToken);
	const turns = everyClient.map(() => 0);
	const operationOf =
		(client: number): Operation =>
		async ({ exchange }) => {
			const turn = turns[client] ?? 0;
			turns[client] = (turn + 1) % each;
			const at = client + clients * turn;
			const fields = { grant_type: "refresh_token", client_id: clientId, refresh_token: held[at] ?? "" };
			const body = `${new URLSearchParams(fields)}`;
			const wanted = { method: "POST", path: "/oauth2/token", headers: form, body } as const;
			const got = expectStatus(await sample.watch(exchange, 1)(wanted), 200);
			held[at] = /"refresh_token":"([^"]+)"/.exec(got.body)?.[1] ?? "";
		};
	return {
		name: "refresh",
		extent: { seconds: 2 },
		countersign: () => everyClient.map(operationOf),
		baseline: sample.baseline,
	};
}

/** Apps write account data at the embedded homeserver, each their own: what their other devices are told of by sync. */
export function change({ devices }: Pick<Seeded, "devices">): Case {
	const sample = createSample();
	let next = 0;
	const operation: Operation = async ({ exchange }) => {
		next += 1;
		const { userId, accessToken } = devices[next % devices.length] ?? nobody;
		const wanted = {
			method: "PUT",
			path: `/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/org.example.bench`,
			headers: { ...json, authorization: `Bearer ${accessToken}` },
			body: JSON.stringify({ number: next }),
		} as const;
		expectStatus(await sample.watch(exchange, 1)(wanted), 200);
	};
	return {
		name: "change",
		extent: { seconds: 2 },
		countersign: () => everyClient.map(() => operation),
		baseline: sample.baseline,
	};
}

const nobody = { userId: "", accessToken: "" };

/** Apps store a first identity: three keys, two signatures to check, no approval. Each account has but one. */
export function keyUpload(devices: readonly SeededDevice[], each: number): Case {
	const sample = createSample();
	const uploads = devices.map(({ userId, accessToken }) => uploadOf({ userId, accessToken }, "first"));
	const operation: Operation = async ({ exchange }) => {
		const wanted = uploads.pop();
		if (wanted === undefined) throw new Error("too few accounts were seeded");
		expectStatus(await sample.watch(exchange, 1)(wanted), 200);
	};
	return {
		name: "key upload",
		extent: { each },
		countersign: () => everyClient.map(() => operation),
		baseline: sample.baseline,
	};
}

/** The whole reset: asked, shown, approved by the page's form, and carried out. Four requests. */
export function reset(people: readonly Person[], each: number): Case {
	const sample = createSample();
	let round = 0;
	const operationOf = (person: Person): Operation => {
		// Made before the round: signing is the app's work.
		const uploads = Array.from({ length: each }, (_, number) => uploadOf(person, `${round}/${number}`));
		return async (connection) => {
			const exchange = sample.watch(connection.exchange, 4);
			const upload = uploads.pop();
			if (upload === undefined) throw new Error("too few identities were made");
			const asked = expectStatus(await exchange(upload), 401);
			const path = /"url":"https?:\/\/[^/]+([^"?]+)/.exec(asked.body)?.[1] ?? "";
			const cookie = { cookie: person.cookie };
			const page = expectStatus(await exchange({ method: "GET", path, headers: cookie }), 200);
			const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
			const body = `${new URLSearchParams({ csrf, decision: "approve" })}`;
			expectStatus(await exchange({ method: "POST", path, headers: { ...form, ...cookie }, body }), 303);
			expectStatus(await exchange(upload), 200);
		};
	};
	return {
		name: "whole reset",
		extent: { each },
		countersign() {
			round += 1;
			return people.map(operationOf);
		},
		baseline: sample.baseline,
	};
}

/** The upload of a whole new identity. */
export function uploadOf(
	of: { readonly userId: string; readonly accessToken: string },
	name: string,
): Wanted {
	return {
		method: "POST",
		path: "/_matrix/client/v3/keys/device_signing/upload",
		headers: { ...json, authorization: `Bearer ${of.accessToken}` },
		body: JSON.stringify(identityOf(of.userId, `${of.userId} ${name}`).body),
	};
}
