import {
	type ApprovalChallenge,
	clientErrorCode,
	type IdentityReset,
	isClientError,
	keyFingerprint,
} from "@countersign/client";
import type { Asked, Option } from "../command.ts";
import type { Device } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { readSession, readWishes, type Wishes, writeWishes } from "../state/index.ts";
import { keepRecoveryKey } from "./recovery-key-file.ts";

/** Options of every command that may have to wait for an approval. */
export const waitingOptions = {
	"no-wait": { about: "ask, and end with exit code 75 where somebody has to approve; resume goes on" },
	wait: { value: "MINUTES", about: "how long to wait for the approval (15)" },
	"save-recovery-key": { value: "FILE", about: "write the recovery key there (0600) instead of showing it" },
} as const satisfies Record<string, Option>;

const defaultMinutes = 15;

/** How long to wait, in milliseconds. @throws `usage` */
export function waitOf(asked: Asked): number {
	if (asked.flag("no-wait")) return 0;
	const text = asked.option("wait");
	const minutes = text === undefined ? defaultMinutes : Number(text);
	if (minutes > 0 && minutes <= 1440) return minutes * 60_000;
	throw new Refusal("usage", { problem: `--wait ${text}: a number of minutes is needed, up to 1440.` });
}

/** Brings a reset to its end, or as far as it gets; what is left is kept for `resume`. */
export async function complete(
	asked: Asked,
	device: Device,
	{ reset, wishes }: { readonly reset: IdentityReset; readonly wishes: Wishes },
): Promise<void> {
	const { report, signal, state } = asked;
	const timeoutMs = waitOf(asked);
	const until = timeoutMs === 0 ? undefined : asked.now() + timeoutMs;
	let wasAsked = false;
	const present = ({ url, fingerprint, isAtKnownHost }: ApprovalChallenge) => {
		report.tell({ event: "approve", url, fingerprint, until, isInPlace: wasAsked, isAtKnownHost });
		wasAsked = true;
	};
	try {
		await reset.run({
			present,
			knownPages: await signInPages(asked),
			timeoutMs,
			signal,
			saveRecoveryKey: (key) => keepRecoveryKey(asked, key, wishes.saveRecoveryKey),
			password: () => passwordOf(asked, device),
			onStep: (step) => report.tell({ event: "step", step }),
		});
	} catch (error) {
		// Keys that somebody refused are not shown to them again.
		if (isClientError(error, clientErrorCode.approvalDenied)) await reset.abandon();
		const isPending = timeoutMs === 0 && wasAsked && isClientError(error, clientErrorCode.approvalExpired);
		throw isPending ? new Refusal("approval-pending", {}, { cause: error }) : error;
	}
	await writeWishes(state, undefined);
	report.tell({ event: "done", what: wishes.what, fingerprint: keyFingerprint(reset.masterKey) });
}

/** Where somebody signed in; undefined for a token that was given. */
async function signInPages({ state }: Asked): Promise<readonly string[] | undefined> {
	const auth = (await readSession(state))?.auth;
	return auth?.kind === "oauth" ? auth.pages : undefined;
}

/** Undefined where nothing was entered: the person would rather not. */
async function passwordOf({ askSecret }: Asked, { session }: Device): Promise<string | undefined> {
	const given = await askSecret(`Password of ${session.userId}, which the homeserver asks for: `);
	return given === "" ? undefined : given;
}

/** What this reset is to end with: as it was begun, unless said otherwise now. */
export async function wishesOf(asked: Asked): Promise<Wishes> {
	const before = await readWishes(asked.state);
	return { ...before, saveRecoveryKey: asked.option("save-recovery-key") ?? before.saveRecoveryKey };
}
