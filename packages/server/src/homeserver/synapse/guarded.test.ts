import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { bodyOf, identity, parsed, userId } from "@countersign/core/testing";
import { NoAnswer } from "../../outbound/index.ts";
import { type ClientAnswer, type ClientRequest, unavailable } from "./client-api.ts";
import { createForeignUploads, createGuardedSynapse, createHandOn } from "./guarded.ts";

const asToken = "token-of-ours";
const upload = parsed(bodyOf(identity("one")));
const master = upload.master;
assert.ok(master !== undefined);
const keys = [
	{ slot: "master", publicKey: master.publicKey, signed: master.signed, object: master.object },
] as const;
const error = (errcode: string) => ({ errcode, error: "words" });
const challenge = { session: "dummy", flows: [{ stages: ["m.oauth"] }], params: {} };

/** Synapse, which answers this to everything, and what it was asked. */
function answering(answer: ClientAnswer | Error) {
	const asked: ClientRequest[] = [];
	const ask = async (request: ClientRequest) => {
		asked.push(request);
		if (answer instanceof Error) throw answer;
		return answer;
	};
	return { asked, synapse: createGuardedSynapse(ask, asToken), foreign: createForeignUploads(ask) };
}

describe("what Synapse says to an approved upload", () => {
	const says = async (status: number, body: ClientAnswer["body"]) =>
		(await answering({ status, body }).synapse.store(userId, keys)).answer;

	test("stored, refused, broken", async () => {
		assert.equal(await says(200, {}), "stored");
		assert.equal(await says(400, error("M_INVALID_PARAM")), "refused");
		assert.equal(await says(403, error("M_FORBIDDEN")), "refused");
		assert.equal(await says(401, challenge), "refused", "a Synapse that asks us for an approval is too old");
		assert.equal(await says(500, error("M_UNKNOWN")), "broke");
	});

	for (const [status, body] of [
		[401, error("M_UNKNOWN_TOKEN")],
		[429, error("M_LIMIT_EXCEEDED")],
		[502, error("M_UNKNOWN")],
		[503, error("M_UNKNOWN")],
		[500, { message: "of a proxy" }],
		[404, {}],
		[302, error("M_UNKNOWN")],
		[200, error("M_UNKNOWN")],
	] as const) {
		test(`${status} ${JSON.stringify(body)} says nothing about the keys`, async () => {
			await assert.rejects(says(status, body), HomeserverUnavailable);
		});
	}

	test("why is kept for the person, and opens nothing, whatever a Synapse repeats", async () => {
		const repeated = `{"authorization":"Bearer ${asToken}"}`;
		for (const body of [
			{ errcode: "M_FORBIDDEN", error: `sent with ${repeated}` },
			{ errcode: repeated, error: "words" },
		]) {
			for (const status of [403, 500]) {
				const answer = await answering({ status, body }).synapse.store(userId, keys);
				assert.ok("reason" in answer && !answer.reason.includes(asToken), JSON.stringify(answer));
				assert.match(answer.reason, /: words|M_FORBIDDEN: sent with/);
			}
		}
	});

	test("one that cannot have arrived is told from one that may have", async () => {
		const lost = (mayHaveArrived: boolean) =>
			unavailable("", new NoAnswer("unreachable", { mayHaveArrived, onKeptConnection: false }));
		const { answer } = await answering(lost(false)).synapse.store(userId, keys);
		assert.equal(answer, "not-sent");
		await assert.rejects(answering(lost(true)).synapse.store(userId, keys), HomeserverUnavailable);
	});

	test("it goes by our own right, for this person, and holds nothing but the keys", async () => {
		const { asked, synapse } = answering({ status: 200, body: {} });
		await synapse.store(userId, keys);
		const [{ path, query, accessToken, body } = assert.fail()] = asked;
		assert.deepEqual([path, query], ["/_matrix/client/v3/keys/device_signing/upload", { user_id: userId }]);
		assert.deepEqual([accessToken, body], [asToken, { master_key: master.object }]);
	});
});

