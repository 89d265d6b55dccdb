import { errcodes, isRecord, member, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { limitExceeded } from "../../matrix-api/index.ts";
import { type ClientDataDeps, checkName, parseObject, refused } from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import type { ClientDataUnit, DeviceAddress, JsonObject } from "./ports.ts";
import { findProfile } from "./profile.ts";
import { decideRoom } from "./queue-room.ts";
import { quotas } from "./quotas.ts";

/** Apps send to some hundred devices at once, each with its own ciphertext. */
const largestBodyBytes = 1024 * 1024;
/** Larger than any key exchange, small enough to be synced by the hundred. */
const largestMessageBytes = 64 * 1024;
/** An app that uses a transaction's name again after so long means another send. */
const sendsKnownMs = 24 * 60 * 60_000;
/** When a device that sent too many is told to try again. */
const sendsWaitMs = 10 * 60_000;

/** By device id or `*`. */
type Contents = Readonly<Record<string, JsonObject>>;

interface Addressed {
	readonly userId: string;
	readonly contents: Contents;
}

/**
 * Queues each message for the devices it names, `*` meaning all of a person's. People and devices that do not exist
 * are passed over. Devices for which too much waits are too, and the answer names them: a refusal would keep the
 * others from theirs. A send is done once per device, type and transaction, however often it is repeated.
 * @see https://spec.matrix.org/v1.17/client-server-api/#send-to-device-messaging
 */
export function toDeviceEndpoints(deps: ClientDataDeps): Endpoint[] {
	return [
		{
			method: "PUT",
			paths: [v3("sendToDevice/:type/:transactionId")],
			takes: "json",
			limitBytes: largestBodyBytes,
			answer: (call) => sendToDevice(deps, call),
		},
	];
}

async function sendToDevice(deps: ClientDataDeps, call: Call<JsonObject>): Promise<Response> {
	const { caller } = call;
	const [type, transactionId] = [call.param("type"), call.param("transactionId")];
	for (const name of [checkName("The type", type), checkName("The transaction", transactionId)]) {
		if (!name.ok) return refused(name.refusal);
	}
	const messages = parseMessages(call.body);
	if (!messages.ok) return refused(messages.refusal);
	const receivers = await findReceivers(deps, messages.value);
	const now = deps.clock();
	return call.write(async (unit) => {
		await unit.toDevice.forgetSends(caller, now - sendsKnownMs);
		if ((await unit.toDevice.countSends(caller)) >= quotas.sendsPerDay) return tooMany();
		if (!(await unit.toDevice.claimSend(caller, { type, transactionId }, now))) return json(200, {});
		const full: [userId: string, devices: JsonObject][] = [];
		for (const { userId, accountId, contents } of receivers) {
			const queued = [];
			const dropped = [];
			for (const { deviceId } of await unit.devices.list(accountId)) {
				const named = member(contents, deviceId) === undefined ? "*" : deviceId;
				const content = member(contents, named);
				if (!isRecord(content)) continue;
				const to = { accountId, deviceId };
				if (await makeRoom(unit, { to, sender: caller.userId, content }))
					queued.push({ to, sender: caller.userId, type, content });
				else dropped.push([named, queueFull] as const);
			}
			if (queued.length > 0) await unit.toDevice.queue(queued, await unit.stream.next(accountId));
			if (dropped.length > 0) full.push([userId, Object.fromEntries(dropped)]);
		}
		return json(200, full.length === 0 ? {} : { failures: Object.fromEntries(full) });
	});
}

/** In the shape of the failures of other endpoints for keys, by the name under which the device was meant. */
const queueFull = {
	errcode: errcodes.limitExceeded,
	error: "Too much of you waits for this device",
} as const;

async function makeRoom(
	unit: Pick<ClientDataUnit, "toDevice">,
	{
		to,
		sender,
		content,
	}: { readonly to: DeviceAddress; readonly sender: string; readonly content: JsonObject },
): Promise<boolean> {
	const bytes = Buffer.byteLength(JSON.stringify(content));
	for (;;) {
		const room = decideRoom(await unit.toDevice.loads(to), { sender, bytes });
		if (room.verdict !== "give-way") return room.verdict === "fits";
		await unit.toDevice.dropLargest(to, room.sender);
	}
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
function tooMany(): Response {
	return limitExceeded("This device has sent too many messages today", sendsWaitMs);
}

async function findReceivers({ storage, serverName }: ClientDataDeps, messages: readonly Addressed[]) {
	const found = [];
	for (const { userId, contents } of messages) {
		const profile = await findProfile(storage, serverName, userId);
		if (profile !== undefined) found.push({ userId, accountId: profile.accountId, contents });
	}
	// Of two that send to the same people neither waits for the other's half.
	return found.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
}

function parseMessages(body: JsonObject): Parsed<readonly Addressed[]> {
	const sent = member(body, "messages");
	if (sent === undefined) return refuse(errcodes.missingParam, "messages is missing");
	const users = parseObject("messages", sent);
	if (!users.ok) return users;
	const messages: Addressed[] = [];
	for (const [userId, devices] of Object.entries(users.value)) {
		const contents = parseContents(devices);
		if (!contents.ok) return contents;
		messages.push({ userId, contents: contents.value });
	}
	return { ok: true, value: messages };
}

function parseContents(sent: unknown): Parsed<Contents> {
	const devices = parseObject("The messages for a user", sent);
	if (!devices.ok) return devices;
	const contents: [string, JsonObject][] = [];
	for (const [deviceId, message] of Object.entries(devices.value)) {
		const content = parseObject("A message", message);
		if (!content.ok) return content;
		if (Buffer.byteLength(JSON.stringify(content.value)) > largestMessageBytes)
			return refuse(errcodes.tooLarge, `A message may have at most ${largestMessageBytes} bytes`);
		contents.push([deviceId, content.value]);
	}
	return { ok: true, value: Object.fromEntries(contents) };
}
