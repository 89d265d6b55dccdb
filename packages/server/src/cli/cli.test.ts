import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { startServer } from "../../test/support/server.ts";
import { run } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-cli-"));
const server = await startServer();
after(async () => {
	await server.close();
	await rm(folder, { recursive: true });
});
const newPassword = "another long password";

/** Runs a command on the data of the running server, or on others. */
async function type(line: string, { secret = "", data = server.dataDirectory } = {}) {
	const said = { out: "", err: "" };
	// Names with blanks are written with %20.
	const words = line.split(" ").map((word) => word.replaceAll("%20", " "));
	const code = await run(words, {
		environment: { COUNTERSIGN_DATA: data, COUNTERSIGN_PUBLIC_BASE: server.url },
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async () => secret,
	});
	return { code, ...said };
}

/** The one JSON value that a command prints. */
async function read(line: string) {
	const { code, out } = await type(line);
	assert.equal(code, 0);
	return JSON.parse(out);
}

function deviceState(device: { readonly accessToken: string }) {
	return server.call(device, "GET", "account/whoami");
}

test("in a new server there is nobody, under no name that others could know", async () => {
	assert.deepEqual(await read("users list --json"), []);
	assert.deepEqual(await server.rows("accounts"), []);
});

test("people made beside a running server sign in to it at once", async () => {
	const made = await type("users create carol", { secret: newPassword });
	assert.deepEqual([made.code, made.out], [0, "@carol:localhost can sign in now.\n"]);
	const browser = server.browser();
	const page = await browser.open("/login");
	const signedIn = await browser.press(page, "Sign in", { username: "carol", password: newPassword });
	assert.equal(signedIn.url.pathname, "/account/");
	const again = await type("users create carol", { secret: newPassword });
	assert.deepEqual([again.code, again.out], [1, ""]);
	assert.match(again.err, /taken/);
	assert.match((await type("users create dave", { secret: "short" })).err, /too short/);
	assert.match((await type("users create dave", { secret: "Password2024" })).err, /tried first/);
	assert.match((await type("users create davinia", { secret: "davinia.12" })).err, /name or address/);
	assert.match((await type("users create da!ve", { secret: newPassword })).err, /a-z/);
});

test("a lock stops apps and browsers of the running server, and unlocking lets the apps go on", async () => {
	const browser = await server.register("lucy");
	const device = await server.loginDevice({ localpart: "lucy", browser });
	assert.equal((await type("users lock lucy")).code, 0);
	const refused = await deviceState(device);
	assert.deepEqual([refused.status, refused.body.errcode], [401, "M_USER_LOCKED"]);
	assert.equal((await browser.open("/account/")).url.pathname, "/login");
	assert.equal((await type("users lock lucy")).code, 1);
	assert.equal((await type("users unlock lucy")).code, 0);
	assert.equal((await deviceState(device)).status, 200);
	assert.equal((await browser.open("/account/")).url.pathname, "/login", "browsers sign in anew");
});

test("a password that is set signs every browser out and lets the apps be", async () => {
	const browser = await server.register("petra");
	const device = await server.loginDevice({ localpart: "petra", browser });
	assert.equal((await type("users set-password petra", { secret: newPassword })).code, 0);
	assert.equal((await browser.open("/account/")).url.pathname, "/login");
	assert.equal((await deviceState(device)).status, 200);
	const fresh = server.browser();
	const fields = { username: "petra", password: newPassword };
	const page = await fresh.press(await fresh.open("/login"), "Sign in", fields);
	assert.equal(page.url.pathname, "/account/");
});

test("deactivating wants a word that it is meant, and is told once", async () => {
	await server.register("dora");
	const asked = await type("users deactivate dora");
	assert.equal(asked.code, 2);
	assert.match(asked.err, /--yes/);
	assert.equal((await type("users deactivate dora --yes")).code, 0);
	assert.equal((await type("users deactivate dora --yes")).code, 1);
	const users = await read("users list --json");
	assert.equal(users.find((one: { user: string }) => one.user === "@dora:localhost").state, "deactivated");
});

