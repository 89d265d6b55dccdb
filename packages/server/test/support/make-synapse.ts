import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { synapseTables } from "./synapse-tables.ts";

export interface Size {
	readonly people: number;
	readonly devicesEach: number;
	/** Of each device, a pair that refreshes among them. */
	readonly tokensEach: number;
}

/** A SQLite file in Synapse's shape with so many people, all of them signed in. */
export function makeSynapse(file: string, { people, devicesEach, tokensEach }: Size): void {
	const connection = new DatabaseSync(file);
	connection.exec(`PRAGMA journal_mode = WAL; ${synapseTables.join(";\n")};
		CREATE INDEX access_tokens_of ON access_tokens (user_id); CREATE INDEX refresh_tokens_of ON refresh_tokens (user_id);
		CREATE UNIQUE INDEX devices_of ON devices (user_id, device_id); CREATE INDEX profiles_of ON profiles (full_user_id);
		INSERT INTO schema_version VALUES (94); BEGIN`);
	const [user, device, access, refresh] = [
		connection.prepare("INSERT INTO users (name, password_hash, creation_ts) VALUES (?, ?, 1700000000)"),
		connection.prepare("INSERT INTO devices (user_id, device_id, last_seen) VALUES (?, ?, 1700000000000)"),
		connection.prepare(
			"INSERT INTO access_tokens (id, user_id, device_id, token, refresh_token_id) VALUES (?, ?, ?, ?, ?)",
		),
		connection.prepare("INSERT INTO refresh_tokens (id, user_id, device_id, token) VALUES (?, ?, ?, ?)"),
	];
	let id = 0;
	for (let nth = 0; nth < people; nth += 1) {
		const name = `p${String(nth).padStart(6, "0")}`;
		const userId = `@${name}:example.org`;
		user.run(userId, `$2b$12$${"a".repeat(53)}`);
		for (let at = 0; at < devicesEach; at += 1) {
			const deviceId = `DEVICE${at}`;
			device.run(userId, deviceId);
			id += 1;
			refresh.run(id, userId, deviceId, synapseToken("syr", name));
			for (let one = 1; one < tokensEach; one += 1) {
				id += 1;
				access.run(id, userId, deviceId, synapseToken("syt", name), null);
			}
		}
	}
	connection.exec("COMMIT");
	connection.close();
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** As Synapse makes one. */
export function synapseToken(prefix: "syt" | "syr", localpart: string): string {
	const owner = Buffer.from(localpart).toString("base64").replace(/=+$/, "");
	const body = `${prefix}_${owner}_${randomBytes(10).toString("hex")}`;
	let [rest, sum] = [crc32(body), ""];
	for (; rest > 0; rest = Math.floor(rest / 62)) sum = alphabet.charAt(rest % 62) + sum;
	return `${body}_${sum.padStart(6, "0")}`;
}
