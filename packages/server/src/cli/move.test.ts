import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { synapseRows, synapseTables } from "../../test/support/synapse-tables.ts";
import { run } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-move-cli-"));
after(() => rmSync(folder, { recursive: true }));

let made = 0;

/** A Synapse's settings with its database, and ours; one person is locked and shadow-banned. */
function makeServer(ours: Readonly<Record<string, unknown>> = {}) {
	made += 1;
	const [file, yaml] = [join(folder, `${made}.db`), join(folder, `${made}.yaml`)];
	const connection = new DatabaseSync(file);
	connection.exec([...synapseTables, ...synapseRows].join(";\n"));
	connection.close();
	writeFileSync(yaml, JSON.stringify({ server_name: "example.org", database: { args: { database: file } } }));
	const config = join(folder, `${made}-countersign.yaml`);
	const homeserver = { synapse: "http://127.0.0.1:1/", secret: "0123456789abcdef" };
	const settings = { data: `data-${made}`, server_name: "example.org", homeserver, ...ours };
	writeFileSync(config, JSON.stringify({ public_base: "https://account.example.org/", ...settings }));
	return { yaml, config, file };
}

async function type(...words: readonly string[]) {
	const said = { out: "", err: "" };
	const code = await run(words, {
		environment: {},
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: () => assert.fail("nobody is asked"),
	});
	return { code, ...said };
}

const accepted = ["--accept", "locked", "--accept", "shadow-banned"];

