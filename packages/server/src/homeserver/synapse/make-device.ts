import { type AccountId, HomeserverUnavailable } from "@countersign/core";
import type { Clock, Random } from "../../config/index.ts";
import type { DeviceMaking } from "../../sessions/ports.ts";
import type { Outbox } from "../../tasks/index.ts";
import type { MasApi } from "./mas-api.ts";
import type { MasOutcome } from "./mas-call.ts";
import type { SynapseStorage } from "./ports.ts";
import { provision } from "./provision.ts";

export interface MakeDeviceDeps {
	readonly storage: SynapseStorage;
	readonly api: MasApi;
	readonly outbox: Pick<Outbox, "deliver">;
	/** Closes the account here, too: somebody has closed it at Synapse, past this server. */
	readonly closeHere: (accountId: AccountId) => Promise<unknown>;
	readonly clock: Clock;
	readonly random: Random;
}

type Device = Parameters<DeviceMaking["upsertDevice"]>[0];

/** Synapse refuses longer ones. */
export const longestDeviceName = 100;

/**
 * Of one person, as at the embedded homeserver: each costs everybody who writes to the person, and Synapse has no bound
 * of its own.
 */
const mostDevices = 200;

/**
 * Makes a device at Synapse. Its row is there before, so that whoever ends its session meanwhile finds something to
 * remove; and it is not made while its removal waits to be delivered, which would remove the new one. Until Synapse
 * has said that it exists, no session is opened on it.
 */
export function createMakeDevice(deps: MakeDeviceDeps): DeviceMaking["upsertDevice"] {
	const { storage } = deps;
	return async (device) => {
		const { accountId, deviceId } = device;
		const begun = await begin(deps, device);
		if (!begun.ok) return begun;
		const { making } = begun;
		const made = making !== undefined && { accountId, deviceId, making };
		if (await isClosedThere(deps, device)) {
			// Which takes the row of the device along.
			await deps.closeHere(accountId);
			return { ok: false, reason: "account-closed" };
		}
		const outcome = await upsert(deps, device);
		if (outcome.ok) {
			if (made) await storage.write((unit) => unit.homeserverDevices.finish(made));
			return { ok: true };
		}
		if (outcome.reason !== "device-id-in-use")
			throw new HomeserverUnavailable(`${outcome.reason} (${outcome.errcode})`);
		if (made) await storage.write((unit) => unit.homeserverDevices.forget(made));
		return { ok: false, reason: "device-id-in-use" };
	};
}

type Begun =
	| { readonly ok: true; readonly making: string | undefined }
	| { readonly ok: false; readonly reason: "too-many-devices" };

async function begin(
	{ storage, outbox, clock, random }: MakeDeviceDeps,
	{ accountId, deviceId, displayName }: Device,
): Promise<Begun> {
	const note = () =>
		storage.write(async ({ homeserverTasks, homeserverDevices }) => {
			if (await homeserverTasks.standsAgainst({ accountId, deviceId })) return "wait" as const;
			if (!(await homeserverDevices.hasRoom({ accountId, deviceId, atMost: mostDevices })))
				return { ok: false, reason: "too-many-devices" } as const;
			const device = { accountId, deviceId, displayName, making: random.token(), now: clock() };
			return { ok: true, making: await homeserverDevices.begin(device) } as const;
		});
	let noted = await note();
	if (noted === "wait") {
		await outbox.deliver(accountId);
		noted = await note();
	}
	if (noted === "wait") throw new HomeserverUnavailable("what comes before this device is not yet done");
	return noted;
}

/**
 * Synapse lets in whoever has a device and a token, closed or not. Asked when nothing waits any more that closes or
 * opens the account, so that the answer is about what somebody did there.
 */
async function isClosedThere({ api }: MakeDeviceDeps, { localpart }: Device): Promise<boolean> {
	const outcome = await api.queryUser(localpart);
	if (outcome.ok) return outcome.value.deactivated;
	if (outcome.reason === "unknown-user") return false;
	throw new HomeserverUnavailable(`${outcome.reason} (${outcome.errcode})`);
}

/** One call as a rule; somebody Synapse does not know yet is made known first. */
async function upsert(
	{ storage, api }: MakeDeviceDeps,
	{ accountId, localpart, deviceId, displayName: name }: Device,
): Promise<MasOutcome<unknown>> {
	const displayName =
		name === undefined ? {} : { displayName: [...name].slice(0, longestDeviceName).join("") };
	const device = { localpart, deviceId, ...displayName };
	const outcome = await api.upsertDevice(device);
	if (outcome.ok || outcome.reason !== "unknown-user") return outcome;
	const account = await storage.read.accounts.find({ id: accountId });
	const provisioned = await provision(api, { localpart, displayName: account?.displayName ?? null });
	return provisioned.ok ? api.upsertDevice(device) : provisioned;
}
