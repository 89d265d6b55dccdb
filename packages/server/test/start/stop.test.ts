import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { startChild } from "../support/child-server.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { call, loginDevice, password } from "../support/server.ts";
import { until } from "../support/until.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-stop-"));
after(() => rm(folder, { recursive: true }));

const client = {
	client_name: "Slow app",
	client_uri: "https://app.example/",
	redirect_uris: ["http://127.0.0.1/callback"],
	application_type: "native",
	token_endpoint_auth_method: "none",
	response_types: ["code"],
	grant_types: ["authorization_code", "refresh_token"],
};

test("SIGTERM lets a request finish whose body is still on its way, then exits 0", async () => {
	const server = await startChild({ DATA: join(folder, "upload") });
	const body = JSON.stringify(client);
	const slow = request({
		...{ host: "127.0.0.1", port: server.port, path: "/oauth2/registration", method: "POST" },
		headers: { "content-type": "application/json", "content-length": body.length, expect: "100-continue" },
	});
	slow.flushHeaders();
	await once(slow, "continue");
	slow.write(body.slice(0, 40));
	server.signal("SIGTERM");
	await stopping(server.said);
	slow.end(body.slice(40));
	const [answer] = (await once(slow, "response")) as [IncomingMessage];
	answer.resume();
	assert.equal(answer.statusCode, 201);
	assert.equal((await server.ended).code, 0);
});

test("SIGTERM has an app that waits for news answered, not cut off", async () => {
	const server = await startChild({ DATA: join(folder, "sync") });
	const browser = createFormBrowser(server.url);
	await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
	const { accessToken } = await loginDevice(server.url, { localpart: "alice", browser });
	const first = await call(server.url, accessToken, { method: "GET", path: "sync" });
	const since = `sync?timeout=30000&since=${first.body.next_batch}`;
	const waiting = call(server.url, accessToken, { method: "GET", path: since });
	// Answered after the waiting one was accepted, because it came later on the same server.
	await call(server.url, accessToken, { method: "GET", path: "account/whoami" });
	server.signal("SIGTERM");
	// Had it waited for the app's own time, it would have been cut off before, after ten seconds.
	assert.equal((await waiting).status, 200);
	assert.equal((await server.ended).code, 0);
});

test("SIGTERM in the middle of a crowd: whoever was let in is answered, and what was answered is kept", async () => {
	const data = join(folder, "crowd");
	const server = await startChild({ DATA: data });
	const crowd = Array.from({ length: 48 }, (_, at) => openRegistration(server.port, `App ${at}`));
	const posts = await Promise.all(crowd);
	const answers = posts.map((post) => answerOf(post));
	for (const { request: one, body } of posts) one.end(body);
	server.signal("SIGTERM");
	const settled = await Promise.all(answers);
	assert.equal((await server.ended).code, 0);
	assert.deepEqual([...new Set(settled.map(({ status }) => status))], [201]);
	const database = new DatabaseSync(join(data, "countersign.db"), { readOnly: true });
	const kept = new Set(
		database
			.prepare("SELECT id FROM clients")
			.all()
			.map(({ id }) => id),
	);
	database.close();
	for (const { clientId } of settled) assert.ok(kept.has(clientId), "an answer that was given is on disk");
});

test("SIGTERM ends well, whoever holds a connection with one byte", async () => {
	const server = await startChild({ DATA: join(folder, "byte") });
	const held = connect(server.port, "127.0.0.1");
	held.on("error", () => {}).resume();
	await once(held, "connect");
	held.write("G");
	// Answered later than the byte arrived: it came later.
	await fetch(new URL("health", server.url));
	server.signal("SIGTERM");
	assert.equal((await server.ended).code, 0);
});

/** A registration that the server has accepted and that waits for its body. */
async function openRegistration(port: number, name: string) {
	const body = JSON.stringify({ ...client, client_name: name });
	const opened = request({
		...{ host: "127.0.0.1", port, path: "/oauth2/registration", method: "POST", agent: false },
		headers: { "content-type": "application/json", "content-length": body.length, expect: "100-continue" },
	});
	opened.flushHeaders();
	await once(opened, "continue");
	return { request: opened, body };
}

async function answerOf({ request: asked }: { readonly request: ClientRequest }) {
	const [answer] = (await once(asked, "response")) as [IncomingMessage];
	const text = (await answer.setEncoding("utf8").toArray()).join("");
	return { status: answer.statusCode, clientId: JSON.parse(text).client_id };
}

/** Resolves when the server has said that it stops. */
function stopping(said: () => string): Promise<void> {
	return until(() => said().includes("Finishing"));
}
