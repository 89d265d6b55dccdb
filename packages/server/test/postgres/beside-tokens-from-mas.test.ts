/** What people and the server have beside tokens comes along from MAS as well. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createFormBrowser } from "../support/form-browser.ts";
import { masIds } from "../support/mas-people.ts";
import { openMasWorld, toolSecret } from "../support/mas-world.ts";
import { linesOf } from "../support/move-data.ts";
import { skipWithoutPostgres } from "../support/postgres.ts";

const scriptScope = "urn:matrix:client:api:* urn:matrix:client:device:OFASCRIPT0";
/** When most of the rows there are of. */
const madeAt = Date.parse("2026-01-02T03:04:05.678Z");

test("from MAS to Countersign: addresses, services, registration tokens, names of devices and secrets of apps come along", {
	skip: skipWithoutPostgres,
}, async (t) => {
	await using world = await openMasWorld();
	const { url } = world;
	const post = async (path: string, form: Readonly<Record<string, string>>) => {
		const response = await fetch(new URL(path, url), {
			...{ method: "POST", body: new URLSearchParams(form) },
		});
		return { status: response.status, body: (await response.json()) as Record<string, string> };
	};
	const from = (...words: readonly string[]) => world.command("move", "from-mas", ...words);
	assert.equal((await from("settings", world.yaml, "--out", dirname(world.settings))).code, 0);
	await world.masStopped();
	const switched = await from("run", world.yaml, "--switch", "--accept", "no-app");
	assert.equal(switched.code, 0, switched.said);
	const ours = join(world.folder, "ours", "data", "countersign.db");
	const rows = (query: string): readonly unknown[] => linesOf(ours, [query]).map((line) => JSON.parse(line));

	await t.test(
		"addresses, services that vouch for people and who is who there are as they were",
		async () => {
			const emails =
				"SELECT localpart, address, added_at FROM account_emails JOIN accounts a ON a.id = account_id";
			const annas = { localpart: "anna", address: "anna@example.org", added_at: madeAt };
			assert.deepEqual(rows(emails), [annas]);
			const links =
				"SELECT localpart, provider, subject FROM account_links JOIN accounts a ON a.id = account_id";
			// The link that is nobody's is left out.
			assert.deepEqual(rows(links), [
				{ localpart: "anna", provider: masIds.service[1], subject: "anna-there" },
			]);
			const [service, ...more] = rows("SELECT kind, id, body FROM moved_extras") as {
				readonly body: string;
			}[];
			const { body = "", ...named } = service ?? {};
			assert.deepEqual([named, more], [{ kind: "upstream-provider", id: masIds.service[1] }, []]);
			const { issuer, human_name: name, scope, client_id: client } = JSON.parse(body);
			assert.deepEqual([issuer, name, scope, client], ["https://sso.example/", "Example", "openid", "us"]);
			assert.ok(!body.includes("hidden"), "its secret stays there");
		},
	);

	await t.test("devices have the names they had, and were last seen when and where they were", async () => {
		const seen = (device: string) =>
			rows(`SELECT display_name AS name, last_used_at AS at, last_address AS address, user_agent AS agent
				FROM sessions JOIN devices USING (account_id, device_id) WHERE device_id = '${device}'`);
		const at = Date.parse("2026-02-02T03:04:05Z");
		const phone = { name: "Phone", at, address: "192.0.2.7", agent: "App/1" };
		assert.deepEqual(seen("ANNASPHONE"), [phone]);
		assert.deepEqual(seen("ODD ä/id"), [{ name: "Desk", at, address: "2001:db8::1", agent: "Old/1" }]);
		const never = { at: madeAt, address: null, agent: null };
		assert.deepEqual(seen("ANNASTABLET"), [{ name: null, ...never }]);
		assert.deepEqual(seen("CLEOSBOT00"), [{ name: "a bot of Cleo", ...never }]);
	});

	const withTokens = readFileSync(world.settings, "utf8").replace(
		/^open_registration: .*$/m,
		"open_registration: token",
	);
	await writeFile(world.settings, withTokens);
	const stop = await world.start();
	t.after(stop);

	await t.test("a registration token has the uses left that it had, and lets somebody in", async () => {
		const listed = async () => {
			const { code, said } = await world.command("tokens", "registration", "list", "--json");
			assert.equal(code, 0, said);
			const tokens: readonly { readonly used: string }[] = JSON.parse(said);
			return tokens.map(({ used }) => used);
		};
		assert.deepEqual(await listed(), ["2 of 5"]);
		const register = async (username: string, token: string) => {
			const browser = createFormBrowser(url);
			const filled = { username, password: "another long password", token };
			return browser.press(await browser.open("/register"), "Create account", filled);
		};
		assert.equal((await register("hans", "come-in-")).status, 400);
		assert.equal((await register("hans", "come-in")).url.pathname, "/account/");
		assert.deepEqual(await listed(), ["3 of 5"]);
	});

	await t.test("an app that sends its secret in the form is known by it, and nobody without", async () => {
		const client_id = masIds.script[1];
		const asked = { client_id, scope: scriptScope };
		assert.equal((await post("oauth2/device", asked)).body.error, "invalid_client");
		const { status, body } = await post("oauth2/device", { ...asked, client_secret: toolSecret });
		assert.equal(status, 200, JSON.stringify(body));
		const poll = (client_secret: string) =>
			post("oauth2/token", {
				...{ client_id, client_secret, device_code: body.device_code ?? "" },
				grant_type: "urn:ietf:params:oauth:grant-type:device_code",
			});
		assert.equal((await poll(`${toolSecret}x`)).body.error, "invalid_client");
		assert.equal((await poll(toolSecret)).body.error, "authorization_pending");
	});
});
