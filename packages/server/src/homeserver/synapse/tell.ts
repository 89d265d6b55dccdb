import { HomeserverUnavailable } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Told } from "../../tasks/index.ts";
import type { MasApi } from "./mas-api.ts";
import type { MasOutcome, MasRefusal } from "./mas-call.ts";
import type { HomeserverTask, Telling } from "./ports.ts";
import { provision } from "./provision.ts";

/** Every one may be told twice: a crash can come between the answer and our writing it down. */
function call(api: MasApi, task: HomeserverTask, telling: Telling): Promise<MasOutcome<unknown>> {
	const { localpart } = task;
	switch (telling.kind) {
		case "add-user":
			// An upsert: the second time it sets the same name again.
			return provision(api, task);
		case "set-display-name": {
			const { displayName } = telling;
			if (displayName === undefined) return api.unsetDisplayName(localpart);
			return api.setDisplayName({ localpart, displayName });
		}
		case "set-locked":
			return api.provisionUser({ localpart, locked: telling.locked });
		case "delete-device":
			// A device that is gone is no error; and until the task is, nobody here makes it anew.
			return task.isRepeat ? deleteIfThere(api, task, telling) : api.deleteDevice({ localpart, ...telling });
		case "delete-all-devices":
			// Until it is told nobody here makes a device, so there is none to keep. Synapse keeps the dehydrated one.
			return api.syncDevices({ localpart, deviceIds: [] });
		case "delete-user":
			// Closing a closed account only erases what was to be erased; it is opened again by a later task alone.
			return api.deleteUser({ localpart, erase: telling.erase });
		case "reactivate-user":
			// Opening an open account changes nothing.
			return api.reactivateUser(localpart);
	}
}

/**
 * Of a removal, there or not, Synapse tells everybody who shares a room with the person, on every server. Only a device
 * that is there can be named, and the name says what it is to whoever sees it before it goes.
 */
async function deleteIfThere(
	api: MasApi,
	{ localpart }: HomeserverTask,
	{ deviceId }: { readonly deviceId: DeviceId },
): Promise<MasOutcome<unknown>> {
	const named = await api.updateDeviceDisplayName({ localpart, deviceId, displayName: "Signed out" });
	return named.ok ? api.deleteDevice({ localpart, deviceId }) : named;
}

/** Somebody who was just made known and is not is a fault of the moment; settings can be mended. */
const healing: readonly MasRefusal[] = ["secret-refused", "unknown-user"];

/** Of somebody, or something, unknown to Synapse there is nothing to delete. */
const needless: readonly Telling["kind"][] = ["delete-device", "delete-all-devices", "delete-user"];

/** Tells Synapse one thing, and about the person first where it does not know them. */
export async function tell(api: MasApi, task: HomeserverTask): Promise<Told> {
	try {
		return await tellOrThrow(api, task);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return { ok: false, lasting: false, failure: error.message };
	}
}

async function tellOrThrow(api: MasApi, task: HomeserverTask): Promise<Told> {
	const { telling } = task;
	if (telling === undefined)
		return { ok: false, lasting: true, failure: "what was to be told cannot be read" };
	let outcome = await call(api, task, telling);
	if (!outcome.ok && outcome.reason === "unknown-user") {
		if (needless.includes(telling.kind)) return { ok: true };
		outcome = await provision(api, task);
		if (outcome.ok) outcome = await call(api, task, telling);
	}
	if (outcome.ok) return { ok: true };
	const failure = `${outcome.reason} (${outcome.errcode})`;
	return { ok: false, lasting: !healing.includes(outcome.reason), failure };
}
