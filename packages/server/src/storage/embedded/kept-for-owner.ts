import type { AccountId } from "@countersign/core";
import type { DeviceAddress } from "../../homeserver/embedded/ports.ts";

/** What goes when its account is closed. Only that removes it, see effects.ts: no app can ask for it. */
export interface KeptForAccount {
	removeAccount(accountId: AccountId): Promise<void>;
}

/** What goes with its device. */
export interface KeptForDevice {
	removeDevice(device: DeviceAddress): Promise<void>;
}
