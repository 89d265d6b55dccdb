/** What the operator reads of people who lack a second factor that is demanded of them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { setUpCodes } from "../support/codes.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { type RunningServer, startServer } from "../support/server.ts";

/** Types a command with these settings. */
async function type({ dataDirectory, database, port }: RunningServer, settings: string, line: string) {
	const file = join(dataDirectory, "settings.yaml");
	writeFileSync(file, settings);
	const said: string[] = [];
	const code = await run(line.split(" "), {
		environment: {
			...{ COUNTERSIGN_CONFIG: file, COUNTERSIGN_DATA: dataDirectory, COUNTERSIGN_PORT: String(port) },
			...(database !== undefined && { COUNTERSIGN_DATABASE: database }),
		},
		out: (text) => void said.push(text),
		complain: (headline) => void said.push(headline),
		readSecret: () => assert.fail("nothing is asked"),
	});
	return { code, out: said.join("\n") };
}

const demanded = (of: string, days: number) =>
	`second_factor:\n  demanded_of: ${of}\n  grace_days: ${days}\n`;

describe("who lacks a factor that is demanded", () => {
	test("stands in the list, with until when there is time; nobody's time begins by it", async () => {
		await using server = await startServer();
		await setUpCodes(await server.register("ann"), Date.now());
		await server.register("ben");
		await server.register("cem");
		const begun = Date.now() - 10 * 86_400_000;
		await server.change(`UPDATE accounts SET factor_demanded_at = ${begun} WHERE localpart = 'cem'`);
		const plain = await type(server, "", "users list");
		assert.doesNotMatch(plain.out, /SECOND FACTOR/);
		const list = async (settings: string) => {
			const rows = JSON.parse((await type(server, settings, "users list --json")).out);
			return rows.map((row: { readonly secondFactor: string }) => row.secondFactor);
		};
		assert.deepEqual(await list(demanded("everyone", 10)), [
			...["", "missing, not asked yet", "missing, no time left"],
		]);
		const until = new Date(begun + 30 * 86_400_000).toISOString().slice(0, 16).replace("T", " ");
		assert.deepEqual(await list(demanded("everyone", 30)), [
			...["", "missing, not asked yet", `missing, until ${until} UTC`],
		]);
		assert.deepEqual(await list(demanded("admins", 30)), ["", "", ""]);
		assert.equal(
			(await server.rows("accounts")).find((row) => row.localpart === "ben")?.factor_demanded_at,
			null,
		);
		const shown = await type(server, demanded("everyone", 30), "users list");
		assert.match(shown.out, /@ben:localhost +active +20\S+ \S+ UTC +missing, not asked yet/);
	});

	test("is said by one person's facts, beside how they sign in", async () => {
		await using server = await startServer();
		await setUpCodes(await server.register("ann"), Date.now());
		await addressOf(server, "ann");
		await server.register("ben");
		const of = async (name: string) =>
			JSON.parse((await type(server, demanded("everyone", 30), `users show ${name} --json`)).out);
		const ann = await of("ann");
		assert.deepEqual(
			[ann.user, ann.state, ann.password, ann.passkeys, ann.secondFactor, ann.addresses.length],
			["@ann:localhost", "active", true, [], "", 1],
		);
		assert.match(ann.codes, /^since 20/);
		assert.equal((await of("ben")).secondFactor, "missing, not asked yet");
		const told = await type(server, "", "users show @ben:localhost");
		assert.match(
			told.out,
			/PASSWORD +yes\nPASSKEY +none\nONE-TIME CODES +none\nRECOVERY CODES LEFT +0\nSIGNS IN BY +none\nADDRESS +none/,
		);
		assert.doesNotMatch(told.out, /DEMANDED/);
		const nobody = await type(server, "", "users show nobody");
		assert.deepEqual([nobody.code, nobody.out], [1, 'There is no user "nobody".']);
	});

	test("is a warning of doctor", async () => {
		await using server = await startServer();
		await server.register("ben");
		const look = async (settings: string) => {
			const { out } = await type(server, settings, "doctor --json");
			const found: readonly { readonly check: string }[] = JSON.parse(out);
			return JSON.stringify(found.find(({ check }) => check === "demanded-factors")) ?? "none";
		};
		assert.match(
			await look(demanded("everyone", 30)),
			/warning.*1 lack one, 0 of them with no time left: ben/,
		);
		assert.doesNotMatch(await look(demanded("admins", 30)), /lack one/);
	});
});
