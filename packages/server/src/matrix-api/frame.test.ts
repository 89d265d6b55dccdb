import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import { json } from "../http/index.ts";
import { limitExceeded, matrixError, matrixFailure } from "./errors.ts";
import { createFrame, type MatrixRoute, unrecognized } from "./frame.ts";

const path = "/_matrix/client/v3/thing";
const env = { address: "192.0.2.1", stopping: new AbortController().signal };

/** A frame with GET and PUT at one path, a page at another, and all below `/_matrix/client/v3/own/` owned. */
function framed(answer: MatrixRoute["answer"] = () => json(200, { ok: true })) {
	const logged: unknown[] = [];
	const log = { error: (...said: unknown[]) => void logged.push(said) };
	const app = createFrame(
		[
			{ method: "GET", paths: [path, `${path}/:name`], answer },
			{ method: "PUT", paths: [path], answer: () => json(201, {}) },
			{ method: "GET", paths: ["/page"], isPage: true, answer },
		],
		{ owned: ["/_matrix/client/v3/own/*"], log },
	);
	app.onError((error) => new Response(`page: ${error.message}`, { status: 500 }));
	return {
		logged,
		ask: async (method: string, at = path) => app.fetch(new Request(`http://x${at}`, { method }), env),
	};
}

const cors = (answer: Response) => answer.headers.get("access-control-allow-origin");

describe("the frame of the Matrix API", () => {
	test("answers each method by its own route, HEAD as GET, for scripts of any origin", async () => {
		const { ask } = framed();
		for (const [method, status] of [
			["GET", 200],
			["HEAD", 200],
			["PUT", 201],
		] as const) {
			const answer = await ask(method);
			assert.deepEqual([answer.status, cors(answer)], [status, "*"], method);
		}
		assert.equal((await ask("GET", `${path}/name`)).status, 200);
	});

	test("refuses another method with those there are, and lets scripts read it", async () => {
		const answer = await framed().ask("DELETE");
		assert.deepEqual(
			[answer.status, answer.headers.get("allow"), cors(answer)],
			[405, "GET, PUT, OPTIONS", "*"],
		);
		assert.deepEqual(await answer.json(), {
			errcode: "M_UNRECOGNIZED",
			error: "This endpoint does not know this method",
		});
	});

	test("answers OPTIONS without running anything, also where there is no endpoint", async () => {
		let ran = 0;
		const { ask } = framed(() => {
			ran++;
			return json(200, {});
		});
		const known = await ask("OPTIONS");
		assert.deepEqual(
			[known.status, known.headers.get("access-control-allow-methods")],
			[204, "GET, PUT, OPTIONS"],
		);
		const unknown = await ask("OPTIONS", "/_matrix/client/v3/own/none");
		assert.deepEqual(
			[unknown.status, unknown.headers.get("access-control-allow-methods")],
			[204, "GET, POST, PUT, DELETE, OPTIONS"],
		);
		assert.equal(ran, 0);
	});

	test("knows what is ours and no endpoint, and says so as the API does", async () => {
		const answer = await framed().ask("GET", "/_matrix/client/v3/own/none");
		assert.deepEqual([answer.status, cors(answer)], [404, "*"]);
		assert.deepEqual(await answer.json(), {
			errcode: "M_UNRECOGNIZED",
			error: "This server has no such endpoint",
		});
		assert.equal(unrecognized("POST").status, 404);
	});

	test("tells nothing of a fault of ours, and writes it to the log with where it was", async () => {
		const fault = new Error("secret");
		const { ask, logged } = framed(() => {
			throw fault;
		});
		const answer = await ask("HEAD", `${path}/name`);
		assert.deepEqual([answer.status, cors(answer)], [500, "*"]);
		assert.deepEqual(logged, [
			[{ err: fault, method: "GET", route: `${path}/:name` }, "an endpoint of the Matrix API failed"],
		]);
		assert.deepEqual(await (await ask("GET")).json(), {
			errcode: "M_UNKNOWN",
			error: "Internal server error",
		});
	});

	test("leaves the faults of a page to pages", async () => {
		const { ask, logged } = framed(() => {
			throw new Error("it");
		});
		const answer = await ask("GET", "/page");
		assert.deepEqual([await answer.text(), logged], ["page: it", []]);
	});
});

describe("a refusal of the Matrix API", () => {
	test("has its code, its words and what belongs to it, which never takes their place", async () => {
		const answer = matrixError(418, "M_A", "words", { more: 1, errcode: "M_B", error: "other" });
		assert.equal(answer.status, 418);
		assert.deepEqual(await answer.json(), { more: 1, errcode: "M_A", error: "words" });
		assert.deepEqual(
			[answer.headers.get("content-type"), answer.headers.get("cache-control")],
			["application/json", "no-store"],
		);
	});

	test("for who has to wait says how long, in milliseconds and in whole seconds", async () => {
		const answer = limitExceeded("Wait", 1_001);
		assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "2"]);
		assert.deepEqual(await answer.json(), {
			...{ errcode: "M_LIMIT_EXCEEDED", error: "Wait", retry_after_ms: 1_001 },
		});
	});

	test("for a storage that is away asks to come again, and for a fault does not", () => {
		const away = matrixFailure(new StorageUnavailable("secret"));
		assert.deepEqual(
			[away.status, away.body.errcode, away.headers],
			[503, "M_UNKNOWN", { "retry-after": "5" }],
		);
		assert.ok(!JSON.stringify(away).includes("secret"));
		assert.deepEqual(matrixFailure(new Error("secret")), {
			...{ status: 500, headers: {}, body: { errcode: "M_UNKNOWN", error: "Internal server error" } },
		});
	});
});
