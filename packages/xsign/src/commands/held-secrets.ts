import type { HeldSecrets } from "@countersign/client";
import type { Device } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { readStatus } from "./read-status.ts";

/** The identity's secrets, for what only its holder can do. @throws `reset-under-way`, `no-identity`, `not-held` */
export async function heldSecrets(
	device: Device,
): Promise<{ readonly fingerprint: string; readonly secrets: HeldSecrets }> {
	const { fingerprint, held, underWay } = await readStatus(device);
	if (underWay !== undefined) throw new Refusal("reset-under-way");
	if (fingerprint === undefined) throw new Refusal("no-identity");
	if (!held) throw new Refusal("not-held");
	const bundle = await device.machine.exportSecretsBundle();
	// The form of MSC4108, which the crypto writes itself.
	return { fingerprint, secrets: bundle.to_json() as HeldSecrets };
}
