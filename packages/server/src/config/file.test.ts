import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { type ConfigOutcome, loadConfig, settingsSchema, settingsTemplate } from "./index.ts";
import { settingPaths } from "./settings.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-config-"));
after(() => rm(folder, { recursive: true }));
const file = join(folder, "countersign.yaml");
const png = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
await writeFile(join(folder, "logo.png"), png);

async function load(text: string, environment: Record<string, string> = {}): Promise<ConfigOutcome> {
	await writeFile(file, text);
	return loadConfig(environment, file);
}

async function loaded(text: string, environment: Record<string, string> = {}) {
	const outcome = await load(text, environment);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

/** The problems, without the name of the file and the colon behind it. */
async function problems(text: string, environment: Record<string, string> = {}) {
	const outcome = await load(text, environment);
	assert.ok(!outcome.ok, "taken");
	return outcome.problems.map((problem) => problem.replace(`${file}:`, ""));
}

test("a file sets everything, in groups, with folders relative to itself", async () => {
	const config = await loaded(`
host: 0.0.0.0
port: 9000
data: ./kept
database: sqlite
public_base: https://auth.example.org
server_name: example.org:8448
open_registration: yes
undo_days: 0
trusted_proxies: [127.0.0.1, 10.0.0.0/8, "fd00::/8"]
homeserver:
  synapse: http://synapse:8008
  secret: sixteen-or-more-characters
operator:
  contact: Anna, at the desk
log:
  level: warn
metrics:
  allow: [10.0.0.5, "::1"]
`);
	assert.deepEqual(config, {
		host: "0.0.0.0",
		port: 9000,
		dataDirectory: join(folder, "kept"),
		publicBase: "https://auth.example.org/",
		serverName: "example.org:8448",
		openRegistration: true,
		operatorContact: "Anna, at the desk",
		undoDays: 0,
		logLevel: "warn",
		metricsAllow: ["10.0.0.5", "::1"],
		trustedProxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"],
		homeserver: {
			synapse: "http://synapse:8008/",
			secret: "sixteen-or-more-characters",
			publicBase: "https://example.org/",
			guard: true,
		},
	});
});

test("what is kept after a reset is kept for whole days, and for a quarter of a year at most", async () => {
	assert.equal((await loaded("undo_days: 90\n")).undoDays, 90);
	for (const days of ["91", "-1", "1.5", "week"])
		assert.equal(loadConfig({ COUNTERSIGN_UNDO_DAYS: days }).ok, false, days);
	const byVariable = loadConfig({ COUNTERSIGN_UNDO_DAYS: "3" });
	assert.equal(byVariable.ok && byVariable.config.undoDays, 3);
});

test("a logo is read from beside the file, and refused by its name where it is none", async () => {
	const { branding } = await loaded("operator:\n  logo: logo.png\n");
	assert.deepEqual(branding?.logo && [branding.logo.type, Buffer.from(branding.logo.bytes)], [
		"image/png",
		png,
	]);
	await writeFile(join(folder, "logo.svg"), "<svg/>");
	for (const name of ["logo.svg", "nothing.png", "."])
		assert.deepEqual(await problems(`operator:\n  logo: ${name}\n`), [
			`2: operator.logo is "${name}"; expected a PNG, JPEG or WebP file of at most 100 KiB`,
		]);
});

test("an empty file sets nothing, and no file is needed", async () => {
	const config = await loaded("# nothing yet\n");
	assert.deepEqual(loadConfig({}), {
		ok: true,
		config: { ...config, dataDirectory: resolve("data") },
		warnings: [],
	});
});

test("data are beside the file from wherever it is read, unless a variable says where", async () => {
	assert.equal((await loaded("port: 1\n")).dataDirectory, join(folder, "data"));
	assert.equal((await loaded("data: kept\n")).dataDirectory, join(folder, "kept"));
	const named = loadConfig({ COUNTERSIGN_CONFIG: file });
	assert.ok(named.ok);
	assert.equal(named.config.dataDirectory, join(folder, "kept"));
	assert.equal((await loaded("data: kept\n", { COUNTERSIGN_DATA: "here" })).dataDirectory, resolve("here"));
});

test("a variable stands before the file, groups and lists included", async () => {
	const text = "port: 9000\nhost: 127.0.0.2\nlog:\n  level: warn\n";
	const config = await loaded(text, {
		COUNTERSIGN_PORT: "9001",
		COUNTERSIGN_LOG_LEVEL: "error",
		COUNTERSIGN_METRICS_ALLOW: "10.0.0.5, 10.0.0.6",
		COUNTERSIGN_TRUSTED_PROXIES: "10.0.0.0/8, ::1",
	});
	assert.equal(config.port, 9001);
	assert.equal(config.host, "127.0.0.2");
	assert.equal(config.logLevel, "error");
	assert.deepEqual(config.metricsAllow, ["10.0.0.5", "10.0.0.6"]);
	assert.deepEqual(config.trustedProxies, ["10.0.0.0/8", "::1"]);
});

test("each wrong setting is named with file, line, path, value and what is expected", async () => {
	const found = await problems(
		"host: 127.0.0.1\nport: eighty\nlog:\n\n  level: loud\nmetrics:\n  allow: [here]\n",
	);
	assert.deepEqual(found.sort(), [
		'2: port is "eighty"; expected a port number',
		'5: log.level is "loud"; expected info, warn or error',
		'7: metrics.allow is ["here"]; expected an IP address, like 10.0.0.5',
	]);
	assert.deepEqual(await problems("log: 5\n"), ["1: log is 5; expected settings by their names, indented"]);
	assert.deepEqual(await problems("- port\n"), ["1: expected settings, like port: 8008"]);
});

test("aliases are refused with their line: to nothing, to themselves, and to ever more", async () => {
	const refused = (line: number) => `${line}: *aliases are not taken; write the value again`;
	assert.deepEqual(await problems("port: 8008\nhost: *nothing\n"), [refused(2)]);
	assert.deepEqual(await problems("metrics:\n  allow: &all [*all]\n"), [refused(2)]);
	const more = "a: &a [1, 1]\nb: &b [*a, *a, *a]\nhost: *b\n";
	assert.deepEqual(await problems(more), [refused(2), refused(2), refused(2), refused(3)]);
});

test("an unknown setting is refused, with the one that was probably meant", async () => {
	assert.deepEqual(await problems("prot: 8008\nlog:\n  levle: info\nlog_level: info\nwhatever: 1\n"), [
		"3: log.levle is not a setting; did you mean log.level?",
		"1: prot is not a setting; did you mean port?",
		"4: log_level is not a setting; did you mean log.level?",
		"5: whatever is not a setting",
	]);
	assert.deepEqual(await problems("homesrever:\n  guard: no\n"), [
		"1: homesrever is not a setting; did you mean homeserver?",
	]);
	const misspelt = { COUNTERSIGN_PROT: "1", COUNTERSIGN_LOG_LEVLE: "info" };
	assert.deepEqual(await problems("", misspelt), [
		"COUNTERSIGN_PROT is not a setting; did you mean COUNTERSIGN_PORT?",
		"COUNTERSIGN_LOG_LEVLE is not a setting; did you mean COUNTERSIGN_LOG_LEVEL?",
	]);
	assert.deepEqual(await problems("", { COUNTERSIGN_BOGUS: "1" }), ["COUNTERSIGN_BOGUS is not a setting"]);
});

test("what is no YAML, or says one thing twice, is refused with its line", async () => {
	assert.deepEqual(await problems("port: 1\nport: 2\n"), [
		"2: port stands there twice; expected one of them",
	]);
	assert.deepEqual(await problems("log:\n  level: info\n  level: warn\n"), [
		"3: level stands there twice; expected one of them",
	]);
	assert.deepEqual(await problems("port: 1\n---\nport: 2\n"), [
		"2: a second document begins here; expected one",
	]);
	assert.deepEqual(await problems("port: 1\nlog: [\n"), [
		"3: this cannot be read as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
	]);
});

test("a file that was named and is not there is an error, not a default", () => {
	const gone = join(folder, "gone.yaml");
	assert.deepEqual(loadConfig({ COUNTERSIGN_CONFIG: gone }), {
		ok: false,
		problems: [`${gone} cannot be read; expected a settings file`],
	});
});

test("a secret may stand in a file of its own, and is never repeated in a message", async () => {
	const secret = join(folder, "secret");
	await writeFile(secret, "sqlite\n");
	await writeFile(secret, "postgres://countersign:hunter2@db/x\n");
	const config = await loaded("database_file: secret\n");
	assert.equal(config.database, "postgres://countersign:hunter2@db/x");
	await writeFile(secret, "mysql://countersign:hunter2@db/x\n");
	const found = [
		...(await problems("database_file: secret\n")),
		...(await problems("database: mysql://countersign:hunter2@db/x\n")),
		...(await problems("", { COUNTERSIGN_DATABASE: "mysql://countersign:hunter2@db/x" })),
		...(await problems("", { COUNTERSIGN_DATABASE_FILE: secret })),
	];
	assert.equal(found.length, 4);
	assert.match(found[0] ?? "", /^1: database_file .*expected sqlite/);
	assert.match(found[3] ?? "", /^COUNTERSIGN_DATABASE_FILE .*expected sqlite/);
	assert.ok(!found.join().includes("hunter2"));
	assert.match(
		(await problems("database_file: nowhere\n")).join(),
		/"nowhere"; expected a file that can be read/,
	);
	assert.match((await problems("database: sqlite\ndatabase_file: secret\n")).join(), /set beside database/);
	assert.ok((await load("database_file: secret\n", { COUNTERSIGN_DATABASE: "sqlite" })).ok);
});

test("a secret in a group may stand in a file of its own too", async () => {
	await writeFile(join(folder, "shared"), "hunter2-hunter2-hunter2\n");
	const beside = "server_name: example.org\npublic_base: https://a.example.org/\nhomeserver:\n";
	const text = `${beside}  synapse: http://synapse:8008/\n`;
	const config = await loaded(`${text}  secret_file: shared\n`);
	assert.equal(config.homeserver?.secret, "hunter2-hunter2-hunter2");
	const named = { COUNTERSIGN_HOMESERVER_SECRET_FILE: join(folder, "shared") };
	const byVariable = await loaded(`${text}  secret: hunter3-hunter3-hunter3\n`, named);
	assert.equal(byVariable.homeserver?.secret, "hunter2-hunter2-hunter2");
	await writeFile(join(folder, "shared"), "hunter2\n");
	const found = [
		...(await problems(`${text}  secret_file: shared\n`)),
		...(await problems(`${text}  secret: hunter2\n`)),
		...(await problems(`${text}  secret: [hunter2-hunter2-hunter2]\n`)),
		...(await problems(`${beside}  - secret: hunter2-hunter2-hunter2\n`)),
	];
	const hidden = "has a value that is not shown here; expected";
	assert.deepEqual(found, [
		`5: homeserver.secret_file ${hidden} 16 characters or more, without spaces`,
		`5: homeserver.secret ${hidden} 16 characters or more, without spaces`,
		`5: homeserver.secret ${hidden} 16 characters or more`,
		`3: homeserver ${hidden} settings by their names, indented`,
	]);
});

test("a setting that means nothing without another says which one is missing", async () => {
	const synapse = "homeserver:\n  synapse: http://synapse:8008/\n";
	assert.deepEqual(await problems(synapse), [
		"2: homeserver.synapse is set; expected beside it: server_name, public_base, homeserver.secret or homeserver.secret_file",
	]);
	assert.deepEqual(await problems(`server_name: example.org\n${synapse}`), [
		"3: homeserver.synapse is set; expected beside it: public_base, homeserver.secret or homeserver.secret_file",
	]);
	assert.deepEqual(await problems("homeserver:\n  guard: no\n"), [
		"2: homeserver.guard is set; expected homeserver.synapse beside it",
	]);
});

test("a mail server takes who writes beside it, a user name a password, and whatever is its own takes a mail server", async () => {
	const of = (...lines: readonly string[]) =>
		problems(`email:\n${lines.map((line) => `  ${line}\n`).join("")}`);
	const [host, from] = ["host: mail.example.org", "from: a@example.org"];
	assert.deepEqual(await of(host), ["2: email.host is set; expected email.from beside it"]);
	assert.deepEqual(await of(from), ["2: email.from is set; expected email.host beside it"]);
	assert.deepEqual(await of(host, from, "username: a"), [
		"4: email.username is set; expected email.password beside it",
	]);
	for (const name of ["password: b", "password_file: b"])
		assert.deepEqual((await of(host, from, name)).slice(-1), [
			`4: email.${name.slice(0, -3)} is set; expected email.username beside it`,
		]);
	for (const name of ["port: 25", "security: tls", "reply_to: b@example.org"])
		assert.deepEqual(await of(name), [
			`2: email.${name.replace(/:.*/, "")} is set; expected email.host beside it`,
		]);
	assert.deepEqual(await of("username: a"), [
		"2: email.username is set; expected email.host beside it",
		"2: email.username is set; expected email.password beside it",
	]);
});

test("a trusted proxy is an address or a network", async () => {
	for (const wrong of ["here", "10.0.0.0/33", "10.0.0.0/", "/8", '"::1/129"', "10.0.0.0/8/8"]) {
		const [problem = ""] = await problems(`trusted_proxies: [${wrong}]\n`);
		assert.match(problem, /^1: trusted_proxies is .*; expected an IP address or a network, like /);
	}
});

test("the generated file is taken as it is, and with any of its lines made to count", async () => {
	const template = settingsTemplate();
	await loaded(template);
	const all = template
		.replaceAll(/^# ( *[a-z_]+:)/gm, "$1")
		.replaceAll(/^ *(database|secret|pepper|schemes|password|bind_password|ca)_file:.*$/gm, "");
	const config = await loaded(all);
	assert.equal(config.serverName, "example.org");
	for (const path of settingPaths) assert.match(template, new RegExp(`^# +${path.at(-1)}: \\S`, "m"));
	assert.ok(!template.includes("undefined"));
	for (const group of ["homeserver", "email", "passwords", "log", "metrics"])
		assert.ok(template.includes(`\n\n# ${group}:\n`), group);
});

test("docs/config.schema.json is what the settings are (node bin/start.js config schema > docs/config.schema.json)", async () => {
	const kept = await readFile(new URL("../../../../docs/config.schema.json", import.meta.url), "utf8");
	assert.deepEqual(JSON.parse(kept), JSON.parse(settingsSchema()));
	assert.match(settingsSchema(), /^\{\n\t"title": "Countersign settings",\n/);
});
