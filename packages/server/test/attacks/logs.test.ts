/** Somebody reads the log, the security logs or the metrics of the server, and looks for what opens something. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../../src/cli/index.ts";
import type { Countersign } from "../../src/compose.ts";
import { postForm, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { allowDevice, waitingDevice } from "../support/device-grant.ts";
import { createFormBrowser, type FormBrowser } from "../support/form-browser.ts";
import { collectSecrets, openPlace, type Place, startLogged, wrongPassword } from "../support/logged-run.ts";
import { onDatabase } from "../support/postgres.ts";
import { approve, call, type LoggedInDevice, loginDevice, password } from "../support/server.ts";
import { changeData, tableRows } from "../support/storage.ts";
import { until } from "../support/until.ts";

/** A sign-in, a reset, and everything around them that can be refused. */
async function live({ publicBase: url, introspectionSecret }: Countersign, place: Place) {
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
	const phone = await loginDevice(url, { localpart: "alice", browser });
	await reset(url, phone, browser);
	const other = createFormBrowser(url);
	await other.press(await other.open("/login"), "Sign in", { username: "alice", password: wrongPassword });
	await other.open(`/account/?access_token=${phone.accessToken}`);
	await call(url, phone.accessToken, { method: "GET", path: `sync?access_token=${phone.accessToken}` });
	const form = refreshForm(phone);
	const { status, body } = await postForm(`${url}oauth2/token`, form);
	assert.equal(status, 200);
	assert.equal((await postForm(`${url}oauth2/token`, { ...form, client_id: "other" })).status, 401);
	await useDeviceGrant(url, browser);
	const issued = await issueToken(place);
	for (const token of [body.access_token, issued]) {
		const asked = postForm(`${url}oauth2/introspect`, { token }, bearer(introspectionSecret));
		assert.equal((await asked).body.active, true);
		assert.equal(
			(await postForm(`${url}oauth2/introspect`, { token }, bearer(`${introspectionSecret}x`))).status,
			401,
		);
	}
	const typed = { name: "Bot", lifetime: "90", password };
	await browser.press(await browser.open("/account/tokens/new"), "Make a token", typed);
	const metrics = await (await fetch(`${url}metrics`)).text();
	await breakData(url, place, form);
	return { metrics, issued };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

const refreshForm = ({ clientId, refreshToken }: LoggedInDevice) => ({
	grant_type: "refresh_token",
	client_id: clientId,
	refresh_token: refreshToken,
});

async function reset(url: string, phone: LoggedInDevice, browser: FormBrowser): Promise<void> {
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
}

async function useDeviceGrant(url: string, browser: FormBrowser): Promise<void> {
	const device = await waitingDevice({ url });
	await browser.open(`/link?code=${device.userCode}`);
	assert.equal((await device.poll()).status, 400);
	await allowDevice(browser, device.userCode);
	assert.equal((await device.poll()).status, 200);
	assert.equal((await device.poll({ device_code: `${device.deviceCode}x` })).status, 400);
}

/** As the operator does, beside the server. */
async function issueToken({ dataDirectory, database }: Place): Promise<string> {
	let said = "";
	const code = await run(
		["tokens", "issue", "--user", "alice", "--device", "WEATHERBRIDGE", "--name", "Bridge"],
		{
			environment: {
				COUNTERSIGN_DATA: dataDirectory,
				...(database !== undefined && { COUNTERSIGN_DATABASE: database }),
			},
			out: (text) => {
				said += text;
			},
			complain: (headline) => assert.fail(headline),
			readSecret: () => assert.fail("nothing is asked"),
		},
	);
	assert.equal(code, 0);
	return said.slice(0, said.indexOf("\n"));
}

/** What the server says of its own faults, and of those of its database, is read as well. */
async function breakData(url: string, place: Place, form: Readonly<Record<string, string>>): Promise<void> {
	const refresh = async () => (await postForm(`${url}oauth2/token`, form)).status;
	await changeData(place, "ALTER TABLE refresh_tokens RENAME TO gone");
	assert.equal(await refresh(), 500);
	await changeData(place, "ALTER TABLE gone RENAME TO refresh_tokens");
	if (place.database === undefined) return;
	await onDatabase(place.database, (client) =>
		client.query(
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
		),
	);
	await until(async () => (await refresh()) < 500);
}

test("a whole run, with its refusals and faults, leaves no secret in log, security log or metrics", async () => {
	const place = await openPlace();
	const secrets = collectSecrets();
	const { lines, server } = await startLogged(place);
	const { metrics, issued } = await live(server, place).finally(secrets.stop);
	secrets.read(issued);
	await server.close();
	const events = JSON.stringify(await tableRows(place, "security_events"));
	for (const { name, value } of await tableRows(place, "settings")) {
		if (name !== "server-name" && name !== "homeserver-kind")
			secrets.found.set(String(value), `the setting ${name}`);
	}
	const written = { log: lines.join(""), "security log": events, metrics };
	for (const what of wanted)
		assert.ok([...secrets.found.values()].includes(what), `the run has ${what} to look for`);
	for (const [place, text] of Object.entries(written)) {
		for (const [secret, what] of secrets.found)
			assert.ok(!text.includes(secret), `${what} is in the ${place}`);
	}
	assert.doesNotMatch(written.log, /[?&][a-z_]+=/, "no query");
	assert.match(written.log, /"level":"error".*"err".*refresh_tokens/, "the fault was logged");
	assert.match(events, /identity-replaced/);
});

const wanted = [
	...["a token: access", "a token: refresh", "a token: lasting", "a form token", "a code", "a verifier"],
	...["a device code", "a user code", "a cookie", "an interaction", "an app's state"],
];

test("the log tells each request by its route, and how it ended", async () => {
	const { lines, server } = await startLogged(await openPlace());
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

test("what strangers write begins no line of the log, and steers no terminal that shows it", async () => {
	const { lines, server } = await startLogged(await openPlace());
	const { publicBase: url } = server;
	await createFormBrowser(url).press(await createFormBrowser(url).open("/register"), "Create account", {
		...{ username: "alice", password },
	});
	const forged = '\r\n{"level":"info","msg":"forged"}\n\u001b[2J\u2028\u0085\u0000';
	const headers = { "user-agent": "a\tb \u00ff\u0085", "x-forwarded-for": `{"msg":"forged"}` };
	for (const path of [
		`x${forged}`,
		`account/reset/${forged}?${forged}`,
		`_matrix/client/v3/profile/@${forged}`,
	])
		await fetch(`${url}${path.split("?").map(encodeURIComponent).join("?").replaceAll("%2F", "/")}`, {
			headers,
		});
	for (const username of [forged, `alice${forged}`, `${forged}alice`]) {
		const browser = createFormBrowser(url);
		await browser.press(await browser.open("/login"), "Sign in", { username, password: forged });
	}
	const form = { grant_type: "refresh_token", client_id: forged, refresh_token: forged, scope: forged };
	assert.ok((await postForm(`${url}oauth2/token`, form)).status < 500);
	assert.ok(
		(await postForm(`${url}oauth2/introspect`, { token: forged }, bearer(encodeURI(forged)))).status < 500,
	);
	const metadata = {
		client_name: forged,
		client_uri: `https://example.org/${forged}`,
		redirect_uris: [forged],
	};
	const body = JSON.stringify(metadata);
	const json = { "content-type": "application/json" };
	assert.equal(
		(await fetch(`${url}oauth2/registration`, { method: "POST", headers: json, body })).status,
		400,
	);
	await server.close();
	assert.ok(lines.length > 8, "something was logged");
	for (const line of lines.join("").split("\n").slice(0, -1)) {
		const fact = JSON.parse(line);
		assert.notEqual(fact.msg, "forged", line);
		assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]/u, line);
	}
});
