import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "./index.ts";
import { namedSettings } from "./settings.ts";

function read(environment: Record<string, string>) {
	const outcome = readConfig(environment);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

test("without settings the server listens on loopback only and lets people register", () => {
	const config = read({});
	assert.equal(config.host, "127.0.0.1");
	assert.equal(config.port, 8008);
	assert.equal(config.openRegistration, true);
});

test("a server that others can reach registers nobody unless it is told to", () => {
	assert.equal(read({ COUNTERSIGN_HOST: "0.0.0.0" }).openRegistration, false);
	assert.equal(
		read({ COUNTERSIGN_HOST: "0.0.0.0", COUNTERSIGN_OPEN_REGISTRATION: "yes" }).openRegistration,
		true,
	);
	const behindProxy = { COUNTERSIGN_PUBLIC_BASE: "https://account.example.org/" };
	assert.equal(read(behindProxy).openRegistration, false, "strangers come through the proxy");
	assert.equal(read({ COUNTERSIGN_PUBLIC_BASE: "http://localhost:8008" }).openRegistration, true);
});

test("the public base always ends with a slash", () => {
	assert.equal(read({ COUNTERSIGN_PUBLIC_BASE: "https://a.example" }).publicBase, "https://a.example/");
});

test("each wrong setting is named with its value and what is expected", () => {
	const outcome = readConfig({
		COUNTERSIGN_PORT: "eighty",
		COUNTERSIGN_HOST: "example.org",
		COUNTERSIGN_PUBLIC_BASE: "https://user@a.example/?x",
		COUNTERSIGN_PROT: "8008",
	});
	assert.ok(!outcome.ok);
	assert.equal(outcome.problems.length, 4);
	assert.match(outcome.problems.join("\n"), /COUNTERSIGN_PORT is "eighty"; expected a port number/);
	assert.match(outcome.problems.join("\n"), /COUNTERSIGN_HOST is "example.org"; expected an IP address/);
	assert.match(outcome.problems.join("\n"), /COUNTERSIGN_PUBLIC_BASE is .*; expected scheme, host and port/);
	const plain = readConfig({ COUNTERSIGN_PUBLIC_BASE: "a.example" });
	assert.ok(!plain.ok);
	assert.match(
		plain.problems.join(),
		/COUNTERSIGN_PUBLIC_BASE is "a\.example"; expected an http or https URL/,
	);
	assert.match(outcome.problems.join("\n"), /COUNTERSIGN_PROT is not a setting/);
});

test("each setting is taken from its variable, numbers and lists too", () => {
	const config = read({
		COUNTERSIGN_SESSIONS_ACCESS_MINUTES: "10",
		COUNTERSIGN_LIMITS_APPS_REGISTERED: "600",
		COUNTERSIGN_TOKENS_DAYS_AT_MOST: "30",
		COUNTERSIGN_CLIENTS_ALLOWED: "element.io, app.example",
	});
	assert.deepEqual(config.sessions, { accessMinutes: 10 });
	assert.deepEqual(config.limits, { appsRegistered: 600 });
	assert.equal(config.tokens?.daysAtMost, 30);
	assert.deepEqual(config.allowedClients, ["element.io", "app.example"]);
	const numbers = namedSettings.filter(({ kind }) => kind === "number");
	assert.equal(numbers.length, 18);
	for (const { path } of numbers) {
		const outcome = readConfig({ [`COUNTERSIGN_${path.join("_").toUpperCase()}`]: "1" });
		const wrong = outcome.ok ? "" : outcome.problems.join();
		assert.doesNotMatch(wrong, /is "1"/, `${path}: a number is refused as one`);
	}
});

test("an empty setting counts as unset", () => {
	assert.equal(read({ COUNTERSIGN_PORT: "" }).port, 8008);
});