describe("move from-synapse", () => {
	test("stops at what nobody agreed to, and names each", async () => {
		const { yaml } = makeServer();
		const { code, out, err } = await type("move", "from-synapse", "check", yaml, "--accept", "locked");
		assert.equal(code, 1);
		assert.match(out, /^Moved: 0 people\nMoved, with a note: 1 person\nNot moved: 1 person\n/);
		assert.match(err, /--accept shadow-banned: somebody is shadow-banned/);
		assert.doesNotMatch(err, /--accept locked/);
	});

	test("takes no reason that it does not know", async () => {
		const { code, err } = await type("move", "from-synapse", "check", "x.yaml", "--accept", "phone");
		assert.equal(code, 2);
		assert.match(err, /there are: locked, shadow-banned, expired, no-app\n/);
	});

	test("writes everybody's line to a new file that others cannot read", async () => {
		const { yaml } = makeServer();
		const file = join(folder, `${made}-people.csv`);
		const words = ["move", "from-synapse", "check", yaml, ...accepted, "--report", file];
		assert.equal((await type(...words)).code, 0);
		assert.match(
			readFileSync(file, "utf8"),
			/^user,list,reasons,devices,tokens\r\n'@Bob:example\.org,noted,/,
		);
		assert.equal(statSync(file).mode & 0o777, 0o600);
		const again = await type(...words);
		assert.deepEqual([again.code, /which was left as it is/.test(again.err)], [2, true]);
	});

	test("copies, switches once, and settles once", async () => {
		const { yaml, config } = makeServer();
		const move = (...words: readonly string[]) => type("move", ...words, "--config", config);
		assert.equal((await move("from-synapse", "rehearse", yaml, ...accepted)).code, 0);
		assert.match((await move("status")).err, /There are no data/);
		for (const how of [[], [], ["--switch"]])
			assert.equal((await move("from-synapse", "run", yaml, ...accepted, ...how)).code, 0);
		assert.match((await move("status")).out, /^People were switched over/);
		assert.equal(JSON.parse((await move("status", "--json")).out).counts.people, 1);
		const again = await move("from-synapse", "run", yaml, ...accepted);
		assert.deepEqual([again.code, /would bring back/.test(again.err)], [1, true]);
		assert.deepEqual([(await move("settle")).code, (await move("settle")).code], [0, 1]);
		const back = await move("back", yaml, "--backup", join(folder, "late.db"));
		assert.deepEqual([back.code, /There is no way back/.test(back.err)], [1, true]);
		assert.ok(!existsSync(join(folder, "late.db")));
		for (const words of [[join(folder, "none.yaml")], [yaml, "--also", join(folder, "none.yaml")]]) {
			const { code, err } = await move("back", ...words, "--backup", "b");
			assert.equal(code, 1);
			assert.match(err, /^Synapse's settings cannot be used:\n./);
		}
	});

	test("goes back only when it is agreed to that passwords are enough again for who has a passkey or codes", async () => {
		const { yaml, config } = makeServer();
		const move = (...words: readonly string[]) => type("move", ...words, "--config", config);
		assert.equal((await move("from-synapse", "run", yaml, ...accepted, "--switch")).code, 0);
		const ours = new DatabaseSync(join(folder, `data-${made}`, "countersign.db"));
		ours.exec(`INSERT INTO passkeys (id, account_id, credential_id, public_key, counter, transports, host, name, created_at)
			SELECT kind, id, kind, '', 0, '[]', 'account.example.org', '', 1 FROM accounts, (SELECT 'one' AS kind UNION SELECT 'two');
			INSERT INTO one_time_codes (account_id, secret, last_step, created_at) SELECT id, '', 0, 1 FROM accounts`);
		ours.close();
		const backup = join(folder, `${made}-before.db`);
		const counted = /^With a passkey or codes here, by password alone there: 1\.$/m;
		for (const agreed of [[], ["--accept", "signed-out"]]) {
			const { code, out, err } = await move("back", yaml, "--backup", backup, ...agreed);
			assert.equal(code, 1);
			assert.match(out, counted);
			assert.match(
				err,
				/^Nothing was done\. Synapse knows no passkeys .* Say --accept second-factors if that may be\.\n$/,
			);
			assert.ok(!existsSync(backup));
		}
		assert.match((await move("status")).out, /^People were switched over/);
		const done = await move("back", yaml, "--backup", backup, "--accept", "second-factors");
		assert.deepEqual([done.code, done.err], [0, ""]);
		assert.match(done.out, counted);
		assert.match((await move("status")).out, /^People went back to Synapse/);
	});

	test("says at its end how Synapse's database is emptied of what nobody asks for any more", async () => {
		const { yaml, config, file } = makeServer();
		const move = (...words: readonly string[]) => type("move", ...words, "--config", config);
		assert.equal((await move("from-synapse", "run", yaml, ...accepted, "--switch")).code, 0);
		const { out } = await move("settle");
		const statements = out.match(/^(?:UPDATE|DELETE) .*;$/gm) ?? [];
		const connection = new DatabaseSync(file);
		connection.exec(`INSERT INTO access_tokens (id, user_id, token) VALUES (9, '@alice:example.org', 'syt_bridge');
			UPDATE users SET password_hash = 'kept' WHERE name = '@alice:example.org';
			INSERT INTO user_ips SELECT user_id, token, device_id, '192.0.2.1', 'App/1', 1 FROM access_tokens;
			${statements.join("\n")}`);
		const all = (query: string) =>
			connection
				.prepare(query)
				.all()
				.map((row) => Object.values(row).join(" "));
		assert.deepEqual(all("SELECT token FROM access_tokens"), ["syt_bridge"]);
		assert.deepEqual(all("SELECT token FROM refresh_tokens"), []);
		assert.deepEqual(all("SELECT access_token FROM user_ips"), ["syt_bridge"]);
		assert.deepEqual(all("SELECT name, coalesce(password_hash, '-') FROM users ORDER BY 1"), [
			"@Bob:example.org -",
			"@alice:example.org kept",
		]);
		connection.close();
	});

	test("is refused where passwords would be wrong, or the names of the servers differ", async () => {
		const peppered = makeServer({ passwords: { pepper: "another" } });
		const wrong = await type(
			"move",
			"from-synapse",
			"run",
			peppered.yaml,
			...accepted,
			"--config",
			peppered.config,
		);
		assert.deepEqual([wrong.code, /Nobody's password would be right/.test(wrong.err)], [1, true]);
		const other = makeServer({ server_name: "example.net" });
		const named = await type(
			"move",
			"from-synapse",
			"run",
			other.yaml,
			...accepted,
			"--config",
			other.config,
		);
		assert.deepEqual([named.code, /a server of another name/.test(named.err)], [1, true]);
		assert.equal((await type("move", "from-synapse", "check", join(folder, "none.yaml"))).code, 1);
	});
});

test("move back wants to know where the backup goes, and takes two things to agree to", async () => {
	assert.match((await type("move", "back", "x.yaml")).err, /--backup FILE is missing/);
	const { code, err } = await type("move", "back", "x.yaml", "--backup", "b", "--accept", "locked");
	assert.deepEqual([code, /takes signed-out, second-factors and nothing else/.test(err)], [2, true]);
});
