import assert from "node:assert/strict";
import type { AttackWorld } from "./attack-world.ts";
import type { LoggedInDevice } from "./server.ts";

/** A backup that a device has replaced by another one is kept. */
export async function leaveBackup({ server }: AttackWorld, device: LoggedInDevice): Promise<void> {
	const begun = { algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { public_key: "a" } };
	const call = async (method: string, path: string, body?: unknown) => {
		const answer = await server.call(device, method, path, body);
		assert.equal(answer.status, 200);
		return answer.body;
	};
	const { version } = await call("POST", "room_keys/version", begun);
	await call("DELETE", `room_keys/version/${version}`);
	await call("POST", "room_keys/version", begun);
}
