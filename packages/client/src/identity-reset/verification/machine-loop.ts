import { isRecord, member } from "@countersign/protocol";
import { systemSleep } from "../../platform.ts";
import { type Caller, callerFor, type HomeserverSession, isPassing } from "../homeserver.ts";
import type { MachineRequest } from "../wasm-crypto.ts";
import type { VerifyingMachine, VerifyingModule } from "./machine-parts.ts";

/** Lets the app's crypto and the homeserver talk to each other. */
export interface MachineLoop {
	/** Sends one request of the machine now. */
	send(request: MachineRequest | undefined): Promise<void>;
	/** Waits for news, for some seconds at most, and lets the machine have them; at once when `signal` fires. */
	turn(signal: AbortSignal): Promise<void>;
	/** Has what is there and acknowledges it: left there, it would be heard again by the next program. */
	close(): Promise<void>;
	/** Sends one request although the verification is over, as well as that goes. */
	lastWord(request: MachineRequest | undefined): Promise<void>;
}

/** The app to which a loop belongs. */
export interface LoopParts {
	readonly session: HomeserverSession;
	readonly wasm: VerifyingModule;
	readonly machine: VerifyingMachine;
}

/** Below the time-out of a single request. */
const longPollMs = 20_000;

/** No rooms, no presence: messages between devices, and whose keys have changed, come all the same. */
const filter = JSON.stringify({
	room: { rooms: [] },
	presence: { types: [] },
	account_data: { types: [] },
});

/**
 * A loop of its own, for an app that syncs nowhere else: the homeserver deletes messages to a device once they are
 * acknowledged, so two loops would take them away from each other.
 *
 * It begins without a `since`: what came before and was not acknowledged is heard as well.
 */
export function ownLoop(parts: LoopParts, signal: AbortSignal): MachineLoop {
	let since: string | undefined;
	const { send, lastWord } = sending(parts, signal);
	const sendAll = async () => {
		for (const request of await parts.machine.outgoingRequests()) await send(request);
	};
	const sync = async (over: AbortSignal, timeoutMs: number) => {
		const call = callerFor(parts.session, AbortSignal.any([signal, over]));
		const body = await poll(call, { since, timeoutMs, over });
		if (body === undefined) return;
		await receive(parts, body);
		const next = member(body, "next_batch");
		if (typeof next === "string") since = next;
	};
	return {
		...{ send, lastWord },
		async turn(over) {
			await sendAll();
			await sync(over, since === undefined ? 0 : longPollMs);
			await sendAll();
		},
		async close() {
			if (!signal.aborted) await sync(AbortSignal.timeout(lastWordMs), 0);
		},
	};
}

/** How often the machine of an app that syncs by itself is looked at, in milliseconds. */
const lookEveryMs = 250;

/** For an app whose own loop feeds the machine, and sends what it wants to have sent. */
export function appsLoop(parts: LoopParts, signal: AbortSignal): MachineLoop {
	const { sleep = systemSleep } = parts.session;
	return {
		...sending(parts, signal),
		turn: (over) => sleep(lookEveryMs, AbortSignal.any([signal, over])),
		async close() {},
	};
}

/** So long may it take to tell the other device that this one gives up, in milliseconds. */
const lastWordMs = 5_000;

function sending(parts: LoopParts, signal: AbortSignal): Pick<MachineLoop, "send" | "lastWord"> {
	const sendBy = (ending: AbortSignal) => async (request: MachineRequest | undefined) => {
		if (request !== undefined) await sendRequest(parts, request, callerFor(parts.session, ending));
	};
	return {
		send: sendBy(signal),
		// The signal may be what ended the verification.
		lastWord: (request) => sendBy(AbortSignal.timeout(lastWordMs))(request).catch(() => {}),
	};
}

/** One `/sync`. Undefined where it failed for now, or was called off: nothing is acknowledged, so nothing is lost. */
async function poll(
	call: Caller,
	{
		since,
		timeoutMs,
		over,
	}: { readonly since: string | undefined; readonly timeoutMs: number; readonly over: AbortSignal },
) {
	const query = new URLSearchParams({ filter, timeout: `${timeoutMs}` });
	if (since !== undefined) query.set("since", since);
	try {
		return (await call({ method: "GET", path: `sync?${query}`, maxBytes: maxSyncBytes })).body;
	} catch (error) {
		if (over.aborted || isPassing(error)) return undefined;
		throw error;
	}
}

/** Messages between devices are at most 64 kB each, and come a hundred at a time. */
const maxSyncBytes = 16 * 1_048_576;

async function receive({ wasm, machine }: LoopParts, body: Readonly<Record<string, unknown>>): Promise<void> {
	const [toDevice, lists, counts] = [
		...[member(body, "to_device"), member(body, "device_lists"), member(body, "device_one_time_keys_count")],
	].map((each) => (isRecord(each) ? each : {}));
	const events = member(toDevice ?? {}, "events");
	const users = (name: string) => texts(member(lists ?? {}, name)).map((id) => new wasm.UserId(id));
	const unused = member(body, "device_unused_fallback_key_types");
	const DeviceLists = wasm.DeviceLists as new (changed: object[], left: object[]) => object;
	await machine.receiveSyncChanges(
		JSON.stringify(Array.isArray(events) ? events : []),
		new DeviceLists(users("changed"), users("left")),
		new Map(Object.entries(counts ?? {}).filter(isCount)),
		...(Array.isArray(unused) ? [new Set(texts(unused))] : []),
	);
}

function texts(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function isCount(entry: [string, unknown]): entry is [string, number] {
	return typeof entry[1] === "number";
}

async function sendRequest(
	{ wasm: { RequestType }, machine }: LoopParts,
	request: MachineRequest,
	call: Caller,
): Promise<void> {
	const { id, type, body } = request;
	const post = { method: "POST", body } as const;
	const answer = async () => {
		switch (type) {
			case RequestType.KeysUpload:
				return call({ ...post, path: "keys/upload" });
			case RequestType.KeysQuery:
				return call({ ...post, path: "keys/query" });
			case RequestType.KeysClaim:
				return call({ ...post, path: "keys/claim" });
			case RequestType.SignatureUpload:
				return call({ ...post, path: "keys/signatures/upload" });
			case RequestType.ToDevice:
				return call({ method: "PUT", path: toDevicePath(request), body });
			default:
				return undefined;
		}
	};
	const answered = await answer();
	if (answered === undefined || id === undefined) return;
	await machine.markRequestAsSent(id, type, JSON.stringify(answered.body));
}

function toDevicePath({ event_type = "", txn_id = "" }: MachineRequest): string {
	return `sendToDevice/${encodeURIComponent(event_type)}/${encodeURIComponent(txn_id)}`;
}
