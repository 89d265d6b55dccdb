import assert from "node:assert/strict";
import type { SdkApp } from "./js-sdk.ts";
import { eventually } from "./js-sdk-traffic.ts";

/** An encrypted room of these people, every one of them joined, as every app sees it. */
export async function openEncryptedRoom(founder: SdkApp, others: readonly SdkApp[]): Promise<string> {
	const { room_id: roomId } = await founder.client.createRoom({
		invite: others.map(({ device }) => device.userId),
		initial_state: [
			{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
		],
	});
	for (const { client } of others) await client.joinRoom(roomId);
	const everybody = [founder, ...others];
	for (const { client } of everybody) {
		await eventually("everybody is in the encrypted room", async () => {
			const room = client.getRoom(roomId);
			return room?.getJoinedMemberCount() === everybody.length && room.hasEncryptionStateEvent();
		});
	}
	return roomId;
}

/** Sends a message, and waits until the other app shows it: it came encrypted and could be read. */
export async function sendSecret(
	from: SdkApp,
	to: SdkApp,
	{ roomId, text }: { readonly roomId: string; readonly text: string },
): Promise<void> {
	const { event_id: eventId } = await from.client.sendTextMessage(roomId, text);
	const received = await eventually(`“${text}” is there`, async () =>
		to.client.getRoom(roomId)?.findEventById(eventId),
	);
	assert.equal(received.getWireType(), "m.room.encrypted");
	await eventually(`“${text}” can be read`, async () => received.getContent().body === text);
}
