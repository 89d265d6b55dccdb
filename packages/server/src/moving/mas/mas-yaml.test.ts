import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { calculateJwkThumbprint } from "jose";
import { accountSettings } from "./account-settings.ts";
import { readMasSettings } from "./mas-yaml.ts";
import { settingsFromMas } from "./settings-file.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-mas-yaml-"));
after(() => rmSync(folder, { recursive: true }));

const least = {
	http: { public_base: "https://account.example" },
	matrix: { homeserver: "example.org", secret: "shared", endpoint: "http://localhost:8008" },
	secrets: { encryption: "0f".repeat(32) },
};

let written = 0;
function fileOf(settings: unknown): string {
	written += 1;
	const file = join(folder, `${written}.yaml`);
	writeFileSync(file, JSON.stringify(settings));
	return file;
}

const read = (...settings: readonly unknown[]) => readMasSettings(settings.map(fileOf));

function taken(...settings: readonly unknown[]) {
	const mas = read(...settings);
	assert.ok(mas.ok, JSON.stringify(mas));
	return mas;
}

function refused(settings: unknown): string {
	const mas = read(settings);
	assert.ok(!mas.ok);
	return mas.problems.join("\n");
}

describe("MAS's settings", () => {
	test("need little, and the rest is as MAS has it", () => {
		const mas = taken(least);
		assert.deepEqual(
			[mas.serverName, mas.publicBase, mas.synapse, mas.synapseSecret, mas.adminUsers, mas.arePasswordsOff],
			["example.org", "https://account.example/", "http://localhost:8008/", "shared", [], false],
		);
		assert.deepEqual(mas.schemes, [{ version: 1, algorithm: "argon2id", unicodeNormalization: false }]);
		assert.deepEqual(Buffer.from(mas.encryptionKey), Buffer.alloc(32, 15));
		assert.deepEqual([mas.algorithms, mas.keys], [["ES256"], { carried: [], left: [] }]);
		const bare = taken({ http: least.http, secrets: least.secrets });
		assert.deepEqual(
			[bare.serverName, bare.synapse, bare.synapseSecret],
			["localhost:8008", "http://localhost:8008/", ""],
		);
	});

	test("of several files are put into each other, the later over the earlier", () => {
		const mas = taken(least, { matrix: { secret: "later" }, policy: { data: { admin_users: ["anna"] } } });
		assert.deepEqual([mas.synapseSecret, mas.serverName, mas.adminUsers], ["later", "example.org", ["anna"]]);
	});

	test("of several files have each other's lists behind one another, as MAS has them", () => {
		const mas = taken(
			{
				...least,
				passwords: { schemes: [{ version: 1, algorithm: "bcrypt" }] },
				policy: { data: { admin_users: ["anna"] } },
			},
			{
				passwords: { schemes: [{ version: 2, algorithm: "argon2id" }] },
				policy: { data: { admin_users: ["bert"] } },
			},
		);
		assert.deepEqual(
			mas.schemes.map(({ version, algorithm }) => [version, algorithm]),
			[
				[2, "argon2id"],
				[1, "bcrypt"],
			],
		);
		assert.deepEqual(mas.adminUsers, ["anna", "bert"]);
	});

	test("that are null are as if they were not there", () => {
		writeFileSync(join(folder, "shared-too"), "from a file");
		const mas = taken({
			...least,
			matrix: { homeserver: null, secret: null, secret_file: "shared-too", endpoint: null },
			database: { uri: null, host: null, username: "m", password: null, port: null },
			passwords: {
				schemes: [{ version: 1, algorithm: "bcrypt", cost: null, secret: null, secret_file: null }],
			},
		});
		assert.deepEqual(
			[mas.serverName, mas.synapse, mas.synapseSecret],
			["localhost:8008", "http://localhost:8008/", "from a file"],
		);
		assert.deepEqual(mas.database, { kind: "postgres", user: "m", database: "m", ssl: "none" });
		assert.deepEqual(mas.schemes, [{ version: 1, algorithm: "bcrypt", unicodeNormalization: false }]);
	});

	test("may stand in files of their own, beside the first", () => {
		writeFileSync(join(folder, "shared"), "from a file\n");
		writeFileSync(join(folder, "key"), `${"a0".repeat(32)}\n`);
		const mas = taken({
			...least,
			matrix: { homeserver: "example.org", secret_file: "shared" },
			secrets: { encryption_file: join(folder, "key") },
			passwords: { schemes: [{ version: 2, algorithm: "bcrypt", secret_file: "shared" }] },
		});
		assert.equal(mas.synapseSecret, "from a file");
		assert.equal(mas.encryptionKey[0], 0xa0);
		// A secret is all that is in its file, as MAS reads it.
		assert.equal(mas.newest?.secret, "from a file\n");
	});

	test("that Countersign cannot have are refused, with the reason", () => {
		writeFileSync(join(folder, "secret-of-bytes"), Buffer.from([0xff, 0x00, 0x80]));
		const bytes = { version: 1, algorithm: "argon2id", secret_file: "secret-of-bytes" };
		for (const [changes, why] of [
			[{ http: {} }, /http\.public_base is missing/],
			[{ http: { public_base: "https://example.org/auth/" } }, /has a path \(\/auth\/\)/],
			[{ http: { ...least.http, issuer: "https://example.org/" } }, /another address than/],
			[{ secrets: {} }, /64 hexadecimal digits/],
			[{ secrets: { encryption: "0g".repeat(32) } }, /64 hexadecimal digits/],
			[{ secrets: { encryption_file: "nowhere" } }, /ENOENT/],
			[{ passwords: { schemes: [bytes] } }, /secret-of-bytes holds bytes that are no text \(UTF-8\)/],
			[{ matrix: { ...least.matrix, endpoint: "http://localhost/synapse/" } }, /matrix\.endpoint/],
			[{ matrix: { ...least.matrix, homeserver: 7 } }, /matrix\.homeserver is no name/],
			[{ passwords: { schemes: [{ version: 1, algorithm: "md5" }] } }, /passwords\.schemes/],
			[{ secrets: { ...least.secrets, keys: [{ key: "no key" }] } }, /secrets\.keys\[0\] is no private key/],
			[{ secrets: { ...least.secrets, keys: [{}] } }, /neither key nor key_file/],
		] as const)
			assert.match(refused({ ...least, ...changes }), why);
		assert.match(readMasSettings([join(folder, "none.yaml")]).ok ? "" : "not there", /not there/);
	});

	test("name the database as an address or in parts", () => {
		const place = (database: unknown) => taken({ ...least, database }).database;
		const user = userInfo().username;
		assert.deepEqual(place({ uri: "postgresql://mas:p%40ss@db.example:5433/masdb?sslmode=verify-full" }), {
			...{ kind: "postgres", user: "mas", password: "p@ss", host: "db.example", port: 5433 },
			...{ database: "masdb", ssl: "verified" },
		});
		assert.deepEqual(place({ uri: "postgresql:///mas?host=/run/postgresql" }), {
			...{ kind: "postgres", user, host: "/run/postgresql", database: "mas", ssl: "none" },
		});
		assert.deepEqual(place({ uri: "postgresql://mas@[::1]" }), {
			...{ kind: "postgres", user: "mas", host: "::1", database: "mas", ssl: "none" },
		});
		assert.deepEqual(
			place({ host: "db", username: "m", password: "x", database: "d", ssl_mode: "require" }),
			{
				...{ kind: "postgres", user: "m", password: "x", host: "db", database: "d", ssl: "any" },
			},
		);
		assert.deepEqual(place({ socket: "/run/postgresql", username: "m" }), {
			...{ kind: "postgres", user: "m", host: "/run/postgresql", database: "m", ssl: "none" },
		});
		assert.deepEqual(place(undefined), { kind: "postgres", user, database: user, ssl: "none" });
	});

	test("have signing keys in several forms, each under its name", async () => {
		const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
		const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
		const [p256, p384, k1] = [curve("P-256"), curve("P-384"), curve("secp256k1")];
		const keys = join(folder, "keys");
		mkdirSync(keys);
		writeFileSync(join(keys, "a"), p256.export({ type: "sec1", format: "der" }));
		writeFileSync(join(folder, "rsa.der"), rsa.export({ type: "pkcs1", format: "der" }));
		const locked = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" } as const;
		const mas = taken({
			...least,
			secrets: {
				...least.secrets,
				keys_dir: "keys",
				keys: [
					{ kid: "named", key_file: "rsa.der" },
					{ key: p384.export(locked), password: "open" },
					{ kid: "left", key: k1.export({ type: "sec1", format: "pem" }) },
				],
			},
		});
		const thumbprint = (key: typeof rsa) =>
			calculateJwkThumbprint(createPublicKey(key).export({ format: "jwk" }) as { kty: string });
		assert.deepEqual(
			mas.keys.carried.map(({ kid, alg }) => [kid, alg]),
			[
				[await thumbprint(p256), "ES256"],
				["named", "RS256"],
				[await thumbprint(p384), "ES384"],
			],
		);
		assert.deepEqual(mas.keys.left, ["left"]);
		assert.deepEqual(mas.algorithms, ["ES256", "ES256", "RS256", "ES384"]);
	});
});

