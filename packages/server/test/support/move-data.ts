/** A Synapse that is stopped and a Countersign to which its people move, as files alone: for what needs no app. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { startCountersign } from "../../src/index.ts";
import { makeSynapse, type Size } from "./make-synapse.ts";
import { call } from "./server.ts";

/** What Synapse and Countersign show each other. */
export const sharedSecret = "a-secret-of-both-sides";

/** Both ends of a move, in a folder. */
export interface MoveData {
	readonly folder: string;
	/** Synapse's settings, and its database. */
	readonly yaml: string;
	readonly database: string;
	/** Countersign's settings. */
	readonly settings: string;
}

/** Makes both, nobody moved yet. */
export function makeMoveData(folder: string, size: Size): MoveData {
	mkdirSync(folder, { recursive: true });
	const data = moveDataIn(folder);
	makeSynapse(data.database, size);
	writeSettings(data);
	return data;
}

/** The same again in another folder, as it is now. Nobody may have anything of it open. */
export function copyMoveData(from: MoveData, folder: string): MoveData {
	cpSync(from.folder, folder, { recursive: true });
	const data = moveDataIn(folder);
	writeSettings(data);
	return data;
}

function moveDataIn(folder: string): MoveData {
	return {
		folder,
		yaml: join(folder, "homeserver.yaml"),
		database: join(folder, "homeserver.db"),
		settings: join(folder, "countersign.yaml"),
	};
}

function writeSettings({ folder, yaml, database, settings }: MoveData): void {
	const sqlite = { name: "sqlite3", args: { database } };
	writeFileSync(yaml, JSON.stringify({ server_name: "example.org", database: sqlite }));
	const countersign = {
		...{
			port: 0,
			public_base: "http://localhost:8008/",
			data: join(folder, "data"),
			server_name: "example.org",
		},
		homeserver: { synapse: "http://127.0.0.1:1/", secret: sharedSecret, public_base: "http://127.0.0.1:1/" },
	};
	writeFileSync(settings, JSON.stringify(countersign));
}

/** A command of the operator's on these data, with this typed where a secret is asked for. */
export async function operate(data: MoveData, words: readonly string[], typed = ""): Promise<void> {
	let said = "";
	const code = await run([...words, "--config", data.settings], {
		environment: {},
		out() {},
		complain(headline, details = []) {
			said += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async () => typed,
	});
	if (code !== 0) throw new Error(`${words.join(" ")}: ${said}`);
}

/** Does something with a server on these data. Synapse is away. */
export async function whileServed(
	{ settings }: MoveData,
	work: (refresh: (token: string) => Promise<{ readonly access: string }>, url: string) => Promise<void>,
): Promise<void> {
	const read = loadConfig({}, settings);
	if (!read.ok) throw new Error(read.problems.join("\n"));
	const log = { info() {}, warn() {}, error() {} };
	const started = await startCountersign(read.config, { log });
	if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
	const { countersign } = started;
	const url = `http://127.0.0.1:${countersign.port}/`;
	try {
		await work(async (token) => {
			const { status, body } = await call(url, "", {
				...{ method: "POST", path: "refresh", body: { refresh_token: token } },
			});
			if (status !== 200) throw new Error(`not refreshed: ${status} ${JSON.stringify(body)}`);
			return { access: body.access_token };
		}, url);
	} finally {
		await countersign.close();
	}
}

/** What queries say, a line for each row. */
export function linesOf(file: string, queries: readonly string[]): readonly string[] {
	const connection = new DatabaseSync(file, { readOnly: true });
	try {
		return queries.flatMap((query) =>
			connection
				.prepare(query)
				.all()
				.map((row) => JSON.stringify(row)),
		);
	} finally {
		connection.close();
	}
}
