import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./index.ts";

function read(text: string, environment: Record<string, string> = {}) {
	const file = parseSettingsFile("x.yaml", text);
	assert.ok(file.ok, JSON.stringify(file));
	return readConfig(environment, file);
}

function taken(text: string) {
	const outcome = read(text);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

const beside =
	"server_name: example.org:8448\npublic_base: https://a.example\nhomeserver:\n  synapse: http://s:1\n";
const secret = "sixteen-letters!";
const proxies = "an IP address or a network, like 10.0.0.5 or 10.0.0.0/8";

describe("a setting is taken, or refused with what is expected", () => {
	const lists: Readonly<
		Record<string, { readonly right: readonly string[]; readonly wrong: Record<string, string> }>
	> = {
		host: {
			right: ["127.0.0.1", "0.0.0.0", '"::1"', "localhost"],
			wrong: { "example.org": "an IP address, like 127.0.0.1", 7: "an IP address, like 127.0.0.1" },
		},
		port: {
			right: ["0", "1", "65535"],
			wrong: { 65536: "a port number", "-1": "a port number", 1.5: "a whole number", x: "a port number" },
		},
		data: { right: ["x"], wrong: { '""': "a folder", 5: "a folder" } },
		database_file: { right: [], wrong: { '""': "a file", 5: "a file" } },
		public_base: {
			right: ["http://a.example", "https://a.example/", "https://a.example:1"],
			wrong: {
				"ftp://a.example/": "an http or https URL, like https://account.example.org/",
				"xhttp://a.example/": "an http or https URL, like https://account.example.org/",
				"httpsx://a.example/": "an http or https URL, like https://account.example.org/",
				"https://a.example/x": "scheme, host and port alone, like https://account.example.org/",
				"https://A.example/": "scheme, host and port alone, like https://account.example.org/",
			},
		},
		server_name: {
			right: ["a", "example.org", "10.0.0.1:1", "a-b.c:65535", "x".repeat(230)],
			wrong: Object.fromEntries(
				["Example.org", "'a:'", "a:123456", "x".repeat(231), "a_b", '""', "a:1x", '"-\\nb"', "7"].map(
					(name) => [name, "a host name in lower case, like example.org"],
				),
			),
		},
		open_registration: {
			right: ["yes", "no", "token", "true", "false"],
			wrong: { maybe: "yes, no or token" },
		},
		step_up: { right: ["yes", "no"], wrong: { maybe: "yes or no" } },
		undo_days: {
			right: ["0", "90"],
			wrong: {
				91: "a number of days, 0 to 90",
				"-1": "a number of days, 0 to 90",
				1.5: "a whole number of days",
				x: "a number of days",
			},
		},
		trusted_proxies: {
			right: ["[]", "[10.0.0.0/32]", "[1.2.3.4/0]", '["::1/128"]', '["fd00::"]'],
			wrong: {
				"[10.0.0.0/33]": proxies,
				'["::1/129"]': proxies,
				"[x/1]": proxies,
				"[10.0.0.0/0001]": proxies,
				"[5]": "an IP address or a network",
				"10.0.0.0": "a list of IP addresses and networks, like [127.0.0.1]",
			},
		},
	};
	for (const [name, { right, wrong }] of Object.entries(lists))
		test(name, () => {
			for (const value of right) taken(`${name}: ${value}\n`);
			for (const [value, expected] of Object.entries(wrong)) {
				const outcome = read(`${name}: ${value}\n`);
				assert.ok(!outcome.ok, `${name}: ${value}`);
				assert.ok(outcome.problems[0]?.endsWith(`; expected ${expected}`), outcome.problems.join("\n"));
				assert.ok(outcome.problems[0]?.startsWith(`x.yaml:1: ${name} `));
			}
		});

	test("operator.contact", () => {
		const of = (value: string) => `operator:\n  contact: ${value}\n`;
		for (const value of [
			"Anna",
			"help@example.org",
			"https://example.org/help",
			"Anna: the desk",
			"@anna:example.org",
		])
			assert.equal(taken(of(JSON.stringify(value))).operatorContact, value);
		const expected = "a name, an e-mail address, or a link that begins with https://";
		for (const [value, why] of [
			['""', expected],
			['" Anna"', expected],
			['"An\\nna"', expected],
			['"An\\u202ena"', expected],
			["javascript:alert(1)", expected],
			["mailto:help@example.org", expected],
			["https://me:secret@example.org/", expected],
			["https://[", expected],
			["5", expected],
			["x".repeat(201), "200 characters at most"],
		] as const) {
			const outcome = read(of(value));
			assert.ok(!outcome.ok, value);
			assert.match(outcome.problems[0] ?? "", /^x\.yaml:2: operator\.contact is /);
			assert.ok(outcome.problems[0]?.endsWith(`; expected ${why}`), outcome.problems.join("\n"));
		}
	});

	test("database", () => {
		assert.equal(taken("database: sqlite\n").database, undefined);
		for (const url of ["postgres://x", "postgresql://me@h/db"])
			assert.equal(taken(`database: ${url}\n`).database, url);
		for (const value of ["sqlitex", "xsqlite", "postgres://", "xpostgres://x", "postgres://a b", "7"])
			assert.deepEqual(read(`database: ${value}\n`), {
				ok: false,
				problems: [
					"x.yaml:1: database has a value that is not shown here; expected sqlite, or postgres:// and what follows",
				],
			});
	});

	test("registration", () => {
		assert.equal(taken("").registration, undefined);
		const of = (names: string) => `registration:\n  official_names: ${names}\n`;
		assert.deepEqual(taken(of("[boss, front-desk]")).registration, { officialNames: ["boss", "front-desk"] });
		const terms = "registration:\n  terms: https://x.org/t\n";
		assert.deepEqual(taken(`${terms}  terms_version: "2"\n`).registration, {
			terms: { url: "https://x.org/t", version: "2" },
		});
		const turned = read(`${terms}  terms_version: "\u200f2026"\n`);
		assert.ok(!turned.ok, "a mark that pages do not show, and do not send back");
		const alone = read(terms);
		assert.match(String(!alone.ok && alone.problems), /expected registration\.terms_version beside it/);
		assert.deepEqual(taken("open_registration: token\n").registration, { needsToken: true });
		assert.equal(taken("open_registration: token\n").openRegistration, true);
		assert.deepEqual(taken(of("[]")).registration, { officialNames: [] });
		const wrong = read(of("[Boss]"));
		assert.ok(!wrong.ok);
		assert.match(wrong.problems.join(), /registration\.official_names.*; expected a user name, like support/);
		const named = readConfig({ COUNTERSIGN_REGISTRATION_OFFICIAL_NAMES: "boss, root" });
		assert.deepEqual(named.ok && named.config.registration?.officialNames, ["boss", "root"]);
	});

	test("email", () => {
		const of = (more: string) => `email:\n  host: mail.example.org\n${more}`;
		const plain = { host: "mail.example.org", port: 587, security: "starttls", from: "a@x.org" };
		assert.deepEqual(taken(of("  from: a@x.org\n")).email, plain);
		assert.equal(taken("").email, undefined);
		for (const [security, port] of [
			["starttls", 587],
			["tls", 465],
			["none", 25],
		] as const)
			assert.deepEqual(taken(of(`  from: a@x.org\n  security: ${security}\n`)).email, {
				...{ ...plain, port, security },
			});
		const full = "  from: A B <a@x.org>\n  reply_to: b@y.org\n  port: 2525\n  username: u\n  password: p w\n";
		assert.deepEqual(taken(of(full)).email, {
			...{ ...plain, port: 2525, from: "A B <a@x.org>", replyTo: "b@y.org", username: "u", password: "p w" },
		});
		assert.equal(readConfig({ COUNTERSIGN_EMAIL_PORT: "x" }).ok, false);
		const sender = "an address, like accounts@example.org or Accounts <accounts@example.org>";
		for (const wrong of [
			"a",
			"a@x.org, b@x.org",
			"<a@x.org>",
			"A <a@x.org> b",
			"A\\nB <a@x.org>",
			"a@x .org",
			"A:B <a@x.org>",
		]) {
			const outcome = read(of(`  from: "${wrong}"\n`));
			assert.ok(!outcome.ok && outcome.problems[0]?.endsWith(`; expected ${sender}`), wrong);
		}
		for (const [line, expected] of [
			["port: 0", "email.port is 0; expected a port number"],
			["security: ssl", 'email.security is "ssl"; expected starttls, tls or none'],
			['username: ""', 'email.username is ""; expected a user name'],
			['password: "a\\nb"', "email.password has a value that is not shown here; expected a password"],
		] as const) {
			const outcome = read(of(`  from: a@x.org\n  ${line}\n`));
			assert.ok(!outcome.ok && outcome.problems[0] === `x.yaml:4: ${expected}`, JSON.stringify(outcome));
		}
		for (const wrong of ["a b", "a/b", ""])
			assert.equal(read(`email:\n  host: "${wrong}"\n  from: a@x.org\n`).ok, false);
	});

	test("groups", () => {
		for (const group of ["homeserver", "log", "metrics", "passwords"])
			assert.deepEqual(read(`${group}: {nothing_of_ours: 1}\n`), {
				ok: false,
				problems: [`x.yaml:1: ${group}.nothing_of_ours is not a setting`],
			});
		for (const level of ["info", "warn", "error"] as const)
			assert.equal(taken(`log: {level: ${level}}\n`).logLevel, level);
		assert.deepEqual(read("log: {level: debug}\nmetrics: {allow: 127.0.0.1}\n"), {
			ok: false,
			problems: [
				'x.yaml:1: log.level is "debug"; expected info, warn or error',
				'x.yaml:2: metrics.allow is "127.0.0.1"; expected a list of IP addresses, like [127.0.0.1]',
			],
		});
		assert.deepEqual(read("metrics: {allow: [7]}\n"), {
			ok: false,
			problems: ["x.yaml:1: metrics.allow is [7]; expected an IP address"],
		});
	});

	test("homeserver", () => {
		assert.deepEqual(taken(`${beside}  secret: ${secret}\n`).homeserver, {
			...{ synapse: "http://s:1/", secret, publicBase: "https://example.org/", guard: true },
		});
		const more = `${beside}  secret: ${secret}\n  public_base: https://m.example\n  guard: `;
		for (const [guard, is] of [
			["no", false],
			["false", false],
			["yes", true],
			["true", true],
		] as const)
			assert.deepEqual(taken(`${more}${guard}\n`).homeserver, {
				...{ synapse: "http://s:1/", secret, publicBase: "https://m.example/", guard: is },
			});
		for (const wrong of [secret.slice(1), "sixteen letters!", "sixteen-letters\u00e4"]) {
			const outcome = read(`${beside}  secret: "${wrong}"\n`);
			assert.ok(!outcome.ok);
			assert.match(
				outcome.problems[0] ?? "",
				/5: homeserver.secret .*; expected 16 characters or more, without/,
			);
		}
		for (const [line, expected] of [
			['secret_file: ""', "homeserver.secret_file is"],
			["guard: maybe", "homeserver.guard is"],
			["public_base: x", "homeserver.public_base is"],
		] as const) {
			const outcome = read(`${beside}  secret: ${secret}\n  ${line}\n`);
			assert.ok(
				!outcome.ok && outcome.problems[0]?.startsWith(`x.yaml:6: ${expected}`),
				JSON.stringify(outcome),
			);
		}
	});

	test("what means nothing without Synapse", () => {
		for (const [line, name] of [
			[`secret: ${secret}`, "homeserver.secret"],
			["public_base: https://m.example", "homeserver.public_base"],
			["guard: yes", "homeserver.guard"],
		] as const)
			assert.deepEqual(read(`homeserver:\n  ${line}\n`), {
				ok: false,
				problems: [`x.yaml:2: ${name} is set; expected homeserver.synapse beside it`],
			});
		const outcome = read("homeserver:\n  secret_file: nowhere\n");
		assert.equal(
			!outcome.ok && outcome.problems.at(-1),
			"x.yaml:2: homeserver.secret_file is set; expected homeserver.synapse beside it",
		);
	});
});

describe("what nobody set", () => {
	test("has these values", () => {
		const { dataDirectory, ...config } = taken("");
		assert.match(dataDirectory, /\/data$/);
		assert.deepEqual(config, {
			...{ host: "127.0.0.1", port: 8008, openRegistration: true, logLevel: "info" },
			...{ metricsAllow: ["127.0.0.1", "::1"], trustedProxies: [], undoDays: 7 },
		});
		assert.deepEqual(taken("public_base: http://localhost\n").metricsAllow, []);
		assert.deepEqual(taken("public_base: http://localhost\nmetrics: {allow: [10.0.0.5]}\n").metricsAllow, [
			"10.0.0.5",
		]);
	});

	test("opens registration while nobody else reaches the server", () => {
		const open = (text: string) => taken(text).openRegistration;
		for (const host of ["localhost", '"::1"', "127.8.8.8"]) assert.equal(open(`host: ${host}\n`), true, host);
		for (const host of ["10.0.0.1", '"::"', "12.7.0.1"]) assert.equal(open(`host: ${host}\n`), false, host);
		for (const base of ["http://[::1]:1", "http://127.0.0.2", "https://localhost"])
			assert.equal(open(`public_base: ${base}\n`), true, base);
		for (const base of ["http://a.localhost", "http://128.0.0.1", "http://x127.example"])
			assert.equal(open(`public_base: ${base}\n`), false, base);
		assert.equal(open("host: 10.0.0.1\npublic_base: http://localhost\n"), false);
		for (const [said, is] of [
			["yes", true],
			["true", true],
			["no", false],
			["false", false],
		] as const) {
			assert.equal(open(`open_registration: ${said}\n`), is);
			assert.equal(open(`host: 10.0.0.1\nopen_registration: ${said}\n`), is);
		}
	});

	test("cannot be changed by whoever reads it", () => {
		const config = taken(`${beside}  secret: ${secret}\n`);
		assert.ok(Object.isFrozen(config) && Object.isFrozen(config.homeserver));
	});
});

test("what Synapse put behind passwords is a secret of its own", () => {
	assert.equal(taken("passwords: {pepper: x}\n").passwordPepper, "x");
	const hidden = "passwords.pepper has a value that is not shown here; expected text";
	assert.deepEqual(read('passwords: {pepper: ""}\n'), { ok: false, problems: [`x.yaml:1: ${hidden}`] });
});

test("how MAS hashed passwords is a list in its own words, and as secret", () => {
	const scheme = (more: string) => `passwords: {schemes: '[{"version": 2, "algorithm": "pbkdf2"${more}}]'}\n`;
	const plain = { version: 2, algorithm: "pbkdf2", unicodeNormalization: false };
	assert.deepEqual(taken(scheme("")).passwordSchemes, [plain]);
	const full = taken(scheme(', "secret": "x", "unicode_normalization": true, "cost": 12'));
	const whole = { ...plain, secret: "x", cost: 12, unicodeNormalization: true };
	assert.deepEqual(full.passwordSchemes, [whole]);
	const one = { version: 1, algorithm: "bcrypt" };
	const text = (changes: object) => JSON.stringify([{ ...one, ...changes }]);
	for (const right of [
		...[{ version: 0 }, { version: 65_535 }, { cost: 4 }, { cost: 31 }],
		...[{ algorithm: "argon2id" }, { secret: "" }],
	]) {
		const schemes = taken(`passwords: {schemes: '${text(right)}'}\n`).passwordSchemes;
		assert.deepEqual(schemes, [{ ...one, ...right, unicodeNormalization: false }]);
	}
	const bounds = [
		...[{ version: -1 }, { version: 65_536 }, { version: 1.5 }, { cost: 3 }, { cost: 32 }, { cost: 4.5 }],
		...[{ secret: 1 }, { unicode_normalization: "yes" }, { pepper: "x" }],
	];
	const hidden =
		"x.yaml:1: passwords.schemes has a value that is not shown here; expected a list of password schemes in JSON, as move from-mas settings writes it";
	for (const wrong of [
		"[]",
		"{}",
		"[{}]",
		"[",
		'[{"version":1,"algorithm":"md5"}]',
		twice,
		...bounds.map(text),
	])
		assert.deepEqual(read(`passwords: {schemes: '${wrong}'}\n`), { ok: false, problems: [hidden] }, wrong);
});
const twice = '[{"version":1,"algorithm":"bcrypt"},{"version":1,"algorithm":"bcrypt"}]';

describe("variables", () => {
	const by = (environment: Record<string, string>) => readConfig(environment);

	test("that are the tools' and the commands' mean nothing here", () => {
		const environment = Object.fromEntries(
			["CONFIG", "REQUIRE", "KILLS", "UNDO_KILLS", "TEST_DATABASE", "SYNAPSE_PYTHON"].map((name) => [
				`COUNTERSIGN_${name}`,
				"x",
			]),
		);
		assert.ok(by({ ...environment, PORT: "x", COUNTERSIGN: "x", xCOUNTERSIGN_Y: "x" }).ok);
	});

	test("of numbers are numbers, and whatever is none is shown as it is", () => {
		const outcome = by({ COUNTERSIGN_PORT: "0" });
		assert.equal(outcome.ok && outcome.config.port, 0);
		for (const text of ["8008x", "x8008", "1.5", "-1"])
			assert.deepEqual(by({ COUNTERSIGN_PORT: text }), {
				ok: false,
				problems: [`COUNTERSIGN_PORT is "${text}"; expected a port number`],
			});
	});

	test("stand before the file within a group too, and leave the rest of it", () => {
		const outcome = read(`${beside}  secret: ${secret}\n  guard: no\n`, {
			COUNTERSIGN_HOMESERVER_SYNAPSE: "http://other:1",
		});
		assert.ok(outcome.ok, JSON.stringify(outcome));
		assert.deepEqual(outcome.config.homeserver, {
			...{ synapse: "http://other:1/", secret, publicBase: "https://example.org/", guard: false },
		});
	});
});
