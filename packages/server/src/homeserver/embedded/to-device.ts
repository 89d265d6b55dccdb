import { errcodes, isRecord, member, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { limitExceeded } from "../../matrix-api/index.ts";
import { type ClientDataDeps, checkName, parseObject, refused } from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import type { ClientDataUnit, DeviceAddress, JsonObject, QueueLoad } from "./ports.ts";
import { findProfile } from "./profile.ts";
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
 * are passed over, and devices for which too much waits. A send is done once per device, type and transaction, however often it is repeated.
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
		for (const { accountId, contents } of receivers) {
			const queued = [];
			for (const { deviceId } of await unit.devices.list(accountId)) {
				const content = member(contents, deviceId) ?? member(contents, "*");
				const to = { accountId, deviceId };
				if (isRecord(content) && (await hasRoom(unit, { to, sender: caller.userId, content })))
					queued.push({ to, sender: caller.userId, type, content });
			}
			if (queued.length > 0) await unit.toDevice.queue(queued, await unit.stream.next(accountId));
		}
		return json(200, {});
	});
}

/** A device that is full is passed over, like one that does not exist: a refusal would keep the others from theirs. */
async function hasRoom(
	unit: Pick<ClientDataUnit, "toDevice">,
	{
		to,
		sender,
		content,
	}: { readonly to: DeviceAddress; readonly sender: string; readonly content: JsonObject },
): Promise<boolean> {
	const { all, ofSender } = await unit.toDevice.load(to, sender);
	const bytes = Buffer.byteLength(JSON.stringify(content));
	const fits = (load: QueueLoad, most: QueueLoad) =>
		load.messages < most.messages && load.bytes + bytes <= most.bytes;
	return fits(all, quotas.waiting) && fits(ofSender, quotas.waitingFromOne);
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
function tooMany(): Response {
	return limitExceeded("This device has sent too many messages today", sendsWaitMs);
}

async function findReceivers({ storage, serverName }: ClientDataDeps, messages: readonly Addressed[]) {
	const found = [];
	for (const { userId, contents } of messages) {
		const profile = await findProfile(storage, serverName, userId);
		if (profile !== undefined) found.push({ accountId: profile.accountId, contents });
	}
	return found;
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
