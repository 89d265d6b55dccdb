import { clientErrorCode, isClientError } from "@countersign/client";
import type { Asked, Command } from "../command.ts";
import { type Device, withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import type { StatusTold } from "../report/index.ts";
import { begin, beginningOptions, refuseExisting } from "./begin.ts";
import { complete, waitingOptions, waitOf } from "./completing.ts";
import { readStatus } from "./read-status.ts";
import { restoreWith, secretFrom } from "./restoring.ts";

export const reset: Command = {
	name: "reset",
	options: {
		replace: {
			value: "FINGERPRINT",
			about: "replace this identity, though it is not lost; status prints it",
		},
		"recovery-key-file": {
			value: "FILE",
			about: "try this recovery key first, and reset only if it does not help",
		},
		...beginningOptions,
		"delete-old-backup": { about: "delete the old backup of message keys once all is done (it is kept)" },
		...waitingOptions,
	},
	about: "replace a lost identity, with your approval; nothing is lost if you refuse",
	details:
		"Makes new keys, asks for your approval on a page of your server, and only then puts them in place: this device is signed, a new recovery key and a new backup are made. Until the server has taken the new keys nothing is changed: a refusal, a crash or a lost connection costs nothing. The keys are kept, so that resume goes on with the same ones, for which one approval is enough.",
	examples: [
		["xsign reset", "shows the page to approve on, and waits"],
		[
			"xsign reset --no-wait --json --show-url --save-recovery-key key.txt",
			"for programs: ends with 75; then xsign resume",
		],
		["xsign reset --recovery-key-file key.txt", "resets only if the key does not help"],
		["xsign reset --replace 'zRSz f5Vu lTGU …'", "replaces an identity that is not lost"],
	],
	run(asked) {
		waitOf(asked);
		return withDevice(asked, async (device) => {
			const status = await readStatus(device);
			if (status.underWay === undefined) {
				if (status.fingerprint === undefined) throw new Refusal("no-identity");
				if (await isRestored(asked, device)) return;
				refuseUnlessLost(asked, status);
			}
			await complete(asked, device, await begin(asked, device, "reset"));
		});
	},
};

async function isRestored(asked: Asked, device: Device): Promise<boolean> {
	const file = asked.option("recovery-key-file");
	if (file === undefined) return false;
	try {
		await restoreWith(asked, device, await secretFrom(asked, file));
		return true;
	} catch (error) {
		const isUseless =
			isClientError(error, clientErrorCode.recoveryKeyWrong) ||
			isClientError(error, clientErrorCode.nothingToRestore);
		if (!isUseless) throw error;
		return false;
	}
}

/** Whoever replaces an identity that can be had says which one: no script does so by accident, or twice. */
function refuseUnlessLost(asked: Asked, status: StatusTold): void {
	const named = asked.option("replace");
	const { fingerprint = "", advice, otherTrustedDevices } = status;
	if (named !== undefined) {
		if (bare(named) === bare(fingerprint)) return;
		throw new Refusal("wrong-fingerprint", { fingerprint });
	}
	// A recovery key that was tried in vain leaves other devices as the milder way.
	const wasTried = advice === "restore" && asked.option("recovery-key-file") !== undefined;
	const milder = wasTried && otherTrustedDevices.length > 0 ? "verify-with-another-device" : advice;
	if (milder !== "reset" && !(wasTried && milder === "restore"))
		throw refuseExisting({ ...status, advice: milder });
}

function bare(fingerprint: string): string {
	return fingerprint.replaceAll(/\s/g, "");
}
