/** The claim, before a real Synapse: an approval lets exactly one upload through, and nothing else does. */
import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { identityOf } from "../support/device-crypto.ts";
import { guardedPath, openGuardWorld } from "../support/guard-world.ts";
import { rawRequest } from "../support/raw-http.ts";
import { call, type LoggedInDevice } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

const unstablePath = "/_matrix/client/unstable/keys/device_signing/upload";

describe("before Synapse, while a reset is approved", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { server, synapse, toSynapse, upload, uploadPast } = world;
	const thief = await world.login("STOLENTOKEN");
	let count = 0;
	let phone = world.phone;
	let [before, approved] = ["first", "first"];
	const thiefs = "thiefs";

	/** Each test begins with an approval that nobody has used, for a device and an identity of its own. */
	beforeEach(async () => {
		phone = await world.login();
		before = (await world.identityNow([before, approved])) ?? "none";
		count += 1;
		approved = `approved ${count}`;
		await world.askAndApprove(phone, approved);
	});

	/** Nothing of what was tried got through, and the approval is still good for what it was given for. */
	async function onlyTheApprovedOne(): Promise<void> {
		assert.equal(await world.identityNow([before, approved, thiefs]), before);
		const { status, body } = await upload(phone, approved);
		assert.equal(status, 200, JSON.stringify(body));
		assert.equal(await world.identityNow([before, approved, thiefs]), approved);
	}

	/** What goes on to Synapse by our own right: the one thing it does not refuse. */
	const sentByOwnRight = () =>
		toSynapse.seen.filter(({ path }) => path.startsWith(`${guardedPath}?user_id=`)).length;

	test("the stolen token of another device gets nothing through, not even the approved keys", async () => {
		for (const identity of [approved, thiefs]) {
			assert.equal((await upload(thief, identity)).status, 401);
			assert.equal((await uploadPast(thief, identity)).status, 401);
		}
		await onlyTheApprovedOne();
	});

	test("other keys from the very device get nothing through, as a whole or in part", async () => {
		const other = identityOf(phone.userId, thiefs).body;
		const own = identityOf(phone.userId, approved).body;
		const { self_signing_key: _, ...withoutOne } = own;
		const tried = [
			other,
			withoutOne,
			{ ...own, user_signing_key: other.user_signing_key },
			{ master_key: own.master_key },
			{ master_key: other.master_key, self_signing_key: other.self_signing_key },
		];
		for (const body of tried) {
			const past = await call(synapse.base, phone.accessToken, { method: "POST", path: guardedPath, body });
			const { status } = await server.call(phone, "POST", guardedPath, body);
			assert.ok([400, 401].includes(status) && [400, 401].includes(past.status));
		}
		await onlyTheApprovedOne();
	});

	test("a token in the query is none, alone, beside the header or spelt otherwise", async () => {
		const seen = toSynapse.seen.length;
		const body = JSON.stringify(identityOf(phone.userId, approved).body);
		for (const name of ["access_token", "access%5Ftoken", "a=b&access_token"]) {
			const url = new URL(`${guardedPath}?${name}=${phone.accessToken}`, server.url);
			for (const headers of [{}, { authorization: `Bearer ${phone.accessToken}` }]) {
				const answer = await fetch(url, { method: "POST", headers, body });
				assert.deepEqual([answer.status, errcode(await answer.json())], [401, "M_MISSING_TOKEN"]);
			}
		}
		assert.equal(toSynapse.seen.length, seen, "nothing was handed on");
		const past = new URL(`${guardedPath}?access_token=${thief.accessToken}`, synapse.base);
		assert.equal((await fetch(past, { method: "POST", body })).status, 401);
		await onlyTheApprovedOne();
	});

	test("two Authorization headers are none", async () => {
		const body = JSON.stringify(identityOf(phone.userId, approved).body);
		const answer = await rawPost(guardedPath, body, [
			`Authorization: Bearer ${phone.accessToken}`,
			`Authorization: Bearer ${thief.accessToken}`,
		]);
		assert.match(answer, /^HTTP\/1.1 401[\s\S]*M_MISSING_TOKEN/);
		await onlyTheApprovedOne();
	});

	test("the unstable path is the same endpoint, here and at Synapse", async () => {
		for (const base of [server.url, synapse.base])
			for (const device of [phone, thief]) {
				const body = identityOf(phone.userId, thiefs).body;
				const sent = { method: "POST", path: unstablePath, body };
				assert.equal((await call(base, device.accessToken, sent)).status, 401);
			}
		await onlyTheApprovedOne();
	});

	test("no other spelling of the path is handed on, nor taken by Synapse", async () => {
		const seen = toSynapse.seen.length;
		const body = JSON.stringify(identityOf(phone.userId, thiefs).body);
		for (const path of spellings) {
			const answer = await rawPost(path, body, [`Authorization: Bearer ${phone.accessToken}`]);
			assert.match(answer, /^HTTP\/1.1 (404|400|405) /, path);
			if (!path.includes("\\") && path.startsWith("/")) assert.match(answer, /x-countersign-guard: 1/i, path);
			const past = await rawPost(path, body, [`Authorization: Bearer ${phone.accessToken}`], synapse.port);
			assert.doesNotMatch(past, /^HTTP\/1.1 200/, path);
		}
		assert.equal(toSynapse.seen.length, seen, "nothing was handed on");
		await onlyTheApprovedOne();
	});

	test("a body that two readers could read in two ways is read by nobody", async () => {
		const seen = toSynapse.seen.length;
		const [own, other] = [approved, thiefs].map((name) =>
			JSON.stringify(identityOf(phone.userId, name).body),
		);
		assert.ok(own !== undefined && other !== undefined);
		const twice = `${own.slice(0, -1)},${other.slice(1)}`;
		const key = /"master_key":(\{.*?\}\})/.exec(other)?.[1] ?? "";
		const tried = [
			twice,
			`${own.slice(0, -1)},"master_key":${key}}`,
			`${own.slice(0, -1)},"master\\u005fkey":${key}}`,
			own.replace('"usage":["master"]', '"usage":["master"],"usage":["master"]'),
			`\ufeff${own}`,
			`[${own}]`,
			own.replace('"usage":["master"]', '"usage":["master"],"x":1.0'),
			own.replace('"usage":["master"]', '"usage":["master"],"x":"\\ud800"'),
		];
		for (const body of tried) {
			const { status } = await server.call(phone, "POST", guardedPath, body);
			assert.equal(status, 400, body.slice(0, 40));
		}
		const packed = await fetch(new URL(guardedPath, server.url), {
			method: "POST",
			headers: { authorization: `Bearer ${phone.accessToken}`, "content-encoding": "gzip" },
			body: own,
		});
		assert.equal(packed.status, 400);
		assert.equal(toSynapse.seen.length, seen, "nothing was handed on");
		await onlyTheApprovedOne();
	});

	test("a replay of an upload that was approved and has been replaced needs another approval", async () => {
		const replayed = identityOf(phone.userId, approved).body;
		await onlyTheApprovedOne();
		assert.equal((await server.call(phone, "POST", guardedPath, replayed)).status, 200, "nothing is changed");
		const later = `later ${count}`;
		await world.askAndApprove(phone, later);
		assert.equal((await upload(phone, later)).status, 200);
		const { status } = await server.call(phone, "POST", guardedPath, replayed);
		assert.notEqual(status, 200);
		assert.equal(await world.identityNow([approved, later]), later);
		approved = later;
	});

	test("an upload that hung in the check of its token while the approved one went through is refused", async () => {
		const slow = await world.login(`SLOWDEVICE${count}`);
		const check = world.toServer.hold(({ body }) => body.includes(slow.accessToken));
		const late = uploadPast(slow, thiefs);
		await check.arrived;
		assert.equal((await upload(phone, approved)).status, 200);
		check.release();
		assert.equal((await late).status, 401);
		assert.equal(await world.identityNow([before, approved, thiefs]), approved);
	});

	test("straight to Synapse, past the proxy, nothing is let in", async () => {
		assert.equal((await uploadPast(phone, approved)).status, 401, "not even what is approved");
		assert.equal((await uploadPast(phone, thiefs)).status, 401);
		await onlyTheApprovedOne();
		assert.equal((await uploadPast(phone, thiefs)).status, 401, "nor afterwards");
		assert.equal((await uploadPast(thief, thiefs)).status, 401);
	});

	test("of a hundred uploads at once exactly the approved one is stored, and by one request", async () => {
		const sent = sentByOwnRight();
		const others = [thief, ...(await Promise.all([world.login(), world.login()]))];
		const theOne = 51;
		const uploads = Array.from({ length: 100 }, (_, at) => {
			if (at === theOne) return { device: phone, identity: approved, send: upload };
			const device = at % 25 === 0 ? phone : pick(others, at);
			// Other devices try the approved keys too; every third upload goes past the guard.
			const identity = device !== phone && at % 4 === 1 ? approved : `thiefs ${at}`;
			return { device, identity, send: at % 3 === 2 ? uploadPast : upload };
		});
		const answers = await Promise.all(
			uploads.map(({ device, identity, send }, at) =>
				send(device, identity, at % 2 ? { auth: { type: "m.oauth" } } : {}),
			),
		);
		const through = uploads.filter((_, at) => answers[at]?.status === 200);
		assert.deepEqual(
			new Set(through.map(({ identity }) => identity)),
			new Set([approved]),
			"whoever is told 200 sent what is stored now",
		);
		assert.ok(answers.every(({ status }) => [200, 401, 429].includes(status)));
		assert.equal(answers[theOne]?.status, 200);
		assert.equal(sentByOwnRight() - sent, 1);
		assert.equal(await world.identityNow([before, approved]), approved);
	});

	test("a hundred retries of the approved upload at once are all told 200, and one is sent", async () => {
		const sent = sentByOwnRight();
		const answers = await Promise.all(Array.from({ length: 100 }, () => upload(phone, approved)));
		assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
		assert.equal(sentByOwnRight() - sent, 1);
		assert.equal(await world.identityNow([before, approved]), approved);
	});

	function rawPost(
		path: string,
		body: string,
		headers: readonly string[],
		port = server.port,
	): Promise<string> {
		const length = `Content-Length: ${Buffer.byteLength(body)}`;
		return rawRequest(port, [`POST ${path} HTTP/1.1`, "Host: localhost", length, ...headers], body);
	}

	const spellings = [
		"/_matrix/client/v3//keys/device_signing/upload",
		"//_matrix/client/v3/keys/device_signing/upload",
		"/_matrix/client/v3/keys/device_signing/upload/",
		"/_matrix/client/v3/keys/device%5Fsigning/upload",
		"/_matrix/client/v3/keys%2Fdevice_signing%2Fupload",
		"/_matrix/client/v3/keys/device_signing/%75pload",
		"/_matrix/client/v3/./keys/device_signing/upload",
		"/_matrix/client/v3/x/../keys/device_signing/upload",
		"/_matrix/client/v3/keys/device_signing/upload;x",
		"/_matrix/client/v3/keys/device_signing/upload%00",
		"/_matrix/client/v3/keys/device_signing/upload%20",
		"/_matrix/client/V3/keys/device_signing/upload",
		"/_matrix/client/v3/keys/Device_Signing/upload",
		"/_matrix/client/r0/keys/device_signing/upload",
		"/_matrix/client/v1/keys/device_signing/upload",
		"/_matrix/client/v3\\keys\\device_signing\\upload",
		`http://localhost:${server.port}/_matrix/client/v3/keys/device_signing/upload/`,
	];
});

function pick(devices: readonly LoggedInDevice[], at: number): LoggedInDevice {
	const device = devices[at % devices.length];
	assert.ok(device !== undefined);
	return device;
}

function errcode(body: unknown): unknown {
	return (body as { readonly errcode?: unknown }).errcode;
}