describe("what Synapse says to the caller's own upload", () => {
	const says = (status: number, body: ClientAnswer["body"]) =>
		answering({ status, body }).synapse.forward({ accessToken: "theirs", userAgent: "Äpp/1 ✓" }, keys);

	test("what needs an approval is told from everything else, which is passed on", async () => {
		assert.deepEqual(await says(200, {}), { answer: "stored" });
		assert.deepEqual(await says(401, challenge), { answer: "approval-needed" });
		const body = { ...error("M_UNKNOWN_TOKEN"), soft_logout: true };
		assert.deepEqual(await says(401, body), { answer: "passed-on", passedOn: { status: 401, body } });
		await assert.rejects(says(404, {}), HomeserverUnavailable);
		await assert.rejects(says(303, error("M_UNKNOWN")), HomeserverUnavailable);
	});

	test("it goes in the caller's name alone", async () => {
		const { asked, synapse } = answering({ status: 200, body: {} });
		await synapse.forward({ accessToken: "theirs", address: "192.0.2.1", userAgent: "Äpp/1 ✓" }, keys);
		const [{ query, accessToken, headers } = assert.fail()] = asked;
		assert.deepEqual([query, accessToken], [undefined, "theirs"]);
		const from = { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https" };
		assert.deepEqual(headers, { ...from, "user-agent": "?pp/1 ?" });
	});
});

describe("what Synapse holds", () => {
	const look = (body: ClientAnswer["body"], status = 200) => answering({ status, body }).synapse.look(userId);

	test("nothing, of a person without keys", async () => {
		assert.deepEqual(await look({ device_keys: {}, failures: {} }), { deviceIds: [], identity: {} });
	});

	test("the keys as they are compared, and the names of devices", async () => {
		const body = {
			device_keys: { [userId]: { ONE: {}, TWO: {} }, "@bob:example.org": { THREE: {} } },
			master_keys: { [userId]: { ...master.object, signatures: { [userId]: { "ed25519:ONE": "x" } } } },
		};
		assert.deepEqual(await look(body), {
			deviceIds: ["ONE", "TWO"],
			identity: { master: { publicKey: master.publicKey, signed: master.signed } },
		});
	});

	test("a key that we would refuse is one all the same, and equals none of ours", async () => {
		for (const odd of [{}, { keys: [] }, { keys: { "ed25519:x": 7 } }, { usage: [0.5] }]) {
			const { identity: held } = await look({ master_keys: { [userId]: odd } });
			assert.ok(held.master !== undefined && held.master.signed !== master.signed, JSON.stringify(odd));
		}
	});

	test("an answer of another shape, or no answer, is not nothing", async () => {
		for (const body of [{ master_keys: [] }, { device_keys: { [userId]: "x" } }])
			await assert.rejects(look(body), HomeserverUnavailable);
		await assert.rejects(look(error("M_UNKNOWN_TOKEN"), 401), HomeserverUnavailable);
	});
});

test("a foreign upload goes with its own token, and its answer comes back as it is", async () => {
	const { asked, foreign } = answering({ status: 418, body: { a: 1 }, retryAfter: "7" });
	const sent = {
		accessToken: "bridge",
		query: { user_id: userId },
		keys: { master_key: {} },
		address: "::1",
	};
	assert.deepEqual(await foreign(sent), { status: 418, body: { a: 1 }, retryAfter: "7" });
	const [{ accessToken, query, body } = assert.fail()] = asked;
	assert.deepEqual([accessToken, query, body], ["bridge", { user_id: userId }, { master_key: {} }]);
});

test("tokens that anybody can invent keep no more than a few uploads waiting for Synapse", async () => {
	const waiting: ((answer: ClientAnswer) => void)[] = [];
	const foreign = createForeignUploads(() => new Promise((resolve) => waiting.push(resolve)));
	const send = () => foreign({ accessToken: "invented", query: {}, keys: {}, address: "192.0.2.1" });
	const first = Array.from({ length: 32 }, send);
	const refused = await send();
	assert.deepEqual([refused.status, refused.retryAfter], [429, "5"]);
	assert.equal(waiting.length, 32);
	for (const answer of waiting) answer({ status: 401, body: error("M_UNKNOWN_TOKEN") });
	assert.ok((await Promise.all(first)).every(({ status }) => status === 401));
	const afterwards = send();
	waiting.at(-1)?.({ status: 200, body: {} });
	assert.equal((await afterwards).status, 200);
});

describe("what is handed on in a caller's own name", () => {
	const wanted = { accessToken: "own", method: "GET", path: "/_matrix/x", isOwn: true } as const;

	test("goes as it came, with a query and a body where there is one, and what makes something is sent once", async () => {
		const asked: ClientRequest[] = [];
		const handOn = createHandOn(async (request) => {
			asked.push(request);
			return { status: 200, body: {} };
		});
		const caller = { address: "192.0.2.1", userAgent: "App/1\u00e9" };
		await handOn({ ...wanted, ...caller });
		await handOn({ ...wanted, ...caller, method: "POST", query: { version: "1" }, body: { a: 1 } });
		const headers = {
			...{ "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https", "user-agent": "App/1?" },
		};
		const always = { path: "/_matrix/x", accessToken: "own", headers, timeoutMs: 30_000 };
		assert.deepEqual(asked, [
			{ ...always, method: "GET", repeatable: true },
			{ ...always, method: "POST", query: { version: "1" }, body: { a: 1 }, repeatable: false },
		]);
	});

	test("with tokens that anybody can invent is at most 32 at once, and with ours as many as there are", async () => {
		const waiting: ((answer: ClientAnswer) => void)[] = [];
		const handOn = createHandOn(() => new Promise((resolve) => waiting.push(resolve)));
		const send = (isOwn: boolean) => handOn({ ...wanted, address: "192.0.2.1", isOwn });
		const own = Array.from({ length: 40 }, () => send(true));
		const first = Array.from({ length: 32 }, () => send(false));
		assert.equal((await send(false)).status, 429);
		own.push(send(true));
		assert.equal(waiting.length, 73);
		for (const answer of waiting.splice(0)) answer({ status: 200, body: {} });
		await Promise.all([...own, ...first]);
		const second = Array.from({ length: 32 }, () => send(false));
		assert.equal((await send(false)).status, 429, "those that are over make room, and no more than that");
		for (const answer of waiting) answer({ status: 200, body: {} });
		assert.ok((await Promise.all(second)).every(({ status }) => status === 200));
	});
});
