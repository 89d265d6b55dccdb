import { setTimeout as pause } from "node:timers/promises";
import { type AccountId, HomeserverUnavailable } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { DeviceNaming, HomeserverView, PersonNaming } from "../../account/ports.ts";
import type { Clock, Random, SynapseConfig } from "../../config/index.ts";
import type { Log } from "../../log/index.ts";
import { createOutbound } from "../../outbound/index.ts";
import type { NamesThere } from "../../people/ports.ts";
import type { DeviceMaking } from "../../sessions/ports.ts";
import { type CountTold, createHealth, createOutbox, type Outbox } from "../../tasks/index.ts";
import { appServiceTokens } from "./app-service.ts";
import { createClientApi } from "./client-api.ts";
import { createDeviceNames } from "./device-names.ts";
import { createIdentityReader, createKeysIn, type IdentityReaderDeps } from "./identity.ts";
import { createMakeDevice, longestDeviceName } from "./make-device.ts";
import { createMasApi, type MasApi } from "./mas-api.ts";
import { createMasCall, type MasOutcome } from "./mas-call.ts";
import type { SynapseStorage } from "./ports.ts";
import { createSynapseReceiver } from "./receiver.ts";
import { createTellSoon } from "./tell-soon.ts";

export interface SynapseHomeserverDeps extends SynapseConfig {
	readonly storage: SynapseStorage & {
		watch(listener: (changed: ReadonlySet<AccountId> | "everyone") => void): void;
	};
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	readonly log: Log;
	/** Told how each try to tell Synapse something ended. */
	readonly countTold?: CountTold;
	/** Closes an account here that is closed at Synapse. */
	readonly closeHere: (accountId: AccountId) => Promise<unknown>;
}

/** The homeserver as the authorization server uses it, and what only this one has. */
export interface SynapseHomeserver
	extends NamesThere,
		DeviceMaking,
		HomeserverView,
		PersonNaming,
		DeviceNaming {
	readonly outbox: Outbox;
	/**
	 * Without the guard: lets every device of the person replace the identity, for ten minutes. Synapse has no smaller
	 * window.
	 */
	allowCrossSigningReset(localpart: string): Promise<void>;
	/** Waits a moment until Synapse knows what this person has just done. Nothing is lost where it does not answer. */
	tellSoon(accountId: AccountId): Promise<void>;
	/** Finishes what is under way and lets go of the connections. */
	close(): Promise<void>;
}

/** A page that can do without waits no longer. */
const glanceMs = 1_000;
/** For what is under way when the server stops. */
const graceMs = 5_000;
/** Synapse refuses longer ones. */
const longestDisplayName = 256;

export function createSynapseHomeserver(deps: SynapseHomeserverDeps): SynapseHomeserver {
	const { storage } = deps;
	const outbound = createOutbound();
	const health = createHealth("Synapse", deps.log);
	const api = createMasApi(createMasCall(outbound, deps, health));
	const outbox = createOutbox({
		...deps,
		lineOf: (unit) => unit.homeserverTasks,
		receiver: createSynapseReceiver(api, health),
		count: deps.countTold ?? (() => {}),
	});
	storage.watch(outbox.wake);
	const reading: IdentityReaderDeps = {
		ask: createClientApi(deps.synapse, outbound),
		asToken: appServiceTokens(deps.secret).asToken,
		async userIdOf(accountId) {
			const account = await storage.read.accounts.find({ id: accountId });
			return account && makeUserId(account.localpart, deps.serverName);
		},
		heldVersion: async (accountId) => (await storage.read.holds.open(accountId))?.floor ?? 0,
		goneToAll: (accountId) => storage.read.heldBeside.goneToAll(accountId),
	};
	return {
		outbox,
		tellSoon: createTellSoon(outbox, health),
		...asking(api),
		renameDevice: (device) => renameDevice(api, deps, device),
		upsertDevice: createMakeDevice({ ...deps, api, outbox }),
		async setDisplayName(user) {
			const outcome = await setDisplayName(deps, user);
			// The page that follows asks Synapse for the name. Where this takes longer, it is told later.
			if (outcome.ok) await Promise.race([outbox.deliver(user.by.accountId), pause(glanceMs)]);
			return outcome;
		},
		identityOf: createIdentityReader(reading),
		keysIn: createKeysIn(reading),
		deviceNames: createDeviceNames(reading),
		async close() {
			// What Synapse has not answered by then is cut off, and told again after the next start.
			const cut = setTimeout(outbound.close, graceMs);
			await outbox.stop();
			clearTimeout(cut);
			outbound.close();
		},
	};
}

function asking(
	api: MasApi,
): Pick<SynapseHomeserver, "isLocalpartAvailable" | "findUser" | "allowCrossSigningReset"> {
	return {
		async isLocalpartAvailable(localpart) {
			const outcome = await api.isLocalpartAvailable(localpart);
			if (outcome.ok) return { ok: true };
			switch (outcome.reason) {
				case "localpart-taken":
					return { ok: false, reason: "taken" };
				case "localpart-invalid":
					return { ok: false, reason: "invalid" };
				case "localpart-exclusive":
					return { ok: false, reason: "exclusive" };
				default:
					throw refused(outcome);
			}
		},

		async findUser(localpart) {
			const outcome = await api.queryUser(localpart, glanceMs);
			if (outcome.ok) return outcome.value;
			if (outcome.reason === "unknown-user") return undefined;
			throw refused(outcome);
		},

		async allowCrossSigningReset(localpart) {
			const outcome = await api.allowCrossSigningReset(localpart);
			if (!outcome.ok) throw refused(outcome);
		},
	};
}

/** What Synapse should have answered otherwise is a fault of the settings: for who waits, it is not there. */
function refused({ reason, errcode }: Extract<MasOutcome<unknown>, { ok: false }>): HomeserverUnavailable {
	return new HomeserverUnavailable(`${reason} (${errcode})`);
}

async function setDisplayName(
	{ storage, clock }: SynapseHomeserverDeps,
	{ by, displayName }: Parameters<PersonNaming["setDisplayName"]>[0],
): ReturnType<PersonNaming["setDisplayName"]> {
	if (displayName !== undefined && [...displayName].length > longestDisplayName)
		return { ok: false, reason: "too-long", atMost: longestDisplayName };
	return storage.write(async (unit) => {
		const [{ accountId }, now] = [by, clock()];
		if (!(await unit.browserSessions.isSignedIn(by, now))) return { ok: false, reason: "signed-out" };
		await unit.profiles.setDisplayName(accountId, displayName);
		const telling = { kind: "set-display-name", displayName } as const;
		await unit.homeserverTasks.add({ accountId, telling, now });
		return { ok: true };
	});
}

/**
 * At once: told later, it would undo what its app says meanwhile. Synapse tells everybody who shares a room with the
 * person that their devices changed, and takes nothing back with a transaction of ours: who asks is looked at last.
 */
async function renameDevice(
	api: MasApi,
	{ storage, clock }: SynapseHomeserverDeps,
	{ by, localpart, deviceId, displayName }: Parameters<DeviceNaming["renameDevice"]>[0],
): ReturnType<DeviceNaming["renameDevice"]> {
	if (!(await storage.read.browserSessions.isSignedIn(by, clock())))
		return { ok: false, reason: "signed-out" };
	const outcome = await api.updateDeviceDisplayName({ localpart, deviceId, displayName });
	if (outcome.ok) return { ok: true };
	if (outcome.reason === "too-long") return { ok: false, reason: "too-long", atMost: longestDeviceName };
	if (outcome.reason === "unknown-user") return { ok: false, reason: "no-such-device" };
	throw refused(outcome);
}
