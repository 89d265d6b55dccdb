/** People move from MAS to Countersign, with every kind of password, session and token, and their apps notice nothing. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { loadConfig } from "../../src/config/index.ts";
import { carriedHash, createPasswords } from "../../src/proofs/index.ts";
import { nativeClient } from "../support/authorization-world.ts";
import { openedAtMas, refreshesAtMas } from "../support/mas-answers.ts";
import { masIds, masPassword, masTokens } from "../support/mas-people.ts";
import { openMasWorld, toolSecret } from "../support/mas-world.ts";
import { signInByOAuth } from "../support/oauth-beside.ts";
import { skipWithoutPostgres } from "../support/postgres.ts";
import { signInWithSecret } from "../support/sign-in-with-secret.ts";

const accepted = ["--accept", "no-app"];
const { anna, bert, cleo } = masTokens;
const [, nativeApp] = masIds.native;
const [, tool] = masIds.withSecret;

test("from MAS to Countersign: tokens, passwords and apps go on as they are", {
	skip: skipWithoutPostgres,
}, async (t) => {
	await using world = await openMasWorld();
	const { url, homeserver } = world;
	const move = (...words: readonly string[]) =>
		world.command("move", "from-mas", words[0] ?? "", world.yaml, ...words.slice(1));
	const post = async (path: string, form: Readonly<Record<string, string>>, authorization?: string) => {
		const headers = authorization === undefined ? {} : { authorization };
		const response = await fetch(new URL(path, url), {
			...{ method: "POST", headers, body: new URLSearchParams(form) },
		});
		return { status: response.status, body: (await response.json()) as Record<string, string> };
	};
	const introspect = async (token: string) =>
		(await post("oauth2/introspect", { token }, `Bearer ${homeserver.secret}`)).body;
	const refresh = (token: string, client: string, authorization?: string) =>
		post(
			"oauth2/token",
			{ grant_type: "refresh_token", refresh_token: token, client_id: client },
			authorization,
		);
	const matrix = async (path: string, body: unknown, token?: string) => {
		const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const response = await fetch(new URL(`_matrix/client/v3/${path}`, url), {
			...{ method: "POST", headers, body: JSON.stringify(body) },
		});
		return { status: response.status, body: (await response.json()) as Record<string, string> };
	};
	const signIn = (user: string, password = masPassword) =>
		matrix("login", { type: "m.login.password", identifier: { type: "m.id.user", user }, password });

	await t.test("settings are written from those of MAS, and each of them is accounted for", async () => {
		const out = dirname(world.settings);
		const write = () => world.command("move", "from-mas", "settings", world.yaml, "--out", out);
		const { code, said } = await write();
		assert.equal(code, 0, said);
		assert.match(
			said,
			/^Not there, and what that means:\n(?: {2}[^\n]+\n)* {2}email \(3 values\): set email by hand: [^\n]+\n/,
		);
		assert.match(said, /\n {2}passwords\.schemes \(12 values\): passwords\.schemes_file/);
		assert.doesNotMatch(said, /Not known/);
		for (const secret of [homeserver.secret, "bcrypt's secret"]) {
			assert.ok(!said.includes(secret));
			assert.ok(!readFileSync(world.settings, "utf8").includes(secret));
		}
		const config = loadConfig({}, world.settings);
		assert.ok(config.ok, JSON.stringify(config));
		const { host, port, publicBase, serverName, openRegistration, trustedProxies } = config.config;
		assert.deepEqual(
			[host, port, publicBase, serverName, openRegistration, trustedProxies, config.warnings],
			["127.0.0.1", Number(new URL(url).port), url, "localhost", false, ["127.0.0.1/8"], []],
		);
		assert.equal(config.config.homeserver?.secret, homeserver.secret);
		assert.equal(config.config.passwordSchemes?.length, 4);
		assert.match((await write()).said, /is there already/);
	});

	await t.test("what would happen is said, and what nobody agreed to stops it", async () => {
		const { code, said } = await move("check");
		assert.equal(code, 1);
		assert.match(said, /^Moved: 0 people\nMoved, with a note: 7 people\nNot moved: 0 people\n/);
		assert.match(said, /\n--accept no-app: [^\n]+\n$/);
		assert.match(said, /Apps under the ids they have: 3; not moved: 2\n/);
		assert.match(said, /Moved, with a note:\n {4}\w{26} App of some years: cannot return to http:/);
		assert.match(said, /\n {4}\w{26} Script: [^\n]+client_credentials[^\n]+\n\n/);
		assert.match(said, /Signer: shows who it is by client_secret_jwt/);
		assert.equal((await world.command("move", "status")).code, 1, "nothing was made");
	});

	await t.test("it is rehearsed, and begun while MAS runs", async () => {
		assert.match((await move("rehearse", ...accepted)).said, /^This was tried/);
		const shadow = await move("shadow");
		assert.equal(shadow.code, 0, shadow.said);
		assert.match(
			shadow.said,
			/^Compared: access tokens 9, refresh tokens 4; different: 0\. Left behind, as check says: 1\.\n$/,
		);
		assert.match((await move("compare")).said, /There are no data/);
		const copied = await move("run", ...accepted);
		assert.equal(copied.code, 0, copied.said);
	});

	await t.test("the switch waits until MAS has told the homeserver everything, and is stopped", async () => {
		await world.change("INSERT INTO queue_jobs VALUES ('available', 'sync-devices')");
		await world.masStopped();
		assert.match((await move("run", "--switch", ...accepted)).said, /MAS has not told Synapse yet/);
		await world.change("UPDATE queue_jobs SET status = 'completed' WHERE status = 'available'");
	});

	const before = await world.change("SELECT * FROM oauth2_refresh_tokens ORDER BY 1");
	await world.masStopped();
	const sealFile = join(world.folder, "seal.pem");
	const switched = await move("run", "--switch", "--seal", sealFile, ...accepted);
	assert.equal(switched.code, 0, switched.said);
	assert.deepEqual(await world.change("SELECT * FROM oauth2_refresh_tokens ORDER BY 1"), before);
	assert.match((await world.command("move", "status")).said, /^People were switched over.* as MAS does/);
	const compared = await move("compare");
	assert.deepEqual([compared.code, /different: 0\./.test(compared.said)], [0, true], compared.said);
	const stop = await world.start();
	t.after(stop);

	await t.test("tokens of every kind are who they were, on the device they were", async () => {
		const [annaSub, bertSub, cleoSub] = [masIds.anna[1], masIds.bert[1], masIds.cleo[1]];
		for (const [token, sub, deviceId, client] of [
			[anna.access, annaSub, "ANNASPHONE", nativeApp],
			[anna.nextAccess, annaSub, "ANNASTABLET", nativeApp],
			[bert.lasting, bertSub, "ODD ä/id", "legacy"],
			[bert.synapse, bertSub, "SHORT", "legacy"],
			[bert.refreshed, bertSub, "SHORT", "legacy"],
			[cleo.admin, cleoSub, "CLEO", "legacy"],
			[cleo.secretAccess, cleoSub, "CLEOSTOOLS", tool],
		] as const) {
			const answer = await introspect(token);
			const { active, sub: found, device_id: device, client_id: clientId } = answer;
			assert.deepEqual([token, active, found, device, clientId], [token, true, sub, deviceId, client]);
		}
		assert.equal((await introspect(cleo.personal)).device_id, "CLEOSBOT00");
		const { active, device_id: device, scope } = await introspect(cleo.loose);
		const api = "urn:matrix:client:api:* urn:matrix:org.matrix.msc2967.client:api:*";
		assert.deepEqual([active, device, scope], [true, undefined, api]);
		for (const token of [anna.ended, bert.expired, cleo.signing])
			assert.deepEqual(await introspect(token), { active: false });
	});

	await t.test("whoever administers the homeserver still does, and nobody else", async () => {
		const scopes = async (token: string) => (await introspect(token)).scope?.split(" ") ?? [];
		// Bert's name is in MAS's policy, but his sessions were not opened to administer anything.
		for (const token of [cleo.admin, cleo.secretAccess])
			assert.ok((await scopes(token)).includes("urn:synapse:admin:*"), token);
		for (const token of [anna.access, bert.lasting])
			assert.ok(!(await scopes(token)).includes("urn:synapse:admin:*"), token);
	});

	const annasNewest: string[] = [];
	let [bertsNewest, cleosNewest] = ["", ""];
	await t.test("an app refreshes under the id it has, time and again", async () => {
		let token: string = anna.refresh;
		for (let turn = 0; turn < 3; turn += 1) {
			const { status, body } = await refresh(token, nativeApp);
			assert.equal(status, 200, `turn ${turn}`);
			assert.match(body.scope ?? "", /^openid email urn:matrix/);
			assert.equal((await introspect(body.access_token ?? "")).device_id, "ANNASPHONE");
			token = body.refresh_token ?? "";
			annasNewest.push(token);
		}
		const other = await refresh(token, tool, `Basic ${btoa(`${tool}:${encodeURIComponent(toolSecret)}`)}`);
		assert.equal(other.status, 400, "that of one app is worth nothing in another's hands");
		const last = await refresh(token, nativeApp);
		assert.equal(last.status, 200);
		annasNewest.push(last.body.refresh_token ?? "");
	});

	await t.test("of a refresh whose answer was lost at the stop either token goes on", async () => {
		const { status, body } = await refresh(anna.half, nativeApp);
		assert.equal(status, 200);
		assert.equal((await introspect(body.access_token ?? "")).device_id, "ANNASTABLET");
		assert.equal((await refresh(body.refresh_token ?? "", nativeApp)).status, 200);
	});

	await t.test("an app that has a secret shows it, and is nobody without", async () => {
		const basic = (secret: string) => `Basic ${btoa(`${tool}:${encodeURIComponent(secret)}`)}`;
		assert.equal((await refresh(cleo.secret, tool)).status, 401);
		assert.equal((await refresh(cleo.secret, tool, basic(`${toolSecret}x`))).status, 401);
		const { status, body } = await refresh(cleo.secret, tool, basic(toolSecret));
		assert.equal(status, 200);
		assert.equal((await introspect(body.access_token ?? "")).device_id, "CLEOSTOOLS");
		cleosNewest = body.refresh_token ?? "";
	});

	await t.test("an app of the older login API refreshes", async () => {
		let token: string = bert.refresh;
		for (let turn = 0; turn < 2; turn += 1) {
			const { status, body } = await matrix("refresh", { refresh_token: token });
			assert.equal(status, 200, `turn ${turn}`);
			assert.match(body.refresh_token ?? "", /^mcr_/);
			assert.equal((await introspect(body.access_token ?? "")).device_id, "SHORT");
			token = body.refresh_token ?? "";
		}
		bertsNewest = token;
	});

	await t.test("people sign in with the passwords they have, in each scheme", async () => {
		for (const name of ["anna", "bert", "cleo", "fred"]) {
			const { status, body } = await signIn(name);
			assert.deepEqual([name, status, body.user_id], [name, 200, `@${name}:localhost`]);
			assert.equal((await signIn(name, `${masPassword}x`)).status, 403, name);
		}
		assert.equal((await signIn("dora")).body.errcode, "M_USER_LOCKED");
		for (const name of ["eddi", "gast"]) assert.equal((await signIn(name)).body.errcode, "M_FORBIDDEN");
	});

	await t.test("a device is signed out for good", async () => {
		assert.equal((await matrix("logout", {}, bert.lasting)).status, 200);
		assert.deepEqual(await introspect(bert.lasting), { active: false });
		const revoked = await fetch(new URL("oauth2/revoke", url), {
			...{ method: "POST", body: new URLSearchParams({ token: anna.nextAccess, client_id: nativeApp }) },
		});
		assert.equal(revoked.status, 200);
		assert.deepEqual(await introspect(anna.nextAccess), { active: false });
	});

	await t.test("an app with a secret signs in, and its id token is by a key that moved", async () => {
		const { token, sub, signedBy, keys } = await signInWithSecret(url, [tool, toolSecret], "fred");
		assert.equal((await introspect(token)).sub, sub);
		assert.deepEqual(signedBy, { alg: "RS256", kid: "the-rsa-key" });
		assert.deepEqual(keys, { published: 3, withPrivate: 0 }, "two of the three there, and ours");
	});

	await t.test("what ended here since the switch is all that differs from MAS", async () => {
		const { code, said } = await move("compare");
		assert.equal(code, 1);
		assert.match(
			said,
			/\nunknown \(\d+\): [^\n]+\n {4}@anna:localhost, @bert:localhost, @cleo:localhost\nAsked of the running Countersign: access tokens [1-9]; different: 1\.\nunknown \(1\): [^\n]+\n {4}@bert:localhost\n$/,
		);
	});

	const compat: string[] = [];
	let [issued, replacing] = ["", ""];
	let sinceHere: Awaited<ReturnType<typeof signInByOAuth>>;
	await t.test("people and devices change while they are here", async () => {
		for (let turn = 0; turn < 3; turn += 1) {
			const { body } = await matrix("refresh", { refresh_token: compat.at(-1) ?? bertsNewest });
			if (turn < 2) await introspect(body.access_token ?? "");
			compat.push(body.refresh_token ?? "");
		}
		const device_id = "CLEO";
		const identifier = { type: "m.id.user", user: "cleo" };
		const replaced = await matrix("login", {
			...{ type: "m.login.password", identifier, password: masPassword, device_id },
		});
		assert.equal(replaced.status, 200);
		replacing = replaced.body.access_token ?? "";
		const token = ["tokens", "issue", "--user", "anna", "--device=ANNASBOT00", "--name", "a bot", "--json"];
		issued = JSON.parse((await world.command(...token)).said).token;
		const longer = "another long password";
		for (const words of [
			["users", "set-password", "anna"],
			["users", "create", "gina"],
			["users", "lock", "fred"],
			["users", "promote", "anna"],
			["users", "deactivate", "dora", "--yes"],
		])
			assert.equal((await world.typing(longer, ...words)).code, 0, words.join(" "));
		sinceHere = await signInByOAuth(world, "bert", "BERTSNEW00");
		const { status, body } = await refresh(sinceHere.token, sinceHere.clientId);
		assert.equal(status, 200);
		sinceHere = { ...sinceHere, token: body.refresh_token ?? "" };
		await introspect(body.access_token ?? "");
		await world.everythingTold();
	});

	const back = (...words: readonly string[]) =>
		world.command("move", "back", world.yaml, "--backup", join(world.folder, "mas.dump"), ...words);
	const atMas = async () => {
		const tables = ["users", "user_passwords", "compat_sessions", "oauth2_sessions", "personal_sessions"];
		const tokens = [
			"oauth2_refresh_tokens",
			"compat_refresh_tokens",
			"compat_access_tokens",
			"user_sessions",
		];
		const all = [...tables, ...tokens].map((table) => world.change(`SELECT * FROM ${table} ORDER BY 1, 2`));
		return JSON.stringify(await Promise.all(all));
	};

	await t.test(
		"the way back waits for all to stop, for a backup, and for a word on who is signed out",
		async () => {
			assert.match((await back()).said, /Countersign runs on these data/);
			await stop();
			const before = await atMas();
			await world.masStopped();
			const refused = await back();
			assert.equal(refused.code, 1);
			assert.match(
				refused.said,
				/Signed in here since, and signed out by going back:\n(?:@\w+:localhost .*\n|USER .*\n)+/,
			);
			assert.match(refused.said, /@cleo:localhost +CLEO\b/);
			assert.doesNotMatch(refused.said, /ANNASBOT00|ANNASPHONE|SHORT/);
			assert.match((await back("--accept", "signed-out")).said, /is no backup: make one with pg_dump before/);
			assert.equal(await atMas(), before);
			await world.change("INSERT INTO _sqlx_migrations (version) VALUES (20991231000000)");
			await writeFile(join(world.folder, "mas.dump"), "a dump");
			await world.masStopped();
			assert.match((await back("--accept", "signed-out")).said, /MAS's tables are of 20991231000000/);
			await world.change("DELETE FROM _sqlx_migrations WHERE version > 20990000000000");
			await world.masStopped();
		},
	);

	await t.test(
		"it is written once, however often it is told, and by the sealed tokens nobody is signed out",
		async () => {
			assert.equal(statSync(sealFile).mode & 0o777, 0o600);
			const done = await back("--seal", sealFile);
			assert.equal(done.code, 0, done.said);
			assert.match((await world.command("move", "status")).said, /^People went back to MAS/);
			const written = await atMas();
			await world.masStopped();
			assert.match((await back("--seal", sealFile)).said, /There is no way back/);
			// As if it had been killed between MAS's commit and ours.
			const ours = new DatabaseSync(join(world.folder, "ours", "data", "countersign.db"));
			ours.exec("UPDATE settings SET value = replace(value, 'returned', 'switched') WHERE name = 'move'");
			ours.close();
			const again = await back("--seal", sealFile);
			assert.match(again.said, /Done; nothing had to change in MAS's database/);
			assert.equal(await atMas(), written);
		},
	);

	await t.test(
		"at MAS nothing opens more than it did here, but the one before of a lost answer",
		async () => {
			const { said } = await move("compare");
			assert.match(said, /^Compared: access tokens [1-9]\d*, refresh tokens [1-9]\d*; different: 1\./);
			assert.match(said, /\nunknown \(1\): [^\n]+\n {4}@bert:localhost\n/);
		},
	);

	await t.test(
		"apps go on at MAS with what they have, where the answer was lost with what came before",
		async () => {
			const alive = [annasNewest.at(-1), annasNewest.at(-2), cleosNewest, compat.at(-1), compat.at(-2)];
			for (const token of alive)
				assert.equal(await refreshesAtMas(world.change, token ?? ""), true, token ?? "");
			assert.equal(await openedAtMas(world.change, cleo.personal), "CLEOSBOT00");
			assert.equal(await openedAtMas(world.change, bert.synapse), "SHORT");
			assert.equal(await openedAtMas(world.change, issued), "ANNASBOT00");
			assert.equal(await openedAtMas(world.change, replacing), "CLEO");
			assert.equal(await refreshesAtMas(world.change, sinceHere.token), true);
			const [app] =
				await world.change(`SELECT client_name AS name, redirect_uris AS redirects FROM oauth2_clients
			JOIN oauth2_sessions USING (oauth2_client_id) JOIN oauth2_refresh_tokens USING (oauth2_session_id)
			WHERE refresh_token = '${sinceHere.token}'`);
			const { client_name: name, redirect_uris: redirects } = nativeClient;
			assert.deepEqual(app, { name: name ?? null, redirects });
		},
	);

	await t.test("what ended, was replaced or was used here is dead at MAS", async () => {
		const used = [anna.refresh, anna.half, anna.next, cleo.secret, bert.refresh, bertsNewest, compat[0]];
		for (const token of [...used, ...annasNewest.slice(0, -2)])
			assert.equal(await refreshesAtMas(world.change, token ?? ""), false, token ?? "");
		for (const token of [anna.ended, anna.nextAccess, bert.lasting, cleo.admin])
			assert.equal(await openedAtMas(world.change, token), undefined, token);
		const browsers = await world.change("SELECT 1 FROM user_sessions WHERE finished_at IS NULL");
		assert.deepEqual(browsers, []);
	});

	await t.test("people are at MAS as they were here, whoever joined among them", async () => {
		const rows = await world.change(`SELECT username, locked_at IS NOT NULL AS locked,
			deactivated_at IS NOT NULL AS closed, can_request_admin AS admin FROM users ORDER BY 1`);
		const seen = rows.map(({ username, locked, closed, admin }) => [
			username,
			[locked && "locked", closed && "closed", admin && "admin"].filter(Boolean).join(" "),
		]);
		assert.deepEqual(Object.fromEntries(seen), {
			...{ anna: "admin", bert: "", cleo: "admin", dora: "locked closed", eddi: "closed", fred: "locked" },
			...{ gast: "", gina: "" },
		});
		for (const name of ["anna", "gina"]) {
			const [newest] = await world.change(`SELECT version, hashed_password AS hash FROM user_passwords
				JOIN users USING (user_id) WHERE username = '${name}' ORDER BY user_passwords.created_at DESC LIMIT 1`);
			const scheme = { version: 4, algorithm: "argon2id", unicodeNormalization: false } as const;
			const passwords = createPasswords({ carried: [scheme] });
			const hash = carriedHash(Number(newest?.version), String(newest?.hash));
			assert.equal(await passwords.verify(hash, "another long password"), true, name);
		}
		const [gina] = await world.change("SELECT user_id::text AS id FROM users WHERE username = 'gina'");
		assert.match(String(gina?.id), /^[0-9a-f-]{36}$/);
	});
});
