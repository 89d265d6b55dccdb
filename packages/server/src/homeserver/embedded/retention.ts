import type { Retention } from "../../jobs/ports.ts";
import type { ClientDataUnit } from "./client-data-ports.ts";
import type { RendezvousUnit } from "./rendezvous/ports.ts";

const day = 24 * 3_600_000;
const withDevice = "goes with the device";
const withAccount = "the person's own: goes when the account is closed";

export const embeddedRetention: Retention<RendezvousUnit & Pick<ClientDataUnit, "holds">> = {
	ends: [
		{
			...{ what: "places to meet", table: "rendezvous", keptMs: 0 },
			delete: ({ rendezvous }, { before }) => rendezvous.deleteExpired(before),
		},
		{
			...{ what: "what apps removed before a reset", table: "holds", keptMs: 30 * day },
			delete: ({ holds }, { before }) => holds.forgetEnded(before),
		},
	],
	stays: {
		stream_start: "one row: the position at which accounts without one of their own are",
		stream_positions: "one row for each account: whoever syncs has to hear that it was closed, too",
		key_changes: "one row for each account: whoever syncs has to hear that it was closed, too",
		cross_signing_key_names: "no key may return, nor name a device",
		dehydrated_devices: withDevice,
		device_keys: withDevice,
		one_time_keys: withDevice,
		claimed_keys: `${withDevice}, and each keeps the last thousand`,
		fallback_keys: withDevice,
		to_device_messages: `${withDevice}, or when it has them`,
		to_device_sends: `${withDevice}, or a day later, when it sends the next`,
		key_signatures: "go with the key that made them, or that they are on",
		cross_signing_keys: withAccount,
		account_data: withAccount,
		filters: withAccount,
		held_account_data: "goes with what is held or kept, which is put back or dropped",
		key_backups: `${withAccount}; till then a deleted version keeps its number, so that none is given out twice`,
		backed_up_keys: "go with their version",
	},
};
