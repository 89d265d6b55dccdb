import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lastingPort } from "../../packages/server/test/support/lasting-port.ts";
import type { Size } from "../../packages/server/test/support/make-synapse.ts";
import { makeMoveData, operate, sharedSecret } from "../../packages/server/test/support/move-data.ts";
import { introspection } from "../cases.ts";
import { openConnection } from "../connection.ts";
import { measure, median, type Round } from "../measure.ts";
import { type ServerProcess, startCountersign } from "../processes.ts";
import { aligned } from "../table.ts";

const whole: Size = { people: 3_000, devicesEach: 3, tokensEach: 2 };
const quickly: Size = { ...whole, people: 100 };
const rounds = 5;

/** What Synapse asks about: tokens that it made itself and that moved, and as many that were made here, in turn. */
export async function benchMovedTokens(
	directory: string,
	{ quick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<void> {
	const folder = join(directory, "tokens");
	await mkdir(folder);
	const data = makeMoveData(folder, quick ? quickly : whole);
	await operate(data, ["move", "from-synapse", "run", data.yaml, "--switch"]);
	const port = await lastingPort();
	const server = await startCountersign(join(folder, "data"), {
		env: {
			COUNTERSIGN_CONFIG: data.settings,
			COUNTERSIGN_PORT: `${port}`,
			COUNTERSIGN_PUBLIC_BASE: `http://localhost:${port}/`,
		},
	});
	try {
		const moved = tokensIn(data.database, "access_tokens");
		const own = await refreshed(server, tokensIn(data.database, "refresh_tokens"));
		say(
			`introspection of ${moved.length} tokens that moved, and of ${own.length} made here, ${rounds} rounds in turn`,
		);
		const sides = [
			{ name: "moved", asked: askedAbout(moved), rounds: [] as Round[] },
			{ name: "made here", asked: askedAbout(own), rounds: [] as Round[] },
		];
		for (let round = 0; round <= rounds; round++)
			for (const side of sides) {
				const measured = await measure(server, side.asked.countersign(), side.asked.extent);
				// The first warms up.
				if (round > 0) side.rounds.push(measured);
			}
		say(aligned([["tokens", "per second", "p50 ms", "p99 ms", "CPU us"], ...sides.map(cells)]));
	} finally {
		await server.stop();
	}
}

const askedAbout = (tokens: readonly string[]) =>
	introspection({
		devices: tokens.map((accessToken) => ({ accessToken })),
		introspectionSecret: sharedSecret,
	});

function tokensIn(file: string, table: string): readonly string[] {
	using connection = new DatabaseSync(file, { readOnly: true });
	return connection
		.prepare(`SELECT token FROM ${table}`)
		.all()
		.map((row) => String(row.token));
}

/** Each pair that moved, once renewed. */
async function refreshed({ port }: ServerProcess, tokens: readonly string[]): Promise<readonly string[]> {
	const connection = await openConnection(port);
	const own: string[] = [];
	for (const token of tokens) {
		const got = await connection.exchange({
			...{
				method: "POST",
				path: "/_matrix/client/v3/refresh",
				headers: { "content-type": "application/json" },
			},
			body: JSON.stringify({ refresh_token: token }),
		});
		const renewed = /"access_token":"([^"]+)"/.exec(got.body)?.[1];
		if (renewed === undefined) throw new Error(`not refreshed: ${got.status} ${got.body}`);
		own.push(renewed);
	}
	connection.close();
	return own;
}

function cells({ name, rounds }: { readonly name: string; readonly rounds: readonly Round[] }) {
	const middle = (what: keyof Round) => median(rounds.map((round) => round[what]));
	return [
		...[name, middle("perSecond").toFixed(0), middle("p50Ms").toFixed(1)],
		...[middle("p99Ms").toFixed(1), middle("cpuMicros").toFixed(0)],
	];
}
