import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./index.ts";

function read(text: string) {
	const file = parseSettingsFile("x.yaml", text);
	assert.ok(file.ok, JSON.stringify(file));
	return readConfig({}, file);
}

function taken(text: string) {
	const outcome = read(text);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

describe("how apps and tokens live", () => {
	test("is as ever where nothing is set", () => {
		const { sessions, allowedClients, limits, tokens } = taken("");
		assert.deepEqual(
			[sessions, allowedClients, limits, tokens],
			[undefined, undefined, undefined, undefined],
		);
	});

	test("is what is set, from the least to the most that is taken", () => {
		const text = (access: number, days: number, devices: number) =>
			`sessions: {access_minutes: ${access}, idle_days: ${days}, days_at_most: ${days}, devices_at_most: ${devices}, devices_per_app: ${devices}, when_full: longest_unused}\n`;
		for (const [access, days, devices] of [
			[1, 2, 1],
			[60, 3650, 200],
		] as const)
			assert.deepEqual(taken(text(access, days, devices)).sessions, {
				...{ accessMinutes: access, idleDays: days, daysAtMost: days, devicesAtMost: devices },
				...{ devicesPerApp: devices, whenFull: "longest-unused" },
			});
		assert.deepEqual(taken("tokens: {days_at_most: 30, without_end: yes}\n").tokens, {
			...{ daysAtMost: 30, mayLast: true },
		});
		assert.deepEqual(taken("tokens: {without_end: no}\n").tokens, { daysAtMost: 365, mayLast: false });
		assert.deepEqual(taken("clients: {allowed: [element.io, 01JAAAAAAAAAAAAAAAAAAAAAAA]}\n").allowedClients, [
			"element.io",
			"01JAAAAAAAAAAAAAAAAAAAAAAA",
		]);
		assert.deepEqual(taken("clients: {allowed: []}\n").allowedClients, []);
		const limits =
			"limits: {sign_ins_begun: 12, apps_registered: 600, devices_asking: 6, accounts_made: 3000, passwords_tried: 6, older_logins: 1200}\n";
		assert.deepEqual(taken(limits).limits, {
			...{ signInsBegun: 12, appsRegistered: 600, devicesAsking: 6, accountsMade: 3000 },
			...{ passwordsTried: 6, olderLogins: 1200 },
		});
	});

	for (const [text, expected] of [
		["sessions: {access_minutes: 0}", "a number of minutes, 1 to 60"],
		["sessions: {access_minutes: 61}", "a number of minutes, 1 to 60"],
		["sessions: {access_minutes: 1.5}", "a whole number of minutes"],
		["sessions: {idle_days: 1}", "a number of days, 2 to 3650"],
		["sessions: {days_at_most: 3651}", "a number of days, 2 to 3650"],
		["sessions: {devices_at_most: 201}", "a number of devices, 1 to 200"],
		["sessions: {devices_per_app: 0}", "a number of devices, 1 to 200"],
		["sessions: {when_full: oldest}", "refuse or longest_unused"],
		["clients: {allowed: [https://element.io]}", "a host, like element.io, or a client id"],
		["limits: {passwords_tried: 5}", "a number, 6 to 600 a minute"],
		["limits: {passwords_tried: 601}", "a number, 6 to 600 a minute"],
		["limits: {accounts_made: 29}", "a number, 30 to 3000 an hour"],
		["tokens: {days_at_most: 0}", "a number of days, 1 to 3650"],
	] as const)
		test(`is refused in words: ${text}`, () => {
			const outcome = read(`${text}\n`);
			assert.ok(
				!outcome.ok && outcome.problems[0]?.endsWith(`expected ${expected}`),
				JSON.stringify(outcome),
			);
		});

	test("is warned of where nobody would be told by letter, or an app never idles so long", () => {
		const warned = (text: string) => {
			const outcome = read(text);
			assert.ok(outcome.ok);
			return outcome.warnings;
		};
		const mail = "email: {host: mail.example, from: a@mail.example}\n";
		assert.deepEqual(warned(`${mail}sessions: {idle_days: 30, days_at_most: 30}\n`), []);
		assert.deepEqual(
			warned(`${mail}sessions: {idle_days: 31, days_at_most: 30}\n`).map((line) => line.split(": ").at(-1)),
			["every app ends by its age before"],
		);
		assert.equal(warned("sessions: {idle_days: 30, days_at_most: 90}\n").length, 2);
		assert.equal(warned("sessions: {access_minutes: 30}\n").length, 0);
		const gives = "when_full: longest_unused";
		assert.deepEqual(warned(`${mail}sessions: {devices_per_app: 3, ${gives}}\n`), []);
		assert.equal(warned(`sessions: {devices_at_most: 3, ${gives}}\n`).length, 1);
		assert.deepEqual(
			warned(`${mail}sessions: {${gives}}\n`).map((line) => line.split(": ").at(-1)),
			["there is always room"],
		);
	});
});
