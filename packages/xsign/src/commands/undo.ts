import {
	type ClientErrorCode,
	clientErrorCode,
	isClientError,
	type RecoverySecret,
	restoreKeptMessages,
} from "@countersign/client";
import type { Asked, Command } from "../command.ts";
import { type Device, withDevice } from "../device/index.ts";
import { Refusal, type RefusalCode } from "../refusal.ts";
import { readStatus } from "./read-status.ts";
import { secretFrom } from "./restoring.ts";

export const undo: Command = {
	name: "undo",
	options: {
		"recovery-key-file": { value: "FILE", about: "read the old recovery key there instead of asking for it" },
		wait: { value: "MINUTES", about: "how long to wait until you let this device read (10)" },
	},
	about: "make messages from before a reset readable, with the old recovery key",
	details:
		"Your server may keep the backup that an app removed on the way to a reset, for some days. You let this device read it, on a page of your server; its message keys are then moved into your new backup, by the recovery key or passphrase that you had before the reset. That key stays on this machine. This device has to hold your new identity: xsign restore.",
	examples: [
		["xsign undo", "asks for the old recovery key, and shows the page to open"],
		["xsign undo --json --show-url --recovery-key-file old-key.txt", "for programs"],
	],
	run: (asked) => {
		const timeoutMs = waitOf(asked);
		return withDevice(asked, async (device) => {
			const { fingerprint, held, underWay } = await readStatus(device);
			if (underWay !== undefined) throw new Refusal("reset-under-way");
			if (fingerprint === undefined) throw new Refusal("no-identity");
			if (!held) throw new Refusal("not-held");
			await useKnownBackup(device);
			const secret = await secretFrom(asked, asked.option("recovery-key-file"));
			if (secret === "") throw new Refusal("no-answer");
			const roomKeys = await moveKeys(asked, device, { secret, timeoutMs });
			await device.save();
			const { total, imported } = roomKeys;
			if (imported === 0 && total > 0) throw new Refusal("none-opened", { total: String(total) });
			asked.report.tell({ event: "done", what: "undone", fingerprint, roomKeys });
		});
	},
};

const defaultMinutes = 10;

function waitOf(asked: Asked): number {
	const text = asked.option("wait");
	const minutes = text === undefined ? defaultMinutes : Number(text);
	if (minutes > 0 && minutes <= 60) return minutes * 60_000;
	throw new Refusal("usage", { problem: `--wait ${text}: a number of minutes is needed, up to 60.` });
}

/** The machine keeps the key of its backup, but begins each time without one. */
async function useKnownBackup({ machine, crypto }: Device): Promise<void> {
	const {
		decryptionKey,
		decryptionKeyBase64: secret,
		backupVersion: version,
	} = await machine.getBackupKeys();
	if (decryptionKey === undefined || secret === undefined || version === undefined) return;
	await crypto.useBackup({ publicKey: decryptionKey.megolmV1PublicKey.publicKeyBase64, secret, version });
}

interface Given {
	/** A recovery key or, where it is none, a passphrase. */
	readonly secret: string;
	readonly timeoutMs: number;
}

async function moveKeys(asked: Asked, device: Device, { secret, timeoutMs }: Given) {
	const { report, signal } = asked;
	const until = asked.now() + timeoutMs;
	const moveBy = (recovery: RecoverySecret) =>
		restoreKeptMessages({
			...device,
			...{ recovery, signal, timeoutMs },
			present: ({ url }) => report.tell({ event: "let-read", url, until }),
		});
	try {
		return await moveBy({ kind: "recovery-key", recoveryKey: secret }).catch((error: unknown) => {
			if (!isClientError(error, clientErrorCode.recoveryKeyWrong)) throw error;
			return moveBy({ kind: "passphrase", passphrase: secret });
		});
	} catch (cause) {
		const code = isClientError(cause) ? refusals.get(cause.code) : undefined;
		throw code === undefined ? cause : new Refusal(code, {}, { cause });
	}
}

/** What the library says of any recovery, in the words of this one. */
const refusals: ReadonlyMap<ClientErrorCode, RefusalCode> = new Map([
	[clientErrorCode.recoveryKeyWrong, "old-key-wrong"],
	[clientErrorCode.nothingToRestore, "nothing-kept"],
	[clientErrorCode.identityIncomplete, "no-signed-backup"],
]);
