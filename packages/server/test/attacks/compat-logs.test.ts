/** Somebody reads the log, security log and metrics of a server beside Synapse, and looks for what opens something. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordLogin } from "../support/compat-world.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { type HomeserverStandIn, startHomeserverStandIn } from "../support/homeserver-stand-in.ts";
import { collectSecrets, openPlace, startLogged, wrongPassword } from "../support/logged-run.ts";
import { password } from "../support/server.ts";
import { changeData, tableRows } from "../support/storage.ts";

const state = "state-of-the-app-0123";

/** A request to the older login API, its answer read. */
async function ask(
	url: string,
	path: string,
	{ token, body }: { readonly token?: string; readonly body?: unknown },
) {
	const response = await fetch(new URL(`_matrix/client/v3/${path}`, url), {
		method: "POST",
		headers: { cookie: `own=${state}`, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
		body: typeof body === "string" ? body : JSON.stringify(body ?? {}),
	});
	return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Every way in and out by that API, and what is refused of it. */
async function live(url: string) {
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
	const logIn = (members: object) =>
		ask(url, "login", { body: { ...passwordLogin("alice"), refresh_token: true, ...members } });
	const { status, body } = await logIn({});
	assert.equal(status, 200);
	assert.equal((await logIn({ password: wrongPassword })).status, 403);
	assert.equal((await ask(url, "login", { body: `{\n"password": ${password}\n}` })).status, 400);
	assert.equal((await ask(url, "login", { body: { type: password, [password]: password } })).status, 400);
	const redirectUrl = `https://app.example/?state=${state}#${state}`;
	const page = await browser.open(
		`/_matrix/client/v3/login/sso/redirect/some-provider?${new URLSearchParams({ redirectUrl })}`,
	);
	const { left } = await browser.press(page, "Continue");
	const loginToken = left?.searchParams.get("loginToken") ?? "";
	const byToken = { type: "m.login.token", token: loginToken };
	assert.equal((await ask(url, "login", { body: byToken })).status, 200);
	assert.equal((await ask(url, "login", { body: byToken })).status, 403);
	const refresh = { body: { refresh_token: body.refresh_token } };
	const renewed = await ask(url, "refresh", refresh);
	assert.equal(renewed.status, 200);
	assert.equal((await ask(url, `logout?access_token=${body.access_token}`, {})).status, 401);
	assert.equal((await ask(url, "logout", { token: renewed.body.access_token })).status, 200);
	assert.equal((await ask(url, "refresh", refresh)).status, 401);
	return { loginToken, logIn };
}

/** The homeserver refuses, and repeats what it was sent. What it is told of a logout is told beside the request. */
async function fail(
	url: string,
	logIn: (
		members: object,
	) => Promise<{ readonly status: number; readonly body: { readonly access_token: string } }>,
	homeserver: HomeserverStandIn,
) {
	for (const status of [200, 400, 401, 404, 500, 503]) {
		homeserver.repeats = undefined;
		const [first, second] = [(await logIn({})).body.access_token, (await logIn({})).body.access_token];
		homeserver.repeats = status;
		assert.notEqual((await logIn({})).status, 200);
		const upload = { token: first, body: { auth: { password } } };
		assert.ok((await ask(url, "keys/device_signing/upload", upload)).status >= 400);
		await ask(url, "logout", { token: second });
	}
}

test("a run beside Synapse, with an API of passwords, leaves no secret in log, security log or metrics", async () => {
	const place = await openPlace();
	const homeserver = await startHomeserverStandIn();
	const secrets = collectSecrets();
	const { base: synapse, secret } = homeserver;
	const { lines, server } = await startLogged(place, {
		synapse,
		secret,
		publicBase: "https://matrix.example/",
		guard: true,
	});
	const url = server.publicBase;
	homeserver.authorizationServer = url;
	let metrics = "";
	try {
		const { loginToken, logIn } = await live(url);
		secrets.found
			.set(loginToken, "a login token")
			.set(secret, "the secret of both sides")
			.set(state, "an app's state");
		await fail(url, logIn, homeserver);
		metrics = await (await fetch(`${url}metrics`)).text();
		homeserver.repeats = undefined;
		await changeData(place, "ALTER TABLE accounts RENAME TO gone");
		assert.equal((await logIn({})).status, 500);
		await changeData(place, "ALTER TABLE gone RENAME TO accounts");
	} finally {
		secrets.stop();
		await server.close();
		await homeserver.close();
	}
	const tasks = await tableRows(place, "homeserver_tasks");
	assert.ok(
		tasks.some(({ failure }) => failure !== ""),
		"what Synapse refused is kept",
	);
	const written = {
		log: lines.join(""),
		"security log": JSON.stringify(await tableRows(place, "security_events")),
		tasks: JSON.stringify(tasks),
		metrics,
	};
	for (const what of ["a token: compat-access", "a token: compat-refresh", "a cookie", "a form token"])
		assert.ok(
			[...secrets.found.values()].includes(what),
			`the run has ${what} to look for: ${[...new Set(secrets.found.values())]}`,
		);
	for (const [place, text] of Object.entries(written)) {
		for (const [secret, what] of secrets.found)
			assert.ok(!text.includes(secret), `${what} is in the ${place}`);
	}
});
