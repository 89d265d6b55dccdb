import { type DeviceId, member } from "@countersign/protocol";
import type { MasCall, MasOutcome } from "./mas-call.ts";

/**
 * Synapse's interface for its authentication service, call by call. Each may be repeated, and throws
 * `HomeserverUnavailable` where Synapse gave no answer that can be understood.
 * @see https://github.com/element-hq/synapse/tree/develop/synapse/rest/synapse/mas
 */
export interface MasApi {
	queryUser(localpart: string, timeoutMs?: number): Promise<MasOutcome<MasUser>>;
	isLocalpartAvailable(localpart: string): Promise<MasOutcome<Done>>;
	/** Makes the person, or changes what is given about one there is. What is absent stays. */
	provisionUser(user: MasProvision): Promise<MasOutcome<{ readonly created: boolean }>>;
	/** A name takes the place of an earlier one; without one that stays. */
	upsertDevice(device: NamedDevice & { readonly displayName?: string }): Promise<MasOutcome<Done>>;
	/** Of a device that does not exist, `unknown-user`. */
	updateDeviceDisplayName(device: NamedDevice & { readonly displayName: string }): Promise<MasOutcome<Done>>;
	/** Also of a device that does not exist. */
	deleteDevice(device: NamedDevice): Promise<MasOutcome<Done>>;
	/** Deletes every device that is not named, those of bridges too, but not the dehydrated one. */
	syncDevices(devices: {
		readonly localpart: string;
		readonly deviceIds: readonly string[];
	}): Promise<MasOutcome<Done>>;
	deleteUser(user: { readonly localpart: string; readonly erase: boolean }): Promise<MasOutcome<Done>>;
	reactivateUser(localpart: string): Promise<MasOutcome<Done>>;
	setDisplayName(user: {
		readonly localpart: string;
		readonly displayName: string;
	}): Promise<MasOutcome<Done>>;
	unsetDisplayName(localpart: string): Promise<MasOutcome<Done>>;
	/** For ten minutes from now, to every device of the person. */
	allowCrossSigningReset(localpart: string): Promise<MasOutcome<Done>>;
}

type Done = Readonly<Record<string, never>>;

interface NamedDevice {
	readonly localpart: string;
	readonly deviceId: DeviceId;
}

interface MasProvision {
	readonly localpart: string;
	/** Empty: takes it away. */
	readonly displayName?: string;
	/** Empty: takes it away. */
	readonly avatarUrl?: string;
	/** In the place of all that there are. */
	readonly emails?: readonly string[];
	readonly locked?: boolean;
}

interface MasUser {
	readonly displayName?: string;
	readonly deactivated: boolean;
}

/** Somebody waits for the answer. */
const waitedForMs = 5_000;
/** Nobody does, and there may be much to take apart. */
const thoroughMs = 30_000;

const done = (): Done => ({});

export function createMasApi(call: MasCall): MasApi {
	const post = (name: string, body: Readonly<Record<string, unknown>>) =>
		call({ name, body, timeoutMs: waitedForMs, parse: done });
	const remove = (name: string, body: Readonly<Record<string, unknown>>) =>
		call({ name, body, timeoutMs: thoroughMs, isHarmfulLate: true, parse: done });
	return {
		queryUser: (localpart, timeoutMs = waitedForMs) =>
			call({ name: "query_user", query: { localpart }, timeoutMs, parse: (_, body) => parseUser(body) }),

		isLocalpartAvailable: (localpart) =>
			call({
				...{ name: "is_localpart_available", query: { localpart }, timeoutMs: waitedForMs, parse: done },
				refusals: {
					M_USER_IN_USE: "localpart-taken",
					M_INVALID_USERNAME: "localpart-invalid",
					M_EXCLUSIVE: "localpart-exclusive",
				},
			}),

		provisionUser: (user) =>
			call({
				...{ name: "provision_user", body: provisionBody(user), timeoutMs: waitedForMs },
				parse: (status) => ({ created: status === 201 }),
				refusals: { M_USER_IN_USE: "localpart-taken" },
			}),

		upsertDevice: ({ localpart, deviceId, displayName }) =>
			call({
				name: "upsert_device",
				body: {
					...{ localpart, device_id: deviceId },
					...(displayName !== undefined && { display_name: displayName }),
				},
				...{ timeoutMs: waitedForMs, parse: done },
				refusals: { M_FORBIDDEN: "device-id-in-use", M_TOO_LARGE: "too-long" },
			}),

		updateDeviceDisplayName: ({ localpart, deviceId, displayName }) =>
			call({
				name: "update_device_display_name",
				body: { localpart, device_id: deviceId, display_name: displayName },
				// A copy that comes late would name a device that was made anew.
				...{
					timeoutMs: waitedForMs,
					isHarmfulLate: true,
					parse: done,
					refusals: { M_TOO_LARGE: "too-long" },
				},
			}),

		deleteDevice: ({ localpart, deviceId }) => remove("delete_device", { localpart, device_id: deviceId }),
		syncDevices: ({ localpart, deviceIds }) => remove("sync_devices", { localpart, devices: deviceIds }),
		deleteUser: ({ localpart, erase }) => remove("delete_user", { localpart, erase }),
		reactivateUser: (localpart) => post("reactivate_user", { localpart }),
		setDisplayName: ({ localpart, displayName }) =>
			post("set_displayname", { localpart, displayname: displayName }),
		unsetDisplayName: (localpart) => post("unset_displayname", { localpart }),
		allowCrossSigningReset: (localpart) => post("allow_cross_signing_reset", { localpart }),
	};
}

/** Synapse refuses a body that names both ways to change one thing, whatever they say: each is there or not. */
function provisionBody({ localpart, displayName, avatarUrl, emails, locked }: MasProvision) {
	return {
		localpart,
		...(displayName === "" && { unset_displayname: true }),
		...(displayName && { set_displayname: displayName }),
		...(avatarUrl === "" && { unset_avatar_url: true }),
		...(avatarUrl && { set_avatar_url: avatarUrl }),
		...(emails?.length === 0 && { unset_emails: true }),
		...(emails && emails.length > 0 && { set_emails: emails }),
		...(locked !== undefined && { locked }),
	};
}

function parseUser(body: Readonly<Record<string, unknown>>): MasUser | undefined {
	const displayName = member(body, "display_name");
	const deactivated = member(body, "is_deactivated");
	if (typeof deactivated !== "boolean") return undefined;
	return { ...(typeof displayName === "string" && { displayName }), deactivated };
}