test("sessions are listed and ended one by one or all at once, with their devices", async () => {
	const browser = await server.register("sam");
	const one = await server.loginDevice({ localpart: "sam", browser });
	const two = await server.loginDevice({ localpart: "sam", browser });
	const listed = await type("sessions list sam");
	assert.ok(listed.out.includes(one.deviceId) && listed.out.includes(two.deviceId), listed.out);
	assert.equal((await type("sessions end sam")).code, 2);
	assert.equal((await type("sessions end sam --all --device X")).code, 2);
	assert.equal((await type(`sessions end sam --device=${one.deviceId}`)).code, 0);
	assert.equal((await deviceState(one)).status, 401);
	assert.equal((await deviceState(two)).status, 200);
	assert.equal((await type(`sessions end sam --device=${one.deviceId}`)).code, 1);
	assert.equal((await type("sessions end sam --all")).code, 0);
	assert.equal((await deviceState(two)).status, 401);
	assert.deepEqual(await read("sessions list sam --json"), []);
});

test("an issued token works at once, is the owner's to see and to sign out, and opens no sign-in", async () => {
	const browser = await server.register("bob");
	const issue = "tokens issue --user bob --device BRIDGEDEVICE --name Weather%20bridge --json";
	const { token } = await read(issue);
	const device = { accessToken: token };
	assert.equal((await deviceState(device)).body.device_id, "BRIDGEDEVICE");
	assert.equal((await type(issue)).code, 1, "not a second time for one device");
	const introspected = await fetch(new URL("/oauth2/introspect", server.url), {
		method: "POST",
		headers: { authorization: `Bearer ${server.introspectionSecret}` },
		body: new URLSearchParams({ token }),
	});
	const answer = JSON.parse(await introspected.text());
	assert.equal(answer.active, true);
	assert.ok(!("exp" in answer));
	const clientId = answer.client_id;
	const signIn = new URLSearchParams({
		client_id: clientId,
		response_type: "code",
		redirect_uri: server.url,
	});
	const engine = await server.browser().open(`/authorize?${signIn}`);
	assert.ok(engine.status >= 400, `${engine.status} ${engine.title}`);
	const list = await browser.open("/account/devices");
	assert.match(list.text, /Weather bridge[\s\S]*Token of a program/);
	const [shown] = await read("sessions list bob --json");
	assert.deepEqual(
		[shown.device, shown.kind, shown.name],
		["BRIDGEDEVICE", "lasting token", "Weather bridge"],
	);
	const leave = await browser.open("/account/devices/BRIDGEDEVICE?delete=1");
	await browser.press(leave, "End it");
	assert.equal((await deviceState(device)).status, 401);
});

test("a token may end by itself and have no device; another one takes its place, and the list tells all of it", async () => {
	await server.register("toni");
	const issue = "tokens issue --user toni --name Webhook --json";
	assert.equal((await type(issue)).code, 2, "a device or none");
	assert.equal((await type(`${issue} --no-device --device LONGENOUGHID`)).code, 2);
	for (const days of ["0", "3651", "soon", "-1"])
		assert.equal((await type(`${issue} --no-device --days=${days}`)).code, 2, days);
	const issued = await read(`${issue} --no-device --days=30`);
	assert.deepEqual([issued.device, "session" in issued], [null, true]);
	const [listed] = await read("tokens list toni --json");
	assert.deepEqual(
		[listed.session, listed.name, listed.device, listed.may, listed.by, listed.lastUsed],
		[issued.session, "Webhook", "", "matrix", "operator", "never"],
	);
	assert.equal(listed.expires, issued.expires);
	const days = (Date.parse(issued.expires.replace(" UTC", "Z").replace(" ", "T")) - Date.now()) / 86_400_000;
	assert.ok(days > 29 && days <= 30.01, issued.expires);
	const whoami = (accessToken: string) => server.call({ accessToken }, "GET", "account/whoami");
	assert.equal((await whoami(issued.token)).status, 403, "it counts, and is of no device");
	assert.equal((await type("tokens replace toni")).code, 2);
	assert.equal((await type("tokens replace toni --device=NOSUCHDEVICE")).code, 1);
	const next = await read(`tokens replace toni --session=${issued.session} --json`);
	assert.equal((await whoami(issued.token)).status, 401);
	assert.equal((await whoami(next.token)).status, 403);
	assert.notEqual(
		(await read("tokens list toni --json"))[0].expires,
		"never",
		"it lasts as long as the one before",
	);
	const said = await type(`tokens replace toni --session=${issued.session} --days=7`);
	assert.match(
		said.out,
		/^mpt_\S+\nThis is the only time it is shown\. It is good until .+ Revoke it: sessions end toni --session=/,
	);
	assert.equal((await type(`sessions end toni --session=${issued.session}`)).code, 0);
	assert.deepEqual(await read("tokens list toni --json"), []);
});

