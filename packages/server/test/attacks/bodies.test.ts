/** Oversized and malformed bodies on every endpoint there is. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openAttackWorld } from "../support/attack-world.ts";
import { rawRequest } from "../support/raw-http.ts";
import { type Route, startServerWithRoutes } from "../support/routes.ts";
import type { LoggedInDevice, RunningServer } from "../support/server.ts";

interface Target {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
}

const form = "application/x-www-form-urlencoded";
const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);
const backupLimit = 16 * 1024 * 1024;

/** Bodies that are no JSON object: no endpoint that takes one may succeed with them. */
const noJsonObject: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
	["an array", "[]"],
	["null", "null"],
	["a text", '"x"'],
	["a number", "1e999"],
	["half an object", '{"a":'],
	["two objects", "{}{}"],
	["a comment", "{}//"],
	["a trailing comma", '{"a":1,}'],
	["single quotes", "{'a':1}"],
	["NaN", '{"a":NaN}'],
	["a byte order mark", "\ufeff{}"],
	["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
	["a null byte", "{}\u0000"],
	["a form", "a=b&c=d"],
	["markup", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"],
	["arrays in arrays", deep("[", "]", 20_000)],
];

/** Objects that harm careless readers. Any answer but a fault is right. */
const harmful: readonly (readonly [string, string])[] = [
	["objects in objects", `{"a":${deep('{"a":', "}", 5_000).replace("}", "1}")}}`],
	["arrays in an object", `{"a":${deep("[", "]", 20_000)}}`],
	["__proto__", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
	[
		"a prototype in every member",
		`{${["device_keys", "one_time_keys", "auth_data", "messages", "display_name", "displayname", "rooms", "sessions", "filter", "auth", "master_key", "algorithm", "version"].map((name) => `"${name}":{"__proto__":{"polluted":true}}`).join(",")}}`,
	],
	[
		"wrong types",
		`{${["device_keys", "one_time_keys", "auth_data", "messages", "display_name", "displayname", "rooms", "sessions", "master_key", "algorithm", "version", "redirect_uris", "client_uri"].map((name) => `"${name}":[{"a":[1]}]`).join(",")}}`,
	],
	["many members", `{${Array.from({ length: 5_000 }, (_each, index) => `"k${index}":${index}`).join(",")}}`],
	["huge numbers", '{"a":1e400,"b":-0,"c":123456789012345678901234567890}'],
	["lone surrogates", '{"\\ud800":"\\udfff"}'],
	["null bytes", '{"a\\u0000b":"\\u0000"}'],
	["a number as every name", '{"toString":1,"hasOwnProperty":2,"valueOf":3,"then":4,"length":5}'],
];

/** But those that sign out whoever calls them, and read no body. */
async function everyEndpoint(
	server: RunningServer,
	routes: readonly Route[],
	{ userId, accessToken }: LoggedInDevice,
): Promise<readonly Target[]> {
	const bearer = { authorization: `Bearer ${accessToken}` };
	const secret = { authorization: `Bearer ${server.introspectionSecret}` };
	const targets: Target[] = [];
	for (const { method, path } of routes) {
		if (path.endsWith("*") || method === "OPTIONS") continue;
		const address = path
			.replace(/:version\{[^}]+\}/, "v3")
			.replace(":userId", encodeURIComponent(userId))
			.replaceAll(/:\w+/g, "x");
		if (method !== "ALL") {
			targets.push({
				method,
				path: address,
				headers: address === "/oauth2/introspect" ? secret : address.startsWith("/oauth2") ? bearer : {},
			});
			continue;
		}
		const { headers } = await fetch(new URL(address, server.url), { method: "OPTIONS" });
		const methods = (headers.get("access-control-allow-methods") ?? "POST").split(", ");
		for (const each of methods.filter((one) => one !== "OPTIONS"))
			targets.push({ method: each, path: address, headers: bearer });
	}
	return targets.filter(({ method, path }) => method !== "GET" && !/\/logout(\/all)?$/.test(path));
}

async function opened() {
	const { server, routes } = await startServerWithRoutes();
	await server.register("alice");
	const phone = await server.loginDevice({ localpart: "alice" });
	const targets = await everyEndpoint(server, routes, phone);
	assert.ok(targets.length >= 30, `${targets.length} endpoints`);
	const send = async (
		{ method, path, headers }: Target,
		body: string | Uint8Array<ArrayBuffer>,
		type = "application/json",
	) => {
		const sent = { method, body, headers: { ...headers, "content-type": type }, redirect: "manual" } as const;
		const response = await fetch(new URL(path, server.url), sent);
		return { status: response.status, text: await response.text() };
	};
	return { server, targets, send, phone };
}

const takesJson = ({ method, path }: Target) =>
	(path.startsWith("/_matrix/") && method !== "DELETE") || path === "/oauth2/registration";

describe("malformed bodies", () => {
	test("what is no JSON object succeeds nowhere and breaks nothing", async () => {
		const { server, targets, send } = await opened();
		await using _ = server;
		for (const target of targets) {
			for (const [what, body] of noJsonObject) {
				const { status, text } = await send(target, body);
				const where = `${target.method} ${target.path} with ${what}: ${status} ${text.slice(0, 200)}`;
				assert.ok(status < 500, where);
				// Registering often meets its limit; that is as good a refusal.
				if (takesJson(target)) assert.ok([400, 404, 405, 413, 429].includes(status), where);
			}
		}
		assert.deepEqual(server.faults, []);
	});

	test("objects that harm careless readers harm nothing", async () => {
		const { server, targets, send, phone } = await opened();
		await using _ = server;
		for (const target of targets) {
			for (const [what, body] of harmful) {
				const { status, text } = await send(target, body);
				assert.ok(
					status < 500,
					`${target.method} ${target.path} with ${what}: ${status} ${text.slice(0, 200)}`,
				);
				assert.equal(Object.hasOwn(Object.prototype, "polluted"), false, what);
			}
		}
		assert.deepEqual(server.faults, []);
		for (const path of ["sync?timeout=0", "devices", "pushrules/", "account/whoami", "room_keys/version"])
			assert.ok((await server.call(phone, "GET", path)).status < 500, path);
		const { status } = await server.call(phone, "POST", "keys/query", {
			device_keys: { [phone.userId]: [] },
		});
		assert.equal(status, 200, "whatever was stored can be read again");
	});

	test("forms that are broken, repeated or of another kind are refused by every page and OAuth endpoint", async () => {
		const { server, targets, send } = await opened();
		await using _ = server;
		const bodies: readonly (readonly [string | Uint8Array<ArrayBuffer>, string])[] = [
			["", form],
			["%", form],
			["%zz=%00&csrf=%ff", form],
			["token=a&token=b&client_id=a&client_id=b&grant_type=refresh_token&grant_type=x", form],
			["__proto__=1&constructor=2&csrf[]=1&csrf[a]=2", form],
			["a=1&".repeat(10_000), form],
			[new Uint8Array([0xff, 0xfe, 0x00, 0x3d]), form],
			["a=b", `${form}; charset=utf-7`],
			["a=b", "multipart/form-data"],
			[
				"--x\r\ncontent-disposition: form-data; name=csrf\r\n\r\n1\r\n--x--",
				"multipart/form-data; boundary=x",
			],
			['{"csrf":"x"}', "application/json"],
			["a=b", "text/plain"],
			["a=b", "x".repeat(1000)],
		];
		for (const target of targets.filter((one) => !takesJson(one) && !one.path.startsWith("/_matrix/"))) {
			for (const [body, type] of bodies) {
				const { status } = await send(target, body, type);
				// Revoking what nobody holds succeeds, by RFC 7009; whoever is not signed in is led to sign in.
				const ends = target.path === "/oauth2/userinfo" || status === 303;
				assert.ok(
					ends || (status >= 400 && status < 500),
					`${target.method} ${target.path} ${type}: ${status}`,
				);
			}
		}
		assert.deepEqual(server.faults, []);
	});
});

describe("oversized bodies", () => {
	test("are refused by every endpoint, and read no further than they need be", async () => {
		const { server, targets } = await opened();
		await using _ = server;
		// The server itself, past any proxy: that one may give up on an upload that nobody reads.
		const own = `http://localhost:${server.ports()[0]}/`;
		for (const { method, path, headers } of targets) {
			const isBackup = path.includes("/room_keys/keys");
			const types = path.includes("/org.matrix.msc4108/")
				? ["text/plain"]
				: path.startsWith("/_matrix/")
					? ["application/json"]
					: ["application/json", form];
			for (const type of types) {
				let sent = 0;
				const size = isBackup ? backupLimit * 3 : 8 * 1024 * 1024;
				const body = new ReadableStream({
					pull(controller) {
						if (sent >= size) return controller.close();
						controller.enqueue(new TextEncoder().encode(sent === 0 ? '{"a":"' : "a".repeat(65_536)));
						sent += 65_536;
					},
				});
				const request = {
					method,
					body,
					headers: { ...headers, "content-type": type },
					duplex: "half",
				} as const;
				// The connection may be cut before the answer could be read: that is a refusal too.
				const answer = await fetch(new URL(path, own), { ...request, redirect: "manual" }).catch(
					() => undefined,
				);
				const status = answer?.status ?? 413;
				await answer?.text().catch(() => "");
				const isDeaf = status === 303 || path === "/oauth2/userinfo" || method === "DELETE";
				assert.ok(
					isDeaf || [400, 403, 404, 405, 413, 415, 429].includes(status),
					`${method} ${path} ${type}: ${status}`,
				);
				if (takesJson({ method, path, headers }) && ![404, 405, 429].includes(status))
					assert.equal(status, 413, `${method} ${path}`);
			}
		}
		assert.deepEqual(server.faults, []);
		assert.equal((await fetch(new URL("/login", server.url))).status, 200);
	});

	test("announced as huge are refused before they are read", async () => {
		await using world = await openAttackWorld();
		for (const path of [
			"/_matrix/client/v3/keys/device_signing/upload",
			"/oauth2/revoke",
			"/oauth2/introspect",
			"/oauth2/token",
			"/oauth2/registration",
			"/login",
		]) {
			const lines = [
				`POST ${path} HTTP/1.1`,
				"Host: x",
				`Content-Type: ${path.startsWith("/_matrix") ? "application/json" : form}`,
				`Authorization: Bearer ${path.includes("introspect") ? world.server.introspectionSecret : world.phone.accessToken}`,
				"Content-Length: 99999999999",
			];
			const answer = await rawRequest(world.server.port, lines, "token=");
			assert.match(answer, /^HTTP\/1\.1 4(13|00|03|15) /, path);
		}
	});

	test("compressed ones are refused unopened", async () => {
		const { server, targets } = await opened();
		await using _ = server;
		const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024, 0x61));
		for (const { method, path, headers } of targets) {
			const type =
				path.startsWith("/_matrix/") || path === "/oauth2/registration" ? "application/json" : form;
			const sent = { ...headers, "content-type": type, "content-encoding": "gzip" };
			const request = { method, body: bomb, headers: sent, redirect: "manual" } as const;
			const { status } = await fetch(new URL(path, server.url), request);
			assert.ok(
				status === 303 ||
					(status >= 400 && status < 500) ||
					path === "/oauth2/userinfo" ||
					method === "DELETE",
				`${method} ${path}: ${status}`,
			);
		}
	});
});
