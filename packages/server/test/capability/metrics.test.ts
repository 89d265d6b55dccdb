import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig, silentLog, startCountersign } from "../../src/index.ts";
import { postForm, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { approve, call, loginDevice, password } from "../support/server.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-metrics-"));
after(() => rm(folder, { recursive: true }));

async function start(name: string, environment: Record<string, string>) {
	const data = { COUNTERSIGN_PORT: "0", COUNTERSIGN_DATA: join(folder, name) };
	const settings = readConfig({ ...data, ...environment });
	assert.ok(settings.ok, JSON.stringify(settings));
	const started = await startCountersign(settings.config, { log: silentLog });
	assert.ok(started.ok);
	const server = started.countersign;
	const url = `http://127.0.0.1:${server.port}/`;
	return {
		server,
		url,
		metrics: () => fetch(`${url}metrics`),
		async [Symbol.asyncDispose]() {
			await server.close();
		},
	};
}

/** The value of the first sample that begins so. */
function sample(text: string, begins: string): number {
	const line = text.split("\n").find((each) => each.startsWith(begins));
	return Number(line?.split(" ").at(-1));
}

test("the metrics count sign-ins, refreshes, introspections, resets and writes, without a name or id", async () => {
	await using running = await start("counted", {});
	const { publicBase: url, introspectionSecret } = running.server;
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
	const phone = await loginDevice(url, { localpart: "alice", browser });
	const upload = (name: string) =>
		call(url, phone.accessToken, {
			method: "POST",
			path: uploadPath,
			body: identityOf(phone.userId, name).body,
		});
	await upload("first");
	await approve(browser, (await upload("second")).body.params["m.oauth"].url, "alice");
	await upload("second");
	const authorization = `Bearer ${introspectionSecret}`;
	for (const token of [phone.accessToken, phone.accessToken, "nonsense"])
		await postForm(`${url}oauth2/introspect`, { token }, { authorization });
	const renewal = { grant_type: "refresh_token", client_id: phone.clientId };
	await postForm(`${url}oauth2/token`, { ...renewal, refresh_token: phone.refreshToken });
	await postForm(`${url}oauth2/token`, { ...renewal, refresh_token: "nonsense" });
	const answer = await running.metrics();
	assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
	const text = await answer.text();
	assert.equal(sample(text, 'countersign_introspections_total{active="yes"}'), 2);
	assert.equal(sample(text, 'countersign_introspections_total{active="no"}'), 1);
	assert.equal(sample(text, 'countersign_sign_ins_total{outcome="ok"}'), 1);
	assert.equal(sample(text, 'countersign_refreshes_total{outcome="ok"}'), 1);
	assert.equal(sample(text, 'countersign_refreshes_total{outcome="unknown"}'), 1);
	for (const kind of ["reset-asked", "reset-approved", "identity-replaced"])
		assert.equal(sample(text, `countersign_account_events_total{kind="${kind}"}`), 1, kind);
	assert.equal(
		sample(text, 'countersign_request_seconds_count{class="introspection",method="POST",status="200"}'),
		3,
	);
	assert.ok(sample(text, "countersign_write_seconds_count") > 5);
	assert.equal(sample(text, "countersign_writes_waiting"), 0);
	assert.ok(sample(text, "countersign_event_loop_lag_seconds") >= 0);
	assert.ok(sample(text, "countersign_memory_bytes") > 0);
	for (const personal of ["alice", phone.deviceId, phone.clientId]) assert.ok(!text.includes(personal));
});

test("paths and methods that somebody makes up make no new series", async () => {
	await using running = await start("made-up", {});
	const count = async () => (await (await running.metrics()).text()).split("\n").length;
	await fetch(`${running.url}made-up/0`);
	await running.metrics();
	const before = await count();
	for (let at = 1; at < 20; at++) await fetch(`${running.url}made-up/${at}`);
	assert.equal(await count(), before);
	for (const path of ["*", "//", "/%", "http://elsewhere/"]) await raw(running.server.port, path);
	assert.equal((await running.metrics()).status, 200, "and none of them harms the server");
});

test("behind a public address nobody reads the metrics who was not named", async () => {
	const publicBase = { COUNTERSIGN_PUBLIC_BASE: "https://auth.example/" };
	{
		await using running = await start("public", publicBase);
		const refused = await running.metrics();
		assert.equal(refused.status, 404);
		assert.doesNotMatch(await refused.text(), /countersign_/);
		const forged = { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1", "x-real-ip": "127.0.0.1" };
		assert.equal((await fetch(`${running.url}metrics`, { headers: forged })).status, 404);
	}
	await using named = await start("named", { ...publicBase, COUNTERSIGN_METRICS_ALLOW: "127.0.0.1" });
	assert.equal((await named.metrics()).status, 200);
	await using others = await start("others", { COUNTERSIGN_METRICS_ALLOW: "192.0.2.1" });
	assert.equal((await others.metrics()).status, 404);
});

test("through a trusted proxy the metrics are read by whom it names, not by everybody who comes through it", async () => {
	const named = { COUNTERSIGN_METRICS_ALLOW: "127.0.0.1,192.0.2.1" };
	await using running = await start("proxied", { ...named, COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.0/8" });
	const through = (address: string) =>
		fetch(`${running.url}metrics`, { headers: { "x-forwarded-for": address } });
	assert.equal((await through("203.0.113.9")).status, 404);
	assert.equal((await through("192.0.2.1, 203.0.113.9")).status, 404);
	assert.equal((await through("192.0.2.1")).status, 200);
	assert.equal((await running.metrics()).status, 200);
});

/** A request whose target no browser would send. Resolves with whatever comes of it. */
function raw(port: number, path: string): Promise<void> {
	return new Promise((resolve) => {
		const asking = request({ host: "127.0.0.1", port, method: "OPTIONS", path });
		asking.once("response", (answer) => answer.resume().once("end", resolve));
		asking.once("error", () => resolve());
		asking.end();
	});
}