describe("Countersign's settings from MAS's", () => {
	test("account for every value once", () => {
		const tree = {
			...least,
			email: { from: "a", transport: "smtp", smtp: { port: 1 } },
			policy: { wasm_module: "x", data: { admin_users: ["a", "b"], requester: {} } },
			somewhere: { new: [1, 2] },
			clients: [],
		};
		const accounted = accountSettings(tree);
		const of = (name: string) =>
			accounted.filter((each) => each.name === name).map((each) => [each.values, each.fate]);
		assert.deepEqual(of("email"), [[3, "absent"]]);
		assert.deepEqual(of("policy.data.admin_users"), [[2, "carried"]]);
		assert.deepEqual(of("policy"), [[2, "absent"]]);
		assert.deepEqual(of("somewhere.new"), [[2, "unknown"]]);
		assert.deepEqual(of("clients"), [[1, "carried"]]);
		assert.equal(
			accounted.reduce((sum, { values }) => sum + values, 0),
			15,
		);
	});

	test("name the keys that cannot sign here", () => {
		const pem = (namedCurve: string) =>
			generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "sec1", format: "pem" });
		const keys = [
			{ kid: "here", key: pem("P-256") },
			{ kid: "there", key: pem("secp256k1") },
			{ kid: "there too", key: pem("P-521") },
		];
		const { account, settings } = settingsFromMas(taken({ ...least, secrets: { ...least.secrets, keys } }));
		assert.match(account, /\nKeys that are left, [^\n]+:\n {2}there, there too\n$/);
		assert.match(settings, /\n# {3}there, there too\n$/);
		assert.doesNotMatch(settingsFromMas(taken(least)).account, /Keys that are left/);
	});

	const lines = (settings: object) =>
		settingsFromMas(taken({ ...least, ...settings }))
			.settings.split("\n")
			.filter((line) => /^[a-z]/.test(line));

	test("open registration only where MAS asked for nothing else", () => {
		const account = { password_registration_enabled: true, password_registration_email_required: false };
		const isOpen = (settings: object) => lines(settings).includes("open_registration: yes");
		assert.equal(isOpen({ account }), true);
		assert.equal(isOpen({}), false);
		assert.equal(isOpen({ account: { password_registration_enabled: true } }), false);
		assert.equal(isOpen({ account: { ...account, registration_token_required: true } }), false);
		assert.equal(isOpen({ account: { ...account, password_registration_token_required: true } }), false);
		const withToken = (settings: object) => lines(settings).includes("open_registration: token");
		assert.equal(withToken({ account }), false);
		assert.equal(withToken({ account: { ...account, registration_token_required: true } }), true);
		assert.equal(withToken({ account: { ...account, password_registration_token_required: true } }), true);
		assert.equal(withToken({ account: { registration_token_required: true } }), false);
		assert.equal(isOpen({ account, captcha: { service: "hcaptcha" } }), false);
		assert.equal(isOpen({ account, captcha: { service: null } }), true);
		assert.equal(isOpen({ account, branding: { tos_uri: "https://x.org/terms" } }), false);
		assert.equal(isOpen({ account, branding: { policy_uri: "https://x.org/policy" } }), true);
	});

	test("listen where MAS does for people or apps, and trust whom it trusts", () => {
		const at = (binds: unknown, name = "human") =>
			lines({ http: { ...least.http, listeners: [{ resources: [{ name }], binds }] } }).slice(0, 2);
		assert.deepEqual(at([{ address: "[::1]:81" }]), ['host: "::1"', "port: 81"]);
		assert.deepEqual(at([{ host: "localhost", port: 82 }], "oauth"), ['host: "localhost"', "port: 82"]);
		assert.deepEqual(at([{ port: 83 }]), ['host: "::"', "port: 83"]);
		assert.deepEqual(at([{ socket: "/x" }, { address: "0.0.0.0:84" }]), ['host: "0.0.0.0"', "port: 84"]);
		assert.equal(at([{ socket: "/x" }])[0], "data: data");
		assert.equal(at([{ port: 85 }], "health")[0], "data: data");
		assert.deepEqual(lines({}).slice(0, 2), ['host: "::"', "port: 8080"]);
		assert.match(lines({}).join("\n"), /trusted_proxies: \["192\.168\.0\.0\/16",/);
		assert.match(lines({ http: { ...least.http, trusted_proxies: [] } }).join("\n"), /trusted_proxies: \[\]/);
	});

	test("name no schemes where nobody signs in by a password", () => {
		const off = settingsFromMas(taken({ ...least, passwords: { enabled: false } }));
		assert.deepEqual(Object.keys(off.secrets), ["homeserver-secret"]);
		assert.doesNotMatch(off.settings, /^passwords:/m);
	});
});
