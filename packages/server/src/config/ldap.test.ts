import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./read.ts";

function read(...lines: readonly string[]) {
	const text = `ldap:\n${lines.map((line) => `  ${line}\n`).join("")}`;
	const file = parseSettingsFile("countersign.yaml", text);
	if (!file.ok) assert.fail(file.problems.join("\n"));
	return readConfig({}, file);
}

function problems(...lines: readonly string[]): string {
	const outcome = read(...lines);
	return outcome.ok ? "" : outcome.problems.join("\n");
}

const two = ["url: ldaps://ldap.example.org", "base: dc=example,dc=org"];

test("two lines are a directory, with what most have", () => {
	const outcome = read(...two);
	assert.ok(outcome.ok);
	assert.deepEqual(outcome.config.ldap, {
		...{ url: "ldaps://ldap.example.org", starttls: false, base: "dc=example,dc=org" },
		...{ filter: "(uid={username})", idAttribute: "entryUUID", nameAttribute: "uid" },
		...{ newAccounts: true, timeoutMs: 5_000 },
	});
});

test("a password goes nowhere openly but on this machine", () => {
	const at = (url: string, ...more: readonly string[]) => problems(`url: ${url}`, "base: dc=x", ...more);
	assert.match(at("ldap://ldap.example.org"), /expected ldaps:\/\/, or ldap.starttls: yes/);
	assert.match(at("ldap://10.0.0.5", "starttls: no"), /ldap.starttls: yes/);
	for (const here of ["ldap://127.0.0.1", "ldap://localhost:1389", '"ldap://[::1]/"'])
		assert.equal(at(here), "", here);
	assert.equal(at("ldap://ldap.example.org", "starttls: yes"), "");
	for (const odd of ["http://x", "ldap://", "ldaps://a:b@x", "ldaps://x/dc=x", "ldaps://x?y", "ldapi://x"])
		assert.match(at(odd), /expected ldaps:\/\/ or ldap:\/\/ with a host/, odd);
});

test("what means nothing alone, or cannot be meant, is told", () => {
	assert.match(problems("url: ldaps://x"), /ldap.base/);
	assert.match(problems("base: dc=x"), /ldap.url/);
	assert.match(problems(...two, "bind_dn: cn=x"), /ldap.bind_password/);
	assert.match(problems(...two, "bind_password: x"), /ldap.bind_dn/);
	for (const filter of ["uid={username}", "(uid=x)", "((uid={username})", "(uid={username}))(a=b)", "()"])
		assert.match(problems(...two, `filter: "${filter}"`), /expected a filter in parentheses/, filter);
	for (const filter of ["(a=b)(c=d)", "(uid={username})", "a=b", "(a=b"])
		assert.match(
			problems(...two, `required_filter: "${filter}"`),
			/expected a filter in parentheses/,
			filter,
		);
	assert.equal(problems(...two, 'required_filter: "(|(a=b)(!(c=d)))"'), "");
	assert.match(problems(...two, 'id_attribute: "a)(b"'), /the name of an attribute/);
	assert.match(problems(...two, "timeout_seconds: 31"), /1 to 30/);
});

test("a service under the id of the directory's links is refused beside it", () => {
	const file = parseSettingsFile(
		"countersign.yaml",
		`ldap: {url: "ldaps://x", base: dc=x}\nupstream: {ldap: {issuer: "https://x.example", client_id: y}}\n`,
	);
	assert.ok(file.ok);
	const outcome = readConfig({}, file);
	assert.match(outcome.ok ? "" : outcome.problems.join("\n"), /expected another id/);
});
