/** Somebody reads the log, the security logs or the metrics of the server, and looks for what opens something. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { startCountersign } from "../../src/compose.ts";
import { createLog } from "../../src/log/index.ts";
import { postForm, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { approve, call, loginDevice, password } from "../support/server.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-logs-"));
after(() => rm(folder, { recursive: true }));
const wrongPassword = "wrong horse battery staple";

/** Everything that went over the wire and that would open something for who knows it. */
function collectSecrets() {
	const found = new Map<string, string>([
		[password, "the password"],
		[wrongPassword, "a password typed wrongly"],
	]);
	const note = (what: string, pattern: RegExp, text: string) => {
		for (const [, value = ""] of text.matchAll(pattern)) {
			if (value.length >= 8) found.set(decodeURIComponent(value), what);
		}
	};
	const read = (text: string) => {
		note("a token", /(m(?:at|ar|pt)_[0-9A-Za-z_]+)/g, text);
		note("a form token", /name="csrf" value="([^"]+)"/g, text);
		note("a form token", /(?:^|&)csrf=([^&]+)/g, text);
		note("a code", /[?&]code=([^&"]+)/g, text);
		note("a verifier", /(?:^|&)code_verifier=([^&]+)/g, text);
		note("an app's state", /[?&]state=([^&"]+)/g, text);
		note("an interaction", /\/(?:interaction|authorize)\/([A-Za-z0-9_-]+)/g, text);
	};
	const { fetch } = globalThis;
	globalThis.fetch = async (input, init) => {
		const response = await fetch(input, init);
		read(`${input}`);
		if (init?.body !== undefined && init.body !== null) read(`${init.body}`);
		read(response.headers.get("location") ?? "");
		note("a cookie", /^[^=]+=([^;]+)/gm, response.headers.getSetCookie().join("\n"));
		read(await response.clone().text());
		return response;
	};
	return {
		found,
		stop() {
			globalThis.fetch = fetch;
		},
	};
}

async function startLogged() {
	const lines: string[] = [];
	const log = createLog({ destination: { write: (line) => void lines.push(line) } });
	const config = { host: "127.0.0.1", port: 0, dataDirectory: folder, openRegistration: true };
	const started = await startCountersign(
		{ ...config, metricsAllow: ["127.0.0.1"], trustedProxies: [] },
		{ log },
	);
	assert.ok(started.ok);
	return { lines, server: started.countersign };
}

/** A sign-in, a reset, and everything around them that can be refused. Returns what the metrics say after it. */
async function live(url: string, secret: string): Promise<string> {
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
	const asked = await upload("second");
	assert.equal(asked.status, 401);
	await approve(browser, asked.body.params["m.oauth"].url, "alice");
	assert.equal((await upload("second")).status, 200);
	const other = createFormBrowser(url);
	await other.press(await other.open("/login"), "Sign in", { username: "alice", password: wrongPassword });
	await other.open(`/account/?access_token=${phone.accessToken}`);
	await call(url, phone.accessToken, { method: "GET", path: `sync?access_token=${phone.accessToken}` });
	const form = {
		grant_type: "refresh_token",
		client_id: phone.clientId,
		refresh_token: phone.refreshToken,
	};
	const token = { token: phone.accessToken };
	assert.equal((await postForm(`${url}oauth2/token`, form)).status, 200);
	assert.equal((await postForm(`${url}oauth2/token`, { ...form, client_id: "other" })).status, 401);
	const authorization = `Bearer ${secret}`;
	assert.equal((await postForm(`${url}oauth2/introspect`, token, { authorization })).body.active, true);
	assert.equal(
		(await postForm(`${url}oauth2/introspect`, token, { authorization: `${authorization}x` })).status,
		401,
	);
	const metrics = await (await fetch(`${url}metrics`)).text();
	await breakData(url, form);
	return metrics;
}

/** What the server says of its own faults is read as well. */
async function breakData(url: string, form: Readonly<Record<string, string>>): Promise<void> {
	const beside = new DatabaseSync(join(folder, "countersign.db"), { timeout: 5_000 });
	beside.exec("ALTER TABLE refresh_tokens RENAME TO gone");
	assert.equal(
		(await fetch(`${url}oauth2/token`, { method: "POST", body: new URLSearchParams(form) })).status,
		500,
	);
	beside.exec("ALTER TABLE gone RENAME TO refresh_tokens");
	beside.close();
}

test("a whole reset, with its refusals and a fault, leaves no secret in log, security log or metrics", async () => {
	const secrets = collectSecrets();
	const { lines, server } = await startLogged();
	const metrics = await live(server.publicBase, server.introspectionSecret).finally(secrets.stop);
	await server.close();
	const data = new DatabaseSync(join(folder, "countersign.db"), { readOnly: true });
	const events = JSON.stringify(data.prepare("SELECT * FROM security_events").all());
	for (const { name, value } of data.prepare("SELECT name, value FROM settings").all()) {
		if (name !== "server-name") secrets.found.set(String(value), `the setting ${name}`);
	}
	data.close();
	const written = { log: lines.join(""), "security log": events, metrics };
	for (const what of ["a token", "a form token", "a code", "a verifier", "a cookie", "an interaction"])
		assert.ok([...secrets.found.values()].includes(what), `the run has ${what} to look for`);
	for (const [place, text] of Object.entries(written)) {
		for (const [secret, what] of secrets.found)
			assert.ok(!text.includes(secret), `${what} is in the ${place}`);
	}
	assert.doesNotMatch(written.log, /[?&][a-z_]+=/, "no query");
	assert.match(written.log, /"level":"error".*"err"/, "the fault was logged");
	assert.match(events, /identity-replaced/);
});

test("the log tells each request by its route, and how it ended", async () => {
	const { lines, server } = await startLogged();
	await fetch(`${server.publicBase}account/reset/some-reference?from=somewhere`);
	await fetch(`${server.publicBase}_matrix/client/v3/profile/%40alice%3Alocalhost`);
	await fetch(`${server.publicBase}no/such/page`);
	await fetch(`${server.publicBase}health`);
	await server.close();
	const facts = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request");
	assert.deepEqual(
		facts.map(({ level, method, route }) => [level, method, route]),
		[
			["info", "GET", "/account/reset/:reference"],
			["info", "GET", "/login"],
			["info", "GET", "/_matrix/client/v3/profile/:userId"],
			["info", "GET", "-"],
		],
	);
	assert.deepEqual(
		facts.map(({ status }) => status),
		[303, 200, facts[2].status, 404],
	);
	assert.ok(facts.every(({ ms }) => typeof ms === "number" && ms >= 0));
});
