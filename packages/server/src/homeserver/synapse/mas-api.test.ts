import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { NoAnswer, type OutboundAnswer } from "../../outbound/index.ts";
import { createMasApi, type MasApi } from "./mas-api.ts";
import { createMasCall } from "./mas-call.ts";

type Sent = Parameters<Parameters<typeof createMasCall>[0]["request"]>[0];

/** The interface over a Synapse that always says this, and what it was sent last. */
function saying(status: number, body: string, silences: (string | undefined)[] = []) {
	const sent: Sent[] = [];
	const request = async (wanted: Sent): Promise<OutboundAnswer> => {
		sent.push(wanted);
		if (status === 0) throw new NoAnswer("timeout", { mayHaveArrived: true, onKeptConnection: false });
		return { status, headers: {}, body: new TextEncoder().encode(body) };
	};
	const settings = { synapse: "http://synapse:8008/", secret: "hunter2" };
	const call = createMasCall({ request }, settings, { note: (silence) => void silences.push(silence) });
	return { api: createMasApi(call), sent };
}

async function bodyOf(work: (api: MasApi) => Promise<unknown>): Promise<unknown> {
	const { api, sent } = saying(200, "{}");
	await work(api);
	return JSON.parse(String(sent[0]?.body));
}

describe("a call to Synapse", () => {
	test("carries the secret, goes to its one path, and names what it is about in the query or as JSON", async () => {
		const { api, sent } = saying(200, "{}");
		await api.isLocalpartAvailable("a b&c=d");
		await api.upsertDevice({ localpart: "alice", deviceId: asDeviceId("D") });
		const [get, post] = sent;
		assert.equal(
			String(get?.url),
			"http://synapse:8008/_synapse/mas/is_localpart_available?localpart=a+b%26c%3Dd",
		);
		assert.deepEqual([get?.method, get?.headers?.authorization], ["GET", "Bearer hunter2"]);
		assert.equal(String(post?.url), "http://synapse:8008/_synapse/mas/upsert_device");
		assert.deepEqual(JSON.parse(String(post?.body)), { localpart: "alice", device_id: asDeviceId("D") });
	});

	test("never names two ways to change one thing, which Synapse refuses whatever they say", async () => {
		const provision = (user: Parameters<MasApi["provisionUser"]>[0]) =>
			bodyOf((api) => api.provisionUser(user));
		const localpart = "alice";
		assert.deepEqual(await provision({ localpart }), { localpart });
		assert.deepEqual(
			await provision({
				localpart,
				displayName: "A",
				avatarUrl: "mxc://a/b",
				emails: ["a@b.c"],
				locked: false,
			}),
			{
				...{ localpart, set_displayname: "A", set_avatar_url: "mxc://a/b" },
				...{ set_emails: ["a@b.c"], locked: false },
			},
		);
		assert.deepEqual(await provision({ localpart, displayName: "", avatarUrl: "", emails: [] }), {
			...{ localpart, unset_displayname: true, unset_avatar_url: true, unset_emails: true },
		});
	});

	test("names a device where it has a name, and says under which name somebody is known", async () => {
		const device = { localpart: "alice", deviceId: asDeviceId("D") };
		assert.deepEqual(await bodyOf((api) => api.upsertDevice({ ...device, displayName: "Phone" })), {
			...{ localpart: "alice", device_id: "D", display_name: "Phone" },
		});
		const { api } = saying(200, '{"is_deactivated":true,"display_name":"Alice"}');
		assert.deepEqual(await api.queryUser("alice"), {
			...{ ok: true, value: { deactivated: true, displayName: "Alice" } },
		});
		const { api: creating } = saying(201, "{}");
		assert.deepEqual(await creating.provisionUser({ localpart: "a" }), {
			ok: true,
			value: { created: true },
		});
		assert.deepEqual(await api.provisionUser({ localpart: "a" }), { ok: true, value: { created: false } });
	});

	test("may be sent again at once on a new connection, except what does harm when it comes late", async () => {
		const { api, sent } = saying(200, "{}");
		const device = { localpart: "alice", deviceId: asDeviceId("D") };
		await api.upsertDevice(device);
		await api.deleteDevice(device);
		await api.deleteUser({ localpart: "alice", erase: true });
		assert.deepEqual(
			sent.map(({ repeatable }) => repeatable),
			[true, false, false],
		);
	});

	test("that looks at somebody for a page does not wait for long", async () => {
		const { api, sent } = saying(200, '{"is_deactivated":false,"display_name":null}');
		assert.deepEqual(await api.queryUser("alice", 1_000), { ok: true, value: { deactivated: false } });
		assert.equal(sent[0]?.timeoutMs, 1_000);
	});
});

