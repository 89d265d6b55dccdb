import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { appServiceTokens } from "../homeserver/synapse/index.ts";
import { run } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-generate-"));
after(() => rm(folder, { recursive: true }));

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
		readSecret: async () => "",
	});
	return { code, ...said };
}

const beside = [
	...["--synapse", "http://127.0.0.1:8008", "--server-name", "example.org"],
	...["--public-base", "https://account.example.org"],
];
const names = [
	"countersign.yaml",
	"homeserver-secret",
	"synapse/countersign.yaml",
	"synapse/countersign-registration.yaml",
];

test("without arguments the explained settings are printed", async () => {
	const { code, out } = await type("config", "generate");
	assert.equal(code, 0);
	assert.match(out, /^# Settings of Countersign\./);
});

test("what is written is taken by config check and proxy, and secrets are for their owner alone", async () => {
	const dir = join(folder, "new", "folder");
	const made = await type("config", "generate", dir, ...beside);
	assert.deepEqual([made.code, made.err], [0, ""]);
	assert.match(made.out, /Five steps are left; docs\/synapse\.md[\s\S]*\n {2}1\. [\s\S]*\n {2}5\. /);
	for (const command of ["serve", "proxy nginx", "doctor", "users create NAME --adopt"])
		assert.ok(
			made.out.includes(`\n       npx countersign ${command} --config ${join(dir, names[0] ?? "")}\n`),
		);
	const modes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).mode & 0o077));
	assert.deepEqual(modes, [0o044, 0, 0, 0]);
	const checked = await type("config", "check", "--json", "--config", join(dir, "countersign.yaml"));
	assert.equal(checked.code, 0, checked.err);
	const facts = JSON.parse(checked.out);
	assert.equal(facts["homeserver.synapse"], "http://127.0.0.1:8008/");
	assert.equal(facts["homeserver.public_base"], "https://example.org/");
	assert.equal(facts.data, join(dir, "data"));
	assert.notEqual(facts.port, 8008, "where Synapse is");
	const [, secret = "", forSynapse = "", registration = ""] = await Promise.all(
		names.map((name) => readFile(join(dir, name), "utf8")),
	);
	assert.ok(![made.out, checked.out].join().includes(secret.trim()));
	assert.ok(forSynapse.includes(secret.trim()));
	assert.ok(registration.includes(appServiceTokens(secret.trim()).asToken));
	const proxy = await type("proxy", "nginx", "--config", join(dir, "countersign.yaml"));
	assert.equal(proxy.code, 0, proxy.err);
	assert.match(proxy.out, /server_name example\.org;/);
});

test("two folders never have the same secret", async () => {
	const secrets = await Promise.all(
		["one", "two"].map(async (name) => {
			assert.equal((await type("config", "generate", join(folder, name), ...beside)).code, 0);
			return readFile(join(folder, name, "homeserver-secret"), "utf8");
		}),
	);
	assert.match(secrets[0] ?? "", /^[\w-]{43}\n$/);
	assert.notEqual(secrets[0], secrets[1]);
});

test("nothing that is there is overwritten, and then nothing is written", async () => {
	const dir = join(folder, "half");
	await type("config", "generate", dir, ...beside);
	await Promise.all(names.slice(0, 2).map((name) => rm(join(dir, name))));
	await writeFile(join(dir, "synapse/countersign.yaml"), "mine");
	const again = await type("config", "generate", dir, ...beside);
	assert.equal(again.code, 1);
	assert.match(again.err, /Nothing was written\.\n.*synapse\/countersign\.yaml is there already/);
	assert.equal(await readFile(join(dir, "synapse/countersign.yaml"), "utf8"), "mine");
	await assert.rejects(stat(join(dir, "homeserver-secret")), { code: "ENOENT" });
	const blocked = await type("config", "generate", join(dir, "synapse/countersign.yaml"), ...beside);
	assert.equal(blocked.code, 1);
	assert.match(blocked.err, /cannot be written \(\w+\)/);
});

test("wrong usage is said by the options' own names, and exits 2", async () => {
	const without = await type("config", "generate", ...beside);
	assert.equal(without.code, 2);
	assert.match(without.err, /--synapse is given without DIR/);
	const dir = join(folder, "wrong");
	const bare = await type("config", "generate", dir);
	assert.equal(bare.code, 2);
	assert.match(bare.err, /--synapse is missing\n--server-name is missing\n--public-base is missing/);
	const wrong = await type("config", "generate", dir, ...beside, "--homeserver-base", "example.org");
	assert.equal(wrong.code, 2);
	assert.match(wrong.err, /^--homeserver-base is "example\.org"; expected an http or https URL/m);
	const empty = await type("config", "generate", dir, ...beside, "--synapse", "");
	assert.deepEqual([empty.code, empty.err.includes("--synapse is missing")], [2, true]);
	assert.equal((await type("config", "generate", dir, "more", ...beside)).code, 2);
	await assert.rejects(stat(dir), { code: "ENOENT" });
});
