/** Wrong codes at two servers at once: the person hears of it once. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { setUpCodes } from "../support/codes.ts";
import { addressOf, formAt } from "../support/forms-under-attack.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { password, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

describe("wrong codes at two servers on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	test("entered at once are one letter, not two, for each of many people", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		await using server = await startServer({ database: url, email: mailNowhere });
		const people = ["ann", "ben", "cem", "dee", "eva", "fay"];
		for (const username of people) {
			await setUpCodes(await server.register(username), Date.now());
			await addressOf(server, username);
			// So that nobody has signed in from here before: the first one is told of at once.
			await server.change("UPDATE security_events SET address = '192.0.2.1'");
			const ready = await Promise.all(
				[0, 1].map(async () => {
					const browser = server.browser();
					const page = await browser.press(await browser.open("/login"), "Sign in", { username, password });
					const { action, fields } = formAt(page, "/login/second");
					const cookie = browser.cookies.headerFor(new URL(server.url));
					return { action, cookie, body: new URLSearchParams({ ...fields, code: "000000" }) };
				}),
			);
			const ports = server.ports();
			const refused = await Promise.all(
				ready.map(({ action, cookie, body }, at) =>
					fetch(`http://localhost:${ports[at % ports.length]}${action}`, {
						...{ method: "POST", headers: { cookie }, body, redirect: "manual" },
					}),
				),
			);
			assert.deepEqual(
				refused.map(({ status }) => status),
				[403, 403],
			);
			const id = (await server.rows("accounts")).find(({ localpart }) => localpart === username)?.id;
			const lines = async () =>
				(await server.rows("security_events")).filter(
					({ account_id, kind }) => account_id === id && kind === "code-refused",
				);
			await until(async () => (await lines()).length === 2);
			const ids = new Set((await lines()).map((line) => line.id));
			const told = (await server.rows("notices")).filter(({ event_id }) => ids.has(event_id));
			assert.equal(told.length, 1, username);
		}
	});
});
