/** What doctor says of a real directory, and which of its settings is wrong. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createCertificates, needsCertificates } from "../support/certificates.ts";
import { examineBy, names, runHere } from "../support/doctor-command.ts";
import { startServer } from "../support/server.ts";
import { needsSlapd, startSlapd } from "../support/slapd.ts";

const skip = needsSlapd.skip || needsCertificates.skip;

test("doctor goes as far as a sign-in does in the directory, and names the setting where that ends", {
	skip,
}, async () => {
	const certificates = await createCertificates();
	await certificates.issue("localhost", 10);
	await using directory = await startSlapd(certificates.folder);
	await using open = await startSlapd();
	await using server = await startServer();
	await directory.add("alice", "a password");
	const ca_file = `${certificates.folder}/ca.pem`;
	const port = new URL(directory.config({ url: "ldaps" }).url).port;
	const tls = { url: `ldaps://localhost:${port}` };
	const { bind = assert.fail() } = directory.config();
	const usual = { url: directory.config().url, base: directory.config().base };
	const rights = { bind_dn: bind.dn, bind_password: bind.password };
	const examine = async (ldap: Readonly<Record<string, unknown>>) => {
		const file = join(server.dataDirectory, "countersign.yaml");
		const settings = {
			port: server.port,
			data: ".",
			ldap: { ...usual, ...rights, timeout_seconds: 20, ...ldap },
		};
		await writeFile(file, JSON.stringify(settings));
		return examineBy(runHere, file, []);
	};
	const well: readonly Readonly<Record<string, unknown>>[] = [
		{},
		{ ...tls, ca_file },
		{ url: `ldap://localhost:${directory.port}`, starttls: true, ca_file },
	];
	for (const ldap of well) {
		const { code, wrong, text } = await examine(ldap);
		assert.deepEqual([code, wrong], [0, []], text);
		assert.ok(!text.includes(bind.password));
	}
	const wrong: readonly [Readonly<Record<string, unknown>>, string, RegExp][] = [
		[{ url: "ldap://127.0.0.1:9" }, "problem", /ldap\.url in .*connection: ECONNREFUSED/],
		[tls, "problem", /ldap\.ca_file in .*encryption: UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
		[{ url: `ldaps://127.0.0.1:${port}`, ca_file }, "problem", /encryption: ERR_TLS_CERT_ALTNAME_INVALID/],
		[{ url: open.config().url, starttls: true }, "problem", /ldap\.starttls.* encryption: \w+ \(\d+\)/],
		[{ bind_password: "wrong" }, "problem", /ldap\.bind_password in .*bind: InvalidCredentials \(49\)/],
		[{ base: "ou=nowhere,dc=example,dc=org" }, "problem", /ldap\.base in .*base: NoSuchObject \(32\)/],
		[{ required_filter: "(uid=nobody)" }, "warning", /ldap\.required_filter .*nobody is found/],
		[{ id_attribute: "objectGUID" }, "warning", /ldap\.id_attribute in .*nobody is found/],
	];
	for (const [ldap, verdict, said] of wrong) {
		const examined = await examine(ldap);
		names(examined, [`${verdict} directory`], said);
		assert.ok(!examined.text.includes(bind.password));
	}
	directory.hang();
	names(await examine({ timeout_seconds: 1 }), ["problem directory"], /ldap\.url in .*no answer within 1 s/);
	directory.goOn();
});
