import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./index.ts";

async function check(settings: Readonly<Record<string, string>>, complaints: string[] = []) {
	let out = "";
	const code = await run(["config", "check"], {
		environment: { COUNTERSIGN_DATA: "/data", ...settings },
		out: (text) => {
			out += text;
		},
		complain: (problem, lines = []) => void complaints.push(problem, ...lines),
		readSecret: () => assert.fail("nobody is asked"),
	});
	assert.equal(code, 0);
	const rows = out.split("\n").map((line) => /^(\S+) +(.*)$/.exec(line)?.slice(1) ?? []);
	return new Map(rows.map(([name = "", value = ""]) => [name, value]));
}

test("what is not set stands there as what it comes to", async () => {
	const shown = await check({ COUNTERSIGN_PORT: "9000" });
	assert.equal(shown.get("public_base"), "http://localhost:9000/ (default)");
	assert.equal(shown.get("server_name"), "localhost (default, unless the data have another)");
	assert.equal(shown.get("homeserver.synapse"), "none: the built-in homeserver (default)");
	assert.equal(shown.get("open_registration"), "yes");
	assert.equal(shown.get("trusted_proxies"), "none");
	assert.equal(shown.get("undo_days"), "7");
	assert.equal(shown.get("second_factor.demanded_of"), "nobody (default)");
	assert.ok(!shown.has("second_factor.grace_days"), "of nobody");
	assert.ok(!shown.has("homeserver.guard"), "there is nothing to guard");
});

test("of whom a second factor is demanded is shown with the time they have", async () => {
	const complaints: string[] = [];
	const shown = await check({ COUNTERSIGN_SECOND_FACTOR_DEMANDED_OF: "everyone" }, complaints);
	assert.equal(shown.get("second_factor.demanded_of"), "everyone");
	assert.equal(shown.get("second_factor.grace_days"), "14");
	assert.match(complaints.join("\n"), /email\.host is not: who knows a password/);
});

test("beside Synapse the guard is shown, and no secret is", async () => {
	const secret = "sixteen-or-more-characters";
	const shown = await check({
		COUNTERSIGN_HOMESERVER_SYNAPSE: "http://127.0.0.1:8018",
		COUNTERSIGN_HOMESERVER_SECRET: secret,
		COUNTERSIGN_SERVER_NAME: "example.org",
		COUNTERSIGN_PUBLIC_BASE: "https://account.example.org",
	});
	assert.equal(shown.get("homeserver.guard"), "yes");
	assert.equal(shown.get("homeserver.public_base"), "https://example.org/");
	assert.equal(shown.get("server_name"), "example.org");
	assert.equal(shown.get("metrics.allow"), "none");
	assert.ok(![...shown.values()].join().includes(secret));
});

test("a secret that every user of the machine can read is named, with the command that closes it", async () => {
	const folder = mkdtempSync(join(tmpdir(), "countersign-exposed-"));
	const file = (name: string, text: string) => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	const beside =
		"homeserver:\n  synapse: http://127.0.0.1:8018\nserver_name: example.org\npublic_base: https://account.example.org\n";
	const secret = file("secret", "sixteen-or-more-characters\n");
	const byFile = file("by-file.yaml", beside.replace("server_name", "  secret_file: secret\nserver_name"));
	const inline = file(
		"inline.yaml",
		beside.replace("server_name", "  secret: sixteen-or-more-characters\nserver_name"),
	);
	const told = async (environment: Readonly<Record<string, string>>) => {
		const complaints: string[] = [];
		await check(environment, complaints);
		return complaints.slice(1);
	};
	try {
		for (const [mode, isOpen] of [
			[0o644, true],
			[0o604, true],
			[0o602, true],
			[0o640, false],
			[0o600, false],
		] as const) {
			chmodSync(secret, mode);
			chmodSync(inline, mode);
			chmodSync(byFile, 0o644);
			const [named, ...others] = await told({ COUNTERSIGN_CONFIG: byFile });
			assert.deepEqual([named !== undefined, others], [isOpen, []], mode.toString(8));
			if (isOpen)
				assert.match(
					named ?? "",
					new RegExp(
						`homeserver.secret_file: .* ${secret} \\(mode ${mode.toString(8)}\\).*chmod o= ${secret}$`,
					),
				);
			assert.equal((await told({ COUNTERSIGN_CONFIG: inline })).length, isOpen ? 1 : 0);
		}
		chmodSync(inline, 0o644);
		const byVariable = {
			COUNTERSIGN_CONFIG: inline,
			COUNTERSIGN_HOMESERVER_SECRET: "another-that-is-long-enough",
		};
		assert.deepEqual((await told(byVariable)).length, 0, "what the file says is not used");
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("of an ID token it is said what comes of it, and which claim is missing", async () => {
	const folder = mkdtempSync(join(tmpdir(), "countersign-claims-"));
	const [settings, claims] = [join(folder, "settings.yaml"), join(folder, "claims.json")];
	const company = { issuer: "https://id.example.org", client_id: "matrix" };
	const imports = { localpart: { action: "require", template: "{{ user.nick }}" } };
	writeFileSync(
		settings,
		JSON.stringify({ upstream: { company: { ...company, claims_imports: imports }, other: company } }),
	);
	const tried = async (said: string, ...words: readonly string[]) => {
		writeFileSync(claims, said);
		let all = "";
		const code = await run(["config", "check", "--config", settings, "--claims", claims, ...words], {
			environment: {},
			out: (text) => {
				all += text;
			},
			complain: (problem, lines = []) => {
				all += [problem, ...lines].join("\n");
			},
			readSecret: () => assert.fail("nobody is asked"),
		});
		return { code, all };
	};
	const of = ["--service", "company"];
	const good = await tried('{"sub":"s-1","nick":"alice","preferred_username":"a"}', ...of);
	assert.equal(good.code, 0, good.all);
	assert.match(good.all, /localpart +alice/);
	const missing = await tried('{"sub":"s-1"}', ...of);
	assert.equal(missing.code, 1);
	assert.match(missing.all, /localpart: the service does not say nick/);
	assert.match((await tried("no", ...of)).all, /neither an ID token nor claims/);
	const unnamed = await tried("{}");
	assert.deepEqual([unnamed.code, /one of: company, other/.test(unnamed.all)], [2, true]);
	rmSync(folder, { recursive: true });
});
