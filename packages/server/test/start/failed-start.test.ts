/** A start that fails after the socket is there: nothing may be left that takes requests and does not answer them. */
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { startCountersign } from "../../src/compose.ts";
import { createLog, silentLog } from "../../src/log/index.ts";
import { isListening, lastingPort } from "../support/lasting-port.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-failed-start-"));
after(() => rm(folder, { recursive: true }));

const configOf = async (name: string) => ({
	...{ host: "127.0.0.1", port: await lastingPort(), trustedProxies: [] },
	...{ dataDirectory: join(folder, name), openRegistration: true },
});

/** Fails the making of the signing key, which is done when the socket is there, once `meanwhile` is over. */
function failTheKey(t: TestContext, meanwhile: () => Promise<void>) {
	return t.mock.method(crypto.subtle, "generateKey", async () => {
		await meanwhile();
		throw new Error("no key today");
	});
}

/** Sends a request, and waits until this process has begun to handle it. */
async function send(url: string): Promise<{ readonly answer: Promise<Response> }> {
	const arrived = Promise.withResolvers<void>();
	const channel = "http.server.request.start";
	const onArrival = () => arrived.resolve();
	subscribe(channel, onArrival);
	const answer = fetch(url);
	await arrived.promise;
	unsubscribe(channel, onArrival);
	return { answer };
}

test("a start that fails leaves no socket open, and the data free", async (t) => {
	const config = await configOf("socket");
	let wasListening = false;
	const failing = failTheKey(t, async () => {
		wasListening = await isListening(config.port);
	});
	await assert.rejects(startCountersign(config, { log: silentLog }), /no key today/);
	assert.ok(wasListening, "it failed after the socket was there");
	assert.equal(await isListening(config.port), false);
	failing.mock.restore();
	const again = await startCountersign(config, { log: silentLog });
	assert.ok(again.ok);
	await again.countersign.close();
});

for (const path of ["register", "oauth2/introspect"]) {
	test(`a request to /${path} that came in during a start that fails is answered`, async (t) => {
		const config = await configOf(path);
		const early = Promise.withResolvers<Response>();
		failTheKey(t, async () => {
			const { answer } = await send(`http://127.0.0.1:${config.port}/${path}`);
			early.resolve(answer);
		});
		const lines: string[] = [];
		const log = createLog({ destination: { write: (line) => void lines.push(line) } });
		await assert.rejects(startCountersign(config, { log }), /no key today/);
		assert.equal((await early.promise).status, 500);
		assert.match(lines.join(""), /a request failed/);
	});
}
