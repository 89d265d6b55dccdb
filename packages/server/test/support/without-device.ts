import assert from "node:assert/strict";
import { changeData, type Place, tableRows } from "./storage.ts";

/** Makes of who is signed in on this device one who has none, as people bring them along, and returns the path of its page. */
export async function withoutDevice(place: Place, deviceId: string): Promise<string> {
	const session = (await tableRows(place, "sessions")).find(({ device_id }) => device_id === deviceId);
	assert.ok(session !== undefined, `nobody is signed in on ${deviceId}`);
	await changeData(place, `UPDATE sessions SET device_id = NULL WHERE id = '${session.id}'`);
	return `/account/sessions/${session.id}`;
}
