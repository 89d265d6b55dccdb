import type { MasApi } from "./mas-api.ts";
import type { MasOutcome, MasRefusal } from "./mas-call.ts";
import type { HomeserverTask, HomeserverTaskKind } from "./ports.ts";
import { provision } from "./provision.ts";

/** How Synapse took it. Without an answer, `HomeserverUnavailable` is thrown. */
export type Told =
	| { readonly ok: true }
	/** Trying again helps once somebody has changed a setting. */
	| { readonly ok: false; readonly lasting: false; readonly failure: string }
	/** Trying again never helps. */
	| { readonly ok: false; readonly lasting: true; readonly failure: string };

type Call = (api: MasApi, task: HomeserverTask) => Promise<MasOutcome<unknown>>;

/** Every one may be told twice: a crash can come between the answer and our writing it down. */
const calls: Readonly<Record<HomeserverTaskKind, Call>> = {
	/** An upsert: the second time it sets the same name again. */
	"add-user": provision,
	/** Sets what is set. */
	"set-display-name": (api, { localpart, detail }) =>
		detail === "" ? api.unsetDisplayName(localpart) : api.setDisplayName({ localpart, displayName: detail }),
	/** Sets what is set. */
	"set-locked": (api, { localpart, detail }) => api.provisionUser({ localpart, locked: detail === "yes" }),
	/** A device that is gone is no error; and until the task is, nobody here makes it anew. */
	"delete-device": (api, { localpart, detail }) => api.deleteDevice({ localpart, deviceId: detail }),
	/** Closing a closed account only erases what was to be erased; it is opened again by a later task alone. */
	"delete-user": (api, { localpart, detail }) => api.deleteUser({ localpart, erase: detail === "yes" }),
	/** Opening an open account changes nothing. */
	"reactivate-user": (api, { localpart }) => api.reactivateUser(localpart),
};

/** Somebody who was just made known and is not is a fault of the moment; settings can be mended. */
const healing: readonly MasRefusal[] = ["secret-refused", "unknown-user"];

/** With somebody unknown to Synapse, there is nothing to delete. */
const needless: readonly HomeserverTaskKind[] = ["delete-device", "delete-user"];

/** Tells Synapse one thing, and about the person first where it does not know them. */
export async function tell(api: MasApi, task: HomeserverTask): Promise<Told> {
	const call = calls[task.kind];
	let outcome = await call(api, task);
	if (!outcome.ok && outcome.reason === "unknown-user") {
		if (needless.includes(task.kind)) return { ok: true };
		outcome = await provision(api, task);
		if (outcome.ok) outcome = await call(api, task);
	}
	if (outcome.ok) return { ok: true };
	const failure = `${outcome.reason} (${outcome.errcode})`;
	return { ok: false, lasting: !healing.includes(outcome.reason), failure };
}