test("a token without a user, a name or a sensible scope is refused as asked for wrongly", async () => {
	await server.register("tim");
	assert.equal((await type("tokens issue --user tim --device LONGENOUGHID")).code, 2);
	assert.equal((await type("tokens issue --user tim --device SHORT --name x")).code, 2);
	const two = "--scope urn:matrix:client:device:ANOTHERDEVICE";
	assert.equal((await type(`tokens issue --user tim --device LONGENOUGHID --name x ${two}`)).code, 2);
	assert.equal((await type("tokens issue --user nobody --device LONGENOUGHID --name x")).code, 1);
});

test("a backup is made beside the running server, once", async () => {
	const file = join(folder, "copy.db");
	assert.equal((await type(`backup ${file}`)).code, 0);
	assert.ok((await stat(file)).size > 0);
	const again = await type(`backup ${file}`);
	assert.equal(again.code, 1);
	assert.match(again.err, /Nothing was replaced/);
});

test("where no server ever ran, commands say so and make nothing", async () => {
	const data = join(folder, "nothing");
	for (const line of ["users list", `backup ${join(folder, "x")}`]) {
		const refused = await type(line, { data });
		assert.equal(refused.code, 1);
		assert.match(refused.err, /There are no data in/);
	}
	await assert.rejects(stat(data));
});

test("what is typed wrongly is said with the right way, and exit code 2", async () => {
	for (const line of ["users", "fly", "users lock", "users lock a b", "users list --colour", "serve now"]) {
		const refused = await type(line);
		assert.equal(refused.code, 2, line);
		assert.match(refused.err, /countersign/, line);
		assert.equal(refused.out, "");
	}
	const help = await type("--help");
	assert.equal(help.code, 0);
	for (const name of ["serve", "config generate", "users set-password", "tokens issue", "backup FILE"])
		assert.ok(help.out.includes(`countersign ${name}`), name);
});

test("the settings are checked without starting anything", async () => {
	const good = await type("config check --json");
	assert.equal(good.code, 0);
	assert.equal(JSON.parse(good.out).data, server.dataDirectory);
	const gone = await type(`config check --config ${join(folder, "gone.yaml")}`);
	assert.equal(gone.code, 2);
	assert.match(gone.err, /gone\.yaml cannot be read/);
	assert.match((await type("config generate")).out, /^# Settings of Countersign/);
});

test("names that would steer the operator's terminal are printed without what steers", async () => {
	const browser = await server.register("eve");
	await server.loginDevice({ localpart: "eve", browser, clientName: "App of eve" });
	// As an app could be called that registered when such names were kept, or came from elsewhere.
	using database = new DatabaseSync(join(server.dataDirectory, "countersign.db"), { timeout: 5_000 });
	database
		.prepare("UPDATE clients SET metadata = replace(metadata, 'App of eve', ?)")
		.run("App\\u001b[2J\\u202e");
	const { out } = await type("sessions list eve");
	assert.match(out, /App/);
	for (const steering of ["\u001b", "\u202e"]) assert.ok(!out.includes(steering));
});
