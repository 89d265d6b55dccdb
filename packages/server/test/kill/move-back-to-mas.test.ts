/**
 * The way back to MAS is killed at random moments and given again, as an operator would, and MAS's database ends as it
 * does without kills.
 */
import assert from "node:assert/strict";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { anyOf, killAt, momentsOf } from "../support/kill-command.ts";
import { masIds, masTokens } from "../support/mas-people.ts";
import { type MasWorld, openMasWorld } from "../support/mas-world.ts";
import { skipWithoutPostgres } from "../support/postgres.ts";

const kills = Number(process.env.COUNTERSIGN_MOVE_MAS_KILLS ?? 2);

/** Everything that going back may touch, but for ids that are drawn and the moment at which it was. */
async function atMas({ change }: MasWorld): Promise<readonly string[]> {
	const has = (column: string) => `${column} IS NOT NULL AS ${column}`;
	const queries = [
		`SELECT user_id, username, can_request_admin, ${has("locked_at")}, ${has("deactivated_at")} FROM users ORDER BY 1`,
		"SELECT user_id, version, hashed_password FROM user_passwords ORDER BY 1, 2, 3",
		`SELECT user_id, ${has("finished_at")} FROM user_sessions ORDER BY 1`,
		`SELECT oauth2_session_id, user_id, ${has("finished_at")} FROM oauth2_sessions ORDER BY 1`,
		`SELECT access_token, ${has("revoked_at")} FROM oauth2_access_tokens ORDER BY 1`,
		`SELECT refresh_token, oauth2_session_id, next_oauth2_refresh_token_id, ${has("consumed_at")}
			FROM oauth2_refresh_tokens ORDER BY 1`,
		`SELECT compat_session_id, device_id, ${has("finished_at")} FROM compat_sessions ORDER BY 1`,
		"SELECT access_token, compat_session_id, expires_at < now() AS over FROM compat_access_tokens ORDER BY 1",
		`SELECT refresh_token, compat_session_id, ${has("consumed_at")} FROM compat_refresh_tokens ORDER BY 1`,
		`SELECT personal_session_id, human_name, scope_list, ${has("revoked_at")} FROM personal_sessions ORDER BY 1`,
	];
	const rows = await Promise.all(queries.map((query) => change(query)));
	return rows.flat().map((row) => JSON.stringify(row));
}

test(`${kills} kills of the way back to MAS end where it ends without`, {
	skip: skipWithoutPostgres,
}, async () => {
	await using world = await openMasWorld();
	const [ours, aside] = [join(world.folder, "ours"), join(world.folder, "ours-before")];
	const state = async () => (await world.command("move", "status")).said.split("\n")[0] ?? "";
	await moveThere(world);
	await live(world);
	await world.masStopped();
	const before = await atMas(world);
	await world.masStopped();
	const restoreMas = await world.keepMas();
	cpSync(ours, aside, { recursive: true });
	const restore = async () => {
		await restoreMas();
		rmSync(ours, { recursive: true });
		cpSync(aside, ours, { recursive: true });
	};
	writeFileSync(join(world.folder, "mas.dump"), "a dump");
	const back = ["move", "back", world.yaml, "--backup", join(world.folder, "mas.dump")];
	const typed = [...back, "--accept", "signed-out", "--config", world.settings];

	const moments = await momentsOf(typed);
	const expected = await atMas(world);
	assert.notDeepEqual(expected, before);
	assert.match(await state(), /^People went back to MAS/);
	for (let killed = 0; killed < kills; ) {
		await restore();
		const at: number[] = [];
		while (!(await state()).startsWith("People went back")) {
			// A connection is gone a moment after its process.
			await world.masStopped();
			const moment = at.length < 2 ? anyOf(moments) : 0;
			at.push(moment);
			if (moment === 0) assert.equal((await world.command(...back, "--accept", "signed-out")).code, 0);
			else killed += Number(await killAt(moment, typed));
		}
		assert.deepEqual(await atMas(world), expected, `killed at ${at.join(" and ")} of ${moments}`);
	}
});

async function moveThere(world: MasWorld): Promise<void> {
	const steps = [
		["settings", world.yaml, "--out", join(world.folder, "ours")],
		["run", world.yaml, "--switch", "--accept", "no-app"],
	];
	for (const words of steps) {
		const { code, said } = await world.command("move", "from-mas", ...words);
		assert.equal(code, 0, said);
	}
}

/** One app refreshes and goes on, one loses the answer, somebody signs in anew and one out; a password is new. */
async function live(world: MasWorld): Promise<void> {
	const { anna, bert } = masTokens;
	const stop = await world.start();
	try {
		const send = async (path: string, body: string | URLSearchParams, token = "") => {
			const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
			const response = await fetch(new URL(path, world.url), { method: "POST", headers, body });
			assert.equal(response.status, 200, path);
			return (await response.json()) as { readonly access_token: string };
		};
		const [, client_id] = masIds.native;
		const grant = { grant_type: "refresh_token", refresh_token: anna.refresh, client_id };
		const { access_token: token } = await send("oauth2/token", new URLSearchParams(grant));
		await send("oauth2/introspect", new URLSearchParams({ token }), world.homeserver.secret);
		await send("_matrix/client/v3/refresh", JSON.stringify({ refresh_token: bert.refresh }));
		await send("_matrix/client/v3/logout", "{}", bert.lasting);
		await world.typing("another long password", "users", "set-password", "cleo");
		await world.everythingTold();
	} finally {
		await stop();
	}
}
