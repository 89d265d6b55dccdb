/**
 * The commands of a move are killed at random moments and given again, as an operator would, and the end is what it is
 * without kills, row by row: here when people move in, at Synapse when they go back.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { anyOf, killAt, momentsOf } from "../support/kill-command.ts";
import {
	copyMoveData,
	linesOf,
	type MoveData,
	makeMoveData,
	operate,
	whileServed,
} from "../support/move-data.ts";

const kills = Number(process.env.COUNTERSIGN_MOVE_KILLS ?? 6);
const size = { people: 250, devicesEach: 2, tokensEach: 2 } as const;

const typed = ({ settings }: MoveData, words: readonly string[]) => [...words, "--config", settings];
const moveIn = ({ yaml }: MoveData, ...words: readonly string[]) => [
	...["move", "from-synapse", "run", yaml, ...words],
];
const backup = ({ folder }: MoveData) => join(folder, "before.db");
const goBack = (data: MoveData) => ["move", "back", data.yaml, "--backup", backup(data)];

/** Everything that moved in, without the ids that are drawn for it. */
function movedIn({ folder }: MoveData): readonly string[] {
	const of = "JOIN accounts a ON a.id = x.account_id";
	const ofToken = "JOIN sessions s ON s.id = x.session_id JOIN accounts a ON a.id = s.account_id";
	return linesOf(join(folder, "data", "countersign.db"), [
		"SELECT localpart, password_hash, display_name, admin, created_at, locked_at, deactivated_at FROM accounts ORDER BY 1",
		`SELECT a.localpart, x.digest FROM moved_accounts x ${of} ORDER BY 1`,
		`SELECT a.localpart, x.device_id, x.display_name, x.created_at FROM devices x ${of} ORDER BY 1, 2`,
		`SELECT a.localpart, x.device_id, x.client_id, x.scope, x.created_at, x.ended_at FROM sessions x ${of} ORDER BY 1, 2`,
		`SELECT a.localpart, s.device_id, x.hash, x.refresh_hash, x.expires_at FROM access_tokens x ${ofToken} ORDER BY 3`,
		`SELECT a.localpart, s.device_id, x.hash, x.sibling, x.consumed_at FROM refresh_tokens x ${ofToken} ORDER BY 3`,
	]);
}

function stateOf({ folder }: MoveData): string | undefined {
	const state = "SELECT json_extract(value, '$.state') AS state FROM settings WHERE name = 'move'";
	const [row] = linesOf(join(folder, "data", "countersign.db"), [state]);
	return row && (JSON.parse(row) as { readonly state: string }).state;
}

/** Everything at Synapse that going back may touch. */
function atSynapse({ database }: MoveData): readonly string[] {
	const tables = ["users", "devices", "access_tokens", "refresh_tokens"];
	return linesOf(
		database,
		tables.map((table) => `SELECT * FROM ${table} ORDER BY 1, 2`),
	);
}

test(`${kills} kills of a move and of the way back end where they end without`, async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "countersign-move-kill-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const untouched = makeMoveData(join(folder, "untouched"), size);
	const alone = copyMoveData(untouched, join(folder, "alone"));
	const momentsIn = await momentsOf(typed(alone, moveIn(alone)));
	const expected = movedIn(alone);
	assert.ok(expected.length > size.people * size.devicesEach * (size.tokensEach + 2));

	let killed = 0;
	let momentsBack = 0;
	for (let round = 0; killed < kills; round += 1) {
		const data = copyMoveData(untouched, join(folder, `round-${round}`));
		const killIn = async (...words: readonly string[]) =>
			killAt(anyOf(momentsIn), typed(data, moveIn(data, ...words)));
		killed += Number(await killIn()) + Number(await killIn("--switch"));
		if (stateOf(data) !== "switched") await operate(data, moveIn(data, "--switch"));
		assert.deepEqual(movedIn(data), expected);

		await live(data);
		const aside = copyMoveData(data, join(folder, `aside-${round}`));
		momentsBack = await momentsOf(typed(aside, goBack(aside)));
		const there = atSynapse(aside);
		assert.notDeepEqual(there, atSynapse(data));
		const before = readFileSync(data.database);
		const moments = [anyOf(momentsBack), anyOf(momentsBack)];
		for (const moment of moments)
			if (stateOf(data) !== "returned") killed += Number(await killAt(moment, typed(data, goBack(data))));
		if (stateOf(data) !== "returned") await operate(data, goBack(data));
		const where = `killed at ${moments.join(" and ")} of ${momentsBack}`;
		assert.deepEqual(atSynapse(data), there, where);
		assert.deepEqual(readFileSync(backup(data)), before, `what was there before is kept, ${where}`);
		for (const each of [data, aside]) rmSync(each.folder, { recursive: true });
	}
	t.diagnostic(`${momentsIn} moments on the way in, ${momentsBack} on the way back`);
});

/** What happens here before people go back: one app refreshes and goes on, one lost the answer, a password is new. */
async function live(data: MoveData): Promise<void> {
	const rows = linesOf(data.database, [
		"SELECT token FROM refresh_tokens WHERE device_id = 'DEVICE0' ORDER BY user_id LIMIT 2",
	]);
	const tokens = rows.map((row) => (JSON.parse(row) as { readonly token: string }).token);
	await whileServed(data, async (refresh) => {
		for (const token of tokens) await refresh(token);
	});
	await operate(data, ["users", "set-password", "p000003"], "another long password");
}
