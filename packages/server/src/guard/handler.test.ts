import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { asSessionId, StorageUnavailable } from "@countersign/core";
import { oauthChallenge } from "@countersign/protocol";
import { byPerson } from "../../test/support/actors.ts";
import {
	aliceId,
	type GuardingWorld,
	guardedPath,
	identityOfAlice,
	openGuardingWorld,
} from "../../test/support/guarding-world.ts";
import { holdBack } from "../../test/support/held-back.ts";
import { rawRequest } from "../../test/support/raw-http.ts";
import { alice, scopeFor } from "../../test/support/session-world.ts";

let world: GuardingWorld;
beforeEach(async () => {
	world = await openGuardingWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const published = identityOfAlice("first");
const asksForApproval = { session: "dummy", flows: [{ stages: ["m.login.dummy"] }], params: {} };

interface Sent {
	readonly method?: string;
	readonly token?: string | undefined;
	readonly query?: string;
	/** A text is sent as it is. */
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

async function send({ method = "POST", token, query = "", body = published, headers }: Sent) {
	const takesBody = method === "POST" || method === "PUT";
	const answer = await fetch(`http://127.0.0.1:${world.port}${guardedPath}${query}`, {
		method,
		headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
		...(takesBody && { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
	const text = await answer.text();
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	const read = (text === "" ? undefined : JSON.parse(text)) as any;
	return { status: answer.status, body: read, headers: answer.headers };
}

async function tokenFor() {
	const { accessToken } = await world.signIn();
	return accessToken;
}

describe("who speaks", () => {
	/** Nothing at all reached the homeserver, not even a question. */
	async function refusesUnheard(sent: Sent, expected: Readonly<Record<string, unknown>>) {
		const { status, body } = await send(sent);
		assert.equal(status, 401);
		assert.deepEqual({ ...body, error: undefined }, { error: undefined, ...expected });
		assert.deepEqual(world.homeserverBehind.arrived, []);
	}
	const missing = { errcode: "M_MISSING_TOKEN" };
	const ended = { errcode: "M_UNKNOWN_TOKEN", soft_logout: false };

	test("a request without a token, or with one in its address, is refused", async () => {
		const token = await tokenFor();
		await refusesUnheard({}, missing);
		await refusesUnheard({ query: `?access_token=${token}` }, missing);
		await refusesUnheard({ token, query: `?access_token=${token}` }, missing);
		await refusesUnheard({ token: "of-a-bridge", query: "?user_id=x&access_token=other" }, missing);
	});

	test("two headers are one too many, whichever is good, and though they be halves of one token", async () => {
		const token = await tokenFor();
		const text = JSON.stringify(published);
		for (const both of [
			[`Bearer ${token}`, "Bearer other"],
			["Bearer other", `Bearer ${token}`],
			[`Bearer ${token.slice(0, 9)}`, token.slice(9)],
		]) {
			const answer = await rawRequest(
				world.port,
				[
					`POST ${guardedPath} HTTP/1.1`,
					"Host: countersign.example",
					...both.map((each) => `Authorization: ${each}`),
					`Content-Length: ${text.length}`,
				],
				text,
			);
			assert.match(answer, /^HTTP\/1.1 401 [\s\S]*M_MISSING_TOKEN/);
		}
		assert.deepEqual(world.homeserverBehind.arrived, []);
	});

	test("a token for another purpose opens nothing here", async () => {
		for (const scope of ["openid", "urn:mas:admin", "urn:matrix:client:device:DEVICEAAAA"]) {
			const { accessToken } = await world.signIn({ scope });
			await refusesUnheard({ token: accessToken }, ended);
		}
	});

	test("a token that has ended is answered here: the homeserver may remember for minutes that it was good", async () => {
		const token = await tokenFor();
		const [session] = world.rows("SELECT id FROM sessions");
		await world.sessions.end({
			sessionId: asSessionId(String(session?.id)),
			...{ accountId: alice, reason: "signed-out", actor: byPerson },
		});
		await refusesUnheard({ token }, ended);
	});

	test("an expired token asks for a new one, and loses nobody their keys", async () => {
		const token = await tokenFor();
		world.advance(24 * 60 * 60_000);
		await refusesUnheard({ token }, { errcode: "M_UNKNOWN_TOKEN", soft_logout: true });
	});

	test("somebody whose account is locked is told so, and keeps their keys", async () => {
		const token = await tokenFor();
		world.lock(alice, 1);
		await refusesUnheard({ token }, { errcode: "M_USER_LOCKED", soft_logout: true });
	});

	test("our own right towards the homeserver opens nothing from outside, and the operator is told", async () => {
		await refusesUnheard({ token: world.asToken, query: `?user_id=${aliceId}` }, ended);
		assert.deepEqual(
			world.log.map(({ level }) => level),
			["warn"],
		);
		assert.match(world.log[0]?.text ?? "", /change the shared secret/);
	});
});

describe("what is handed on", () => {
	test("an upload goes in its caller's name, with the headers named here and no others", async () => {
		const token = await tokenFor();
		const { status, body } = await send({
			...{ token, query: "?user_id=@bob:localhost&x=1" },
			headers: {
				...{ te: "trailers", "proxy-authorization": "Basic eA==", "x-real-ip": "10.0.0.1", cookie: "a=b" },
				...{ "user-agent": "Example App", "x-forwarded-for": "192.0.2.7", "x-countersign-guard": "1" },
				...{ "x-http-method-override": "DELETE", "accept-encoding": "gzip", forwarded: "for=10.0.0.1" },
			},
		});
		assert.deepEqual([status, body], [200, {}]);
		const [upload, ...more] = world.homeserverBehind.uploads();
		assert.ok(upload !== undefined && more.length === 0);
		assert.deepEqual([upload.method, upload.url], ["POST", guardedPath]);
		const { host: _, connection: __, ...headers } = upload.headers;
		assert.deepEqual(headers, {
			...{ authorization: `Bearer ${token}`, accept: "application/json" },
			...{ "content-type": "application/json", "content-length": String(upload.body.length) },
			...{ "user-agent": "Example App", "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" },
		});
		assert.deepEqual(await world.securityLog(), ["device-signed-in", "identity-created"]);
	});

	test("an app that says nothing of itself gets no name here", async () => {
		const token = await tokenFor();
		const text = JSON.stringify(published);
		const lines = [`Authorization: Bearer ${token}`, `Content-Length: ${text.length}`];
		await rawRequest(world.port, [`POST ${guardedPath} HTTP/1.1`, "Host: a.example", ...lines], text);
		assert.equal(world.homeserverBehind.uploads()[0]?.headers["user-agent"], undefined);
	});

	test("the keys arrive whole, with members that nobody here knows, and without the rest of the body", async () => {
		const odd = { "org.example.odd": { "\u00e9\u{1f511}": [1, true, { "": '\\ " / \u2028' }] }, z: 1, a: 2 };
		const { master_key, self_signing_key, user_signing_key } = published;
		const keys = {
			master_key: { ...master_key, unsigned: odd },
			self_signing_key: { ...self_signing_key, unsigned: odd },
			user_signing_key: { ...user_signing_key, unsigned: odd },
		};
		const auth = { type: "m.login.password", password: "not for the homeserver" };
		const { status } = await send({ token: await tokenFor(), body: { ...keys, auth, more: odd } });
		assert.equal(status, 200);
		assert.deepEqual(
			world.homeserverBehind.uploads().map(({ body }) => JSON.parse(body)),
			[keys],
		);
	});

	test("what a service sends arrives byte for byte too, with its own token, and for whom it acts", async () => {
		const body = { master_key: { user_id: aliceId, odd: "\u00e9" }, user_signing_key: 7, auth: {}, more: 1 };
		const acts = `user_id=${encodeURIComponent(aliceId)}&device_id=D&org.matrix.msc3202.device_id=E`;
		const headers = { "user-agent": "Example Bridge", "x-forwarded-for": "192.0.2.7" };
		const { status } = await send({ token: "of-a-bridge", query: `?ts=1&${acts}&x=y`, body, headers });
		assert.equal(status, 200);
		const [upload, ...more] = world.homeserverBehind.arrived;
		assert.ok(upload !== undefined && more.length === 0, "nothing is looked up for a service");
		assert.equal(upload.headers.authorization, "Bearer of-a-bridge");
		assert.equal(upload.headers["user-agent"], "Example Bridge");
		assert.equal(upload.headers["x-forwarded-for"], "192.0.2.7");
		assert.equal(upload.url, `${guardedPath}?${acts}`);
		const { master_key, user_signing_key } = body;
		assert.equal(upload.body, JSON.stringify({ master_key, user_signing_key }));
		assert.deepEqual(await world.securityLog(), ["identity-replaced-by-service"]);
	});

	test("a parameter that is there twice goes nowhere: two readers could take two values", async () => {
		for (const name of ["user_id", "device_id", "org.matrix.msc3202.device_id"]) {
			const { status, body } = await send({ token: "of-a-bridge", query: `?${name}=a&b=c&${name}=a` });
			assert.deepEqual([status, body.errcode], [400, "M_INVALID_PARAM"], name);
			assert.ok(body.error.length > 0);
		}
		assert.deepEqual(world.homeserverBehind.arrived, []);
		assert.equal((await send({ token: "of-a-bridge", query: "?ts=1&ts=2" })).status, 200);
		assert.equal(world.homeserverBehind.uploads()[0]?.url, guardedPath);
	});
});

describe("a body", () => {
	const bodies: readonly (readonly [what: string, body: string, status: number, errcode: string])[] = [
		["that is no JSON", "{", 400, "M_NOT_JSON"],
		["that is no object", "[]", 400, "M_BAD_JSON"],
		["with a member twice", `{"master_key":{},"master_key":{}}`, 400, "M_BAD_JSON"],
		["of 64 KiB and a byte", `{"x":"${"y".repeat(64 * 1024 - 7)}"}`, 413, "M_TOO_LARGE"],
	];
	for (const [what, body, status, errcode] of bodies)
		test(`${what} is refused, and goes nowhere`, async () => {
			for (const token of [await tokenFor(), "of-a-bridge"]) {
				const answer = await send({ token, body });
				assert.deepEqual([answer.status, answer.body.errcode], [status, errcode]);
			}
			assert.deepEqual(world.homeserverBehind.arrived, []);
		});

	test("of 64 KiB is read", async () => {
		const text = JSON.stringify({ ...published, x: "" });
		const body = text.replace('"x":""', `"x":"${"y".repeat(64 * 1024 - text.length)}"`);
		assert.equal((await send({ token: await tokenFor(), body })).status, 200);
	});

	test("whose keys are somebody else's, or no keys, is refused, and goes nowhere", async () => {
		const token = await tokenFor();
		for (const master_key of [{ ...published.master_key, user_id: "@bob:localhost" }, 7]) {
			const { status, body } = await send({ token, body: { ...published, master_key } });
			assert.equal(status, 400);
			assert.match(body.errcode, /^M_/);
		}
		assert.deepEqual(world.homeserverBehind.arrived, []);
	});

	test("held back until its session has ended stores nothing", async () => {
		const token = await tokenFor();
		const held = await holdBack(world.port, token, { method: "POST", path: guardedPath, body: published });
		const [session] = world.rows("SELECT id FROM sessions");
		await world.sessions.end({
			sessionId: asSessionId(String(session?.id)),
			...{ accountId: alice, reason: "signed-out", actor: byPerson },
		});
		const { status, body } = await held.release();
		assert.deepEqual([status, body.errcode, body.soft_logout], [401, "M_UNKNOWN_TOKEN", false]);
		assert.deepEqual(world.homeserverBehind.arrived, []);
	});
});

describe("an answer", () => {
	test("of ours is read by scripts of any origin, kept by nobody, and says that it passed the guard", async () => {
		const token = await tokenFor();
		for (const sent of [{ token }, {}, { token, method: "GET" }, { token, body: "{" }]) {
			const { headers } = await send(sent);
			assert.equal(headers.get("access-control-allow-origin"), "*");
			assert.equal(headers.get("x-countersign-guard"), "1");
			assert.equal(headers.get("cache-control"), "no-store");
			assert.equal(headers.get("content-type"), "application/json");
			assert.ok(Number(headers.get("content-length")) > 0, "whole, and not in pieces of unknown number");
			assert.equal(headers.get("set-cookie"), null);
			assert.equal(headers.get("x-of"), null, "nothing of the homeserver's but what is named here");
		}
	});

	test("to a browser that asks first names the one method, and needs no token", async () => {
		const { status, body, headers } = await send({ method: "OPTIONS" });
		assert.deepEqual([status, body], [204, undefined]);
		assert.equal(headers.get("access-control-allow-origin"), "*");
		assert.match(headers.get("access-control-allow-methods") ?? "", /\bPOST\b/);
		assert.match(headers.get("access-control-allow-headers") ?? "", /authorization/i);
		assert.equal(headers.get("x-countersign-guard"), "1");
	});

	test("to another method says which there are", async () => {
		for (const method of ["GET", "PUT", "DELETE"]) {
			const { status, body, headers } = await send({ method, token: "of-a-bridge" });
			assert.deepEqual([status, body.errcode], [405, "M_UNRECOGNIZED"]);
			assert.equal(headers.get("allow"), "POST, OPTIONS");
			assert.ok(body.error.length > 0);
		}
		assert.deepEqual(world.homeserverBehind.arrived, []);
	});

	for (const token of ["of an app", "of a service"])
		test(`of the homeserver's to an upload ${token} comes back as it is`, async () => {
			const own = token === "of an app" ? await tokenFor() : "of-a-bridge";
			const error = { errcode: "M_LIMIT_EXCEEDED", error: "words of the homeserver", retry_after_ms: 7_000 };
			world.homeserverBehind.says = { status: 429, body: error, retryAfter: "7" };
			const limited = await send({ token: own });
			assert.deepEqual([limited.status, limited.body], [429, error]);
			assert.equal(limited.headers.get("retry-after"), "7");
			world.homeserverBehind.says = { status: 403, body: { ...error, errcode: "M_FORBIDDEN" } };
			const forbidden = await send({ token: own });
			assert.deepEqual([forbidden.status, forbidden.body.errcode], [403, "M_FORBIDDEN"]);
			assert.equal(forbidden.headers.get("retry-after"), null);
			assert.deepEqual(
				(await world.securityLog()).filter((kind) => kind !== "device-signed-in"),
				[],
			);
		});

	test("where the homeserver asks for an approval names our page for it, and follow-ups are known", async () => {
		world.homeserverBehind.masterKey = identityOfAlice("older").master_key;
		world.homeserverBehind.says = { status: 401, body: asksForApproval };
		const token = await tokenFor();
		const { status, body } = await send({ token });
		assert.equal(status, 401);
		const [request] = world.rows("SELECT reference, uia_session FROM reset_requests");
		const url = `${world.url}account/reset/${request?.reference}?action=org.matrix.cross_signing_reset`;
		const session = String(request?.uia_session);
		const { flows } = oauthChallenge({ session, url });
		assert.equal(body.session, session);
		assert.deepEqual(body.flows, flows);
		assert.ok(JSON.stringify(body.params).includes(url));
		const foreign = await send({
			token,
			body: { ...published, auth: { type: "m.login.password", session } },
		});
		assert.deepEqual(
			[foreign.status, foreign.body.errcode],
			[401, "M_FORBIDDEN"],
			"of a stage that is not ours",
		);
	});
});

describe("while the homeserver is away", () => {
	for (const token of ["of an app", "of a service"])
		test(`an upload ${token} is to come again, and nobody is signed out`, async () => {
			const own = token === "of an app" ? await tokenFor() : "of-a-bridge";
			await world.homeserverBehind.leave();
			const { status, body, headers } = await send({ token: own });
			assert.deepEqual([status, body.errcode], [502, "M_UNKNOWN"]);
			assert.ok(body.error.length > 0);
			assert.equal(headers.get("retry-after"), "5");
			const [line, ...more] = world.log;
			assert.deepEqual([line?.level, more], ["warn", []], "no fault of ours");
			assert.match(String(line?.err), /Synapse/, "and why is in the log");
		});
});

describe("a session that ends while the homeserver is asked", () => {
	test("stores nothing, and is told so", async () => {
		const token = await tokenFor();
		world.homeserverBehind.beforeLook = () => world.lock(alice, 1);
		const { status, body } = await send({ token });
		assert.deepEqual([status, body.errcode, body.soft_logout], [401, "M_USER_LOCKED", true]);
		assert.deepEqual(world.homeserverBehind.uploads(), []);
	});

	test("and counts again when the app is answered, has it renew its token and keep its keys", async () => {
		const token = await tokenFor();
		world.homeserverBehind.beforeLook = () => world.lock(alice, 1);
		world.looksAtTokens.before = (time) => time === 3 && world.lock(alice, null);
		const { status, body } = await send({ token });
		assert.deepEqual([status, body.errcode, body.soft_logout], [401, "M_UNKNOWN_TOKEN", true]);
		assert.deepEqual(world.homeserverBehind.uploads(), []);
	});
});

describe("a fault of ours", () => {
	test("is logged, and answered without a word about why", async () => {
		const fault = new Error("a secret of the inside");
		world.looksAtTokens.before = () => {
			throw fault;
		};
		const { status, body, headers } = await send({ token: await tokenFor() });
		assert.deepEqual([status, body.errcode], [500, "M_UNKNOWN"]);
		assert.ok(!JSON.stringify(body).includes("inside"));
		assert.equal(headers.get("x-countersign-guard"), "1");
		assert.deepEqual(world.log, [{ level: "error", text: "the guard failed", err: fault }]);
	});

	test("that is over soon says so", async () => {
		world.looksAtTokens.before = () => {
			throw new StorageUnavailable("the data are away");
		};
		const { status, headers } = await send({ token: await tokenFor() });
		assert.equal(status, 503);
		assert.ok(Number(headers.get("retry-after")) > 0);
	});
});

test("a token is remembered with where it was used", async () => {
	const token = await tokenFor();
	await send({ token, headers: { "x-forwarded-for": "192.0.2.7" } });
	await world.sessions.close();
	const [session] = world.rows("SELECT last_address FROM sessions WHERE scope = ?", scopeFor("DEVICEAAAA"));
	assert.equal(session?.last_address, "192.0.2.7");
});
