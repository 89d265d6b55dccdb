/** Where programs ask for what there is not, they are answered in their own words, and no page. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openCompatWorld } from "../support/compat-world.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const matrix = [
	...["/_matrix", "/_matrix/", "/_matrix/nothing", "/_matrix/client/v3/nothing", "//_matrix/client"],
	...["/x/_matrix/client/v3/keys", "/_synapse", "/_synapse/", "/_synapse/admin/v1/users", "/_synapse/mas/x"],
	...["/.well-known/matrix", "/.well-known/matrix/", "/.well-known/matrix/support"],
];
const oauth = ["/oauth2", "/oauth2/", "/oauth2/nothing", "/.well-known", "/.well-known/nothing"];
const people = ["/nothing", "/matrix", "/_matrixes", "/account/_matrixes", "/oauth2x", "/well-known/matrix"];

const kinds: Readonly<Record<string, () => Promise<{ readonly server: RunningServer } & AsyncDisposable>>> = {
	async "the embedded homeserver"() {
		const server = await startServer();
		return { server, [Symbol.asyncDispose]: () => server.close() };
	},
	"a homeserver elsewhere": () => openCompatWorld(),
};

for (const [kind, open] of Object.entries(kinds))
	describe(`beside ${kind}`, () => {
		let world: Awaited<ReturnType<typeof open>>;
		before(async () => {
			world = await open();
		});
		after(() => world[Symbol.asyncDispose]());

		async function ask(path: string, method: string) {
			// Not `new URL(path, base)`, to which two slashes are another host.
			const url = `${world.server.url.slice(0, -1)}${path}`;
			const headers = { accept: "text/html", origin: "https://app.example" };
			const answer = await fetch(url, { method, headers, redirect: "manual" });
			const text = await answer.text();
			const type = answer.headers.get("content-type") ?? "";
			const readable = answer.headers.get("access-control-allow-origin");
			return { status: answer.status, type, readable, text };
		}

		for (const path of matrix)
			test(`${path} is an error of the Matrix API`, async () => {
				for (const method of ["GET", "POST", "DELETE"]) {
					const { status, type, readable, text } = await ask(path, method);
					assert.deepEqual([status, type, readable], [404, "application/json", "*"], method);
					assert.equal(JSON.parse(text).errcode, "M_UNRECOGNIZED");
				}
				assert.equal((await ask(path, "OPTIONS")).status, 204);
			});

		for (const path of oauth)
			test(`${path} is an OAuth error`, async () => {
				for (const method of ["GET", "POST"]) {
					const { status, type, readable, text } = await ask(path, method);
					assert.deepEqual([status, type, readable], [404, "application/json", "*"], method);
					assert.equal(JSON.parse(text).error, "invalid_request");
				}
			});

		test("a wrong method where programs look after the server is an error for programs", async () => {
			const { status, type } = await ask("/health", "POST");
			assert.deepEqual([status, type], [405, "application/json"]);
		});

		for (const path of people)
			test(`${path} is a page`, async () => {
				const { status, type, readable } = await ask(path, "GET");
				assert.deepEqual([status, readable], [404, null]);
				assert.match(type, /^text\/html/);
			});
	});
