import { type IdentityReset, prepareIdentityReset } from "@countersign/client";
import type { Asked, Option } from "../command.ts";
import type { Device } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import type { StatusTold } from "../report/index.ts";
import { type Wishes, writeWishes } from "../state/index.ts";
import { adviceWords } from "../words/index.ts";
import { wishesOf } from "./completing.ts";
import { recoveryKeyFileOf } from "./recovery-key-file.ts";

/** Options of commands that make a new identity. */
export const beginningOptions = {
	"no-recovery-key": {
		about: "leave recovery and backup as they are; another device is then the only way back",
	},
} as const satisfies Record<string, Option>;

/** Makes the new keys and writes them down; nothing is sent. One that is under way is taken up instead. */
export async function begin(
	asked: Asked,
	device: Device,
	what: Wishes["what"],
): Promise<{ readonly reset: IdentityReset; readonly wishes: Wishes }> {
	const withoutKey = asked.flag("no-recovery-key");
	const isUnderWay = (await device.store.get()) !== undefined;
	const wishes = isUnderWay
		? await wishesOf(asked)
		: { what, saveRecoveryKey: withoutKey ? undefined : await recoveryKeyFileOf(asked) };
	const reset = await prepareIdentityReset({
		...device,
		recovery: { kind: withoutKey ? "none" : "new-key" },
		oldBackup: asked.flag("delete-old-backup") ? "delete-after-success" : "keep",
	});
	await writeWishes(asked.state, wishes);
	return { reset, wishes };
}

/** There is an identity already, and there are milder ways to it than a new one. */
export function refuseExisting({ advice, fingerprint = "" }: StatusTold): Refusal {
	const [milder = "Look at it first:  xsign status"] = adviceWords[advice];
	return new Refusal("identity-exists", { advice: milder, fingerprint });
}
