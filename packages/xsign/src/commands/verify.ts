import {
	type ComparedEmoji,
	keyFingerprint,
	type VerificationStep,
	verifyWithOtherDevice,
} from "@countersign/client";
import type { Asked, Command } from "../command.ts";
import { type Device, withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { readStatus } from "./read-status.ts";

export const verify: Command = {
	name: "verify",
	options: {
		answer: { about: "wait for a request from another device instead of sending one" },
		wait: { value: "MINUTES", about: "how long to wait for the other device (10)" },
	},
	about: "have another device of yours vouch for this one, by comparing emoji",
	details:
		"Asks your other devices, or takes a request of theirs. Both then show seven emoji: only if they are the same, in the same order, is nobody in between. Afterwards others can see that this device is yours, and it holds your identity and the key of the backup. Nobody has to approve it, and nothing is replaced. With --json the emoji come as an event, and the answer, y or n, is a line of input.",
	examples: [
		["xsign verify", "accept the request on your phone, compare, answer y or n"],
		["xsign verify --answer", "begin on your phone instead"],
	],
	run: (asked) => {
		const timeoutMs = waitOf(asked);
		return withDevice(asked, async (device) => {
			const { fingerprint, underWay } = await readStatus(device);
			if (underWay !== undefined) throw new Refusal("reset-under-way");
			if (fingerprint === undefined) throw new Refusal("no-identity");
			await verifyBy(asked, device, timeoutMs);
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

async function verifyBy(asked: Asked, device: Device, timeoutMs: number): Promise<void> {
	const { report, signal } = asked;
	const begin = asked.flag("answer") ? "wait" : "ask";
	report.tell({ event: "step", step: begin === "ask" ? "ask-other-devices" : "await-request" });
	const { masterKey, held } = await verifyWithOtherDevice({
		...{ wasm: device.wasm, machine: device.machine, session: savingSession(device) },
		...{ begin, signal, timeoutMs },
		compare: (emoji, over) => compare(asked, emoji, over),
		onStep: (reached) => {
			const step = nextStep[reached];
			if (step !== undefined) report.tell({ event: "step", step });
		},
	});
	await device.save();
	const what = held ? "verified" : "verified-only";
	report.tell({ event: "done", what, fingerprint: keyFingerprint(masterKey) });
}

/** What begins when the library has reached something. */
const nextStep = {
	asked: "await-other-device",
	answered: "agree-on-emoji",
	comparing: undefined,
	confirmed: "await-same-answer",
	verified: "take-over",
} as const satisfies Record<VerificationStep, string | undefined>;

/** What the machine has made or heard is on the disk before a request depends on it, or says that it was heard. */
function savingSession({ session, save }: Device): Device["session"] {
	return {
		...session,
		// Asked for before each request.
		async accessToken(hint) {
			await save();
			return session.accessToken(hint);
		},
	};
}

async function compare(asked: Asked, emoji: readonly ComparedEmoji[], over: AbortSignal): Promise<boolean> {
	asked.report.tell({ event: "emoji", emoji });
	for (;;) {
		const line = await asked.askLine("Does the other device show the same, in the same order? [y/n] ", over);
		const answer = line.trim().toLowerCase();
		if (answer === "y" || answer === "yes") return true;
		if (answer === "n" || answer === "no") return false;
		if (!asked.isTerminal) throw new Refusal("usage", { problem: "The answer has to be y or n." });
	}
}