describe("an answer of Synapse", () => {
	const device = { localpart: "alice", deviceId: asDeviceId("D") };
	const refusals = [
		[404, "M_NOT_FOUND", "unknown-user", (api: MasApi) => api.upsertDevice(device)],
		[400, "M_FORBIDDEN", "device-id-in-use", (api: MasApi) => api.upsertDevice(device)],
		[400, "M_TOO_LARGE", "too-long", (api: MasApi) => api.upsertDevice(device)],
		[400, "M_FORBIDDEN", "request-refused", (api: MasApi) => api.deleteDevice(device)],
		[400, "constructor", "request-refused", (api: MasApi) => api.upsertDevice(device)],
		[400, "M_USER_IN_USE", "localpart-taken", (api: MasApi) => api.isLocalpartAvailable("a")],
		[400, "M_INVALID_USERNAME", "localpart-invalid", (api: MasApi) => api.isLocalpartAvailable("a")],
		[400, "M_EXCLUSIVE", "localpart-exclusive", (api: MasApi) => api.isLocalpartAvailable("a")],
		[
			401,
			"M_MISSING_TOKEN",
			"secret-refused",
			(api: MasApi) => api.setDisplayName({ ...device, displayName: "" }),
		],
		[403, "M_UNKNOWN", "secret-refused", (api: MasApi) => api.allowCrossSigningReset("alice")],
	] as const;
	for (const [status, errcode, reason, ask] of refusals) {
		test(`${status} ${errcode} is ${reason}`, async () => {
			const { api } = saying(status, JSON.stringify({ errcode, error: "No" }));
			assert.deepEqual(await ask(api), { ok: false, reason, errcode });
		});
	}

	for (const [status, body] of [
		[200, "<html></html>"],
		[200, ""],
		[200, "[]"],
		[200, "null"],
		[203, "{}"],
		[302, "{}"],
		[400, "<html></html>"],
		[403, "{}"],
		[404, '{"errcode":"M_UNRECOGNIZED"}'],
		[404, "nginx"],
		[429, '{"errcode":"M_LIMIT_EXCEEDED"}'],
		[500, '{"errcode":"M_UNKNOWN"}'],
		[0, "silence"],
	] as const) {
		test(`${status} “${body}” says nothing about what happened`, async () => {
			const { api } = saying(status, body);
			await assert.rejects(api.deleteDevice(device), (error) => {
				assert.ok(error instanceof HomeserverUnavailable);
				assert.doesNotMatch(`${error.stack}`, /hunter2/);
				return true;
			});
		});
	}

	test("about somebody is taken only with all that makes it one", async () => {
		for (const body of ["{}", '{"is_deactivated":"no"}', '{"display_name":"Alice"}'])
			await assert.rejects(saying(200, body).api.queryUser("alice"), HomeserverUnavailable);
	});

	test("is silence where there is none, or a proxy's for a Synapse that is not there", async () => {
		const silences: (string | undefined)[] = [];
		for (const status of [0, 502, 503, 504])
			await assert.rejects(saying(status, "", silences).api.reactivateUser("alice"));
		assert.deepEqual(silences, ["timeout", "status 502", "status 503", "status 504"]);
		silences.length = 0;
		await assert.rejects(saying(500, "{}", silences).api.reactivateUser("alice"));
		await saying(403, '{"errcode":"M_UNKNOWN"}', silences).api.reactivateUser("alice");
		assert.deepEqual(silences, [undefined, undefined]);
	});
});
