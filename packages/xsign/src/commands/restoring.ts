import { readFile } from "node:fs/promises";
import { clientErrorCode, isClientError, keyFingerprint, restoreIdentity } from "@countersign/client";
import type { Asked } from "../command.ts";
import type { Device } from "../device/index.ts";
import { Refusal } from "../refusal.ts";

/** The first line of a file, or of what is typed. @throws `usage` for a file that cannot be read */
export async function secretFrom(asked: Asked, file: string | undefined): Promise<string> {
	if (file === undefined) return (await asked.askSecret("Recovery key or passphrase: ")).trim();
	const text = await readFile(file, "utf8").catch((cause: unknown) => {
		throw new Refusal("usage", { problem: `${file} cannot be read.` }, { cause });
	});
	return text.split("\n", 1)[0]?.trim() ?? "";
}

/** Takes the identity over with what opens recovery: a recovery key or, where it is none, a passphrase. */
export async function restoreWith(asked: Asked, device: Device, secret: string): Promise<void> {
	if (secret === "") throw new Refusal("no-answer");
	const { report, signal } = asked;
	report.tell({ event: "step", step: "restore" });
	const options = { ...device, signal };
	const { masterKey } = await restoreIdentity({
		...options,
		recovery: { kind: "recovery-key", recoveryKey: secret },
	}).catch((error: unknown) => {
		if (!isClientError(error, clientErrorCode.recoveryKeyWrong)) throw error;
		return restoreIdentity({ ...options, recovery: { kind: "passphrase", passphrase: secret } });
	});
	await device.save();
	report.tell({ event: "done", what: "restored", fingerprint: keyFingerprint(masterKey) });
}
