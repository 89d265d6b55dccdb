import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import type { Utf8, VerifyEd25519 } from "./signed-json.ts";

/** The `device_keys` of `POST /keys/upload`, every member kept. */
export interface DeviceKeys {
	readonly user_id: string;
	readonly device_id: string;
	readonly algorithms: readonly string[];
	/** `<algorithm>:<device id>` to the public key. */
	readonly keys: Readonly<Record<string, string>>;
	readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly [extra: string]: unknown;
}

export interface OneTimeKeyId {
	readonly algorithm: string;
	readonly keyId: string;
}

export function parseDeviceKeys(
	_body: unknown,
	_owner: { readonly userId: string; readonly deviceId: string },
): Parsed<DeviceKeys> {
	return refuse(errcodes.badJson, "device_keys must be an object");
}

export function checkDeviceKeySignature(
	_keys: DeviceKeys,
	_check: { readonly verify: VerifyEd25519; readonly utf8: Utf8 },
): Parsed<true> {
	return accept(true);
}

export function parseOneTimeKeyId(_id: string): Parsed<OneTimeKeyId> {
	return refuse(errcodes.badJson, "Key ids have the form algorithm:id");
}
