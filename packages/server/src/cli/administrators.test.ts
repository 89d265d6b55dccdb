import assert from "node:assert/strict";
import { after, test } from "node:test";
import { beginFlow, codeOf, exchange } from "../../test/support/oauth-flow.ts";
import { startServer } from "../../test/support/server.ts";
import { run } from "./index.ts";

const server = await startServer();
after(() => server.close());
const adminScope = "urn:synapse:admin:*";

async function type(line: string) {
	const said = { out: "", err: "" };
	const code = await run(line.split(" "), {
		environment: { COUNTERSIGN_DATA: server.dataDirectory, COUNTERSIGN_PUBLIC_BASE: server.url },
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async () => "",
	});
	return { code, ...said };
}

async function introspect(token: string) {
	const answer = await fetch(new URL("/oauth2/introspect", server.url), {
		method: "POST",
		headers: { authorization: `Bearer ${server.introspectionSecret}` },
		body: new URLSearchParams({ token }),
	});
	const { active, scope = "" } = JSON.parse(await answer.text());
	return { active, isAdmin: scope.split(" ").includes(adminScope) };
}

async function issue(user: string, deviceId: string) {
	const { code, out } = await type(
		`tokens issue --user ${user} --device ${deviceId} --name console --scope ${adminScope} --json`,
	);
	assert.equal(code, 0);
	return JSON.parse(out);
}

/** Who is listed as an administrator, by the command's JSON. */
async function administrators() {
	const users: { readonly user: string; readonly admin: boolean }[] = JSON.parse(
		(await type("users list --json")).out,
	);
	return users.filter(({ admin }) => admin).map(({ user }) => user);
}

test("the operator makes administrators and unmakes them, each once, in a list and in the person's log", async () => {
	const browser = await server.register("ada");
	const promoted = await type("users promote ada");
	assert.deepEqual([promoted.code, promoted.err], [0, ""]);
	assert.match(promoted.out, /@ada:localhost is an administrator now/);
	const again = await type("users promote ada");
	assert.equal(again.code, 1);
	assert.match(again.err, /already/);
	assert.deepEqual(await administrators(), ["@ada:localhost"]);
	assert.match((await type("users list")).out, /@ada:localhost +active +yes/);
	assert.equal((await type("users demote ada")).code, 0);
	const more = await type("users demote ada");
	assert.equal(more.code, 1);
	assert.match(more.err, /already/);
	assert.deepEqual(await administrators(), []);
	assert.equal((await type("users promote nobody")).code, 1);
	const log = (await browser.open("/account/security")).text;
	assert.match(log, /account was made an administrator/);
	assert.match(log, /account administers this server no more/);
});

test("a token may administer for an administrator alone, and is told which command makes one", async () => {
	await server.register("otto");
	const line = `tokens issue --user otto --device OTTOCONSOLE --name console --scope ${adminScope}`;
	const refused = await type(line);
	assert.deepEqual([refused.code, refused.out], [1, ""]);
	assert.match(refused.err, /users promote otto/);
	await type("users promote otto");
	const issued = await type(line);
	assert.equal(issued.code, 0);
	assert.match(issued.out, /may administer the homeserver/);
	const token = issued.out.split("\n")[0] ?? "";
	assert.deepEqual(await introspect(token), { active: true, isAdmin: true });
});

test("demoting ends what could administer at once, and leaves the person's other apps alone", async () => {
	const browser = await server.register("dana");
	const phone = await server.loginDevice({ localpart: "dana", browser });
	await type("users promote dana");
	const { token } = await issue("dana", "DANACONSOLE");
	assert.deepEqual(await introspect(token), { active: true, isAdmin: true });
	assert.match((await type("users demote dana")).out, /could administer: 1/);
	assert.equal((await introspect(token)).active, false);
	assert.equal((await introspect(phone.accessToken)).active, true);
	const gone = await server.call(phone, "GET", "devices/DANACONSOLE");
	assert.equal(gone.status, 404, "its device with it");
	await type("users promote dana");
	assert.equal((await introspect(token)).active, false, "nothing of before wakes up");
	assert.match((await browser.open("/account/security")).text, /because it could administer this server/);
});

test("what an administrator agreed to and nobody fetched is worth nothing after the demotion, nor after another promotion", async () => {
	const browser = await server.register("faye");
	await type("users promote faye");
	const scope = `urn:matrix:client:api:* urn:matrix:client:device:FAYECONSOLE ${adminScope}`;
	const flow = await beginFlow(server, { scope });
	const code = await codeOf(browser, flow);
	await type("users demote faye");
	await type("users promote faye");
	const { status, body } = await exchange({ server }, flow, code);
	assert.deepEqual([status, body.error], [400, "invalid_grant"]);
});

test("an administrator who closes the account is none when it is opened again", async () => {
	await server.register("gina");
	await type("users promote gina");
	assert.equal((await type("users deactivate gina --yes")).code, 0);
	assert.match((await type("users promote gina")).err, /deactivated/);
	assert.ok(!(await administrators()).includes("@gina:localhost"));
});

test("a token that was never used is listed as that, until it is", async () => {
	await server.register("nina");
	const { token } = JSON.parse(
		(await type("tokens issue --user nina --device NINABRIDGE --name bridge --json")).out,
	);
	const lastUsed = async () => JSON.parse((await type("sessions list nina --json")).out)[0].lastUsed;
	assert.equal(await lastUsed(), "never");
	await server.call({ accessToken: token }, "GET", "account/whoami");
	await server.restart();
	assert.match(await lastUsed(), /UTC$/);
});

test("whom a service made one is named by doctor where that is set up no more, until the operator says so or not", async () => {
	await server.register("gwen");
	await server.change("UPDATE accounts SET admin = 1, admin_by = 'company' WHERE localpart = 'gwen'");
	const named = async () => {
		const found: { readonly check: string; readonly found?: string }[] = JSON.parse(
			(await type("doctor --json")).out,
		);
		return found.find(({ check }) => check === "stray-administrators")?.found ?? "nobody";
	};
	assert.match(await named(), /: gwen by company$/);
	const kept = await type("users promote gwen");
	assert.equal(kept.code, 0);
	assert.match(kept.out, /by the word of a service .* Now it is by yours: no service takes it away/);
	assert.equal(await named(), "nobody");
	assert.equal((await type("users promote gwen")).code, 1);
	assert.ok((await administrators()).includes("@gwen:localhost"));
});
