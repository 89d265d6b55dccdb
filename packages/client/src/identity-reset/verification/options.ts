import type { HomeserverSession } from "../homeserver.ts";
import type { MachineLoop } from "./machine-loop.ts";
import type { ComparedEmoji, VerifyingMachine, VerifyingModule } from "./machine-parts.ts";

/** What `verifyWithOtherDevice` needs. */
export interface VerificationOptions {
	readonly session: HomeserverSession;
	/** The module `@matrix-org/matrix-sdk-crypto-wasm`, after `initAsync()`. */
	readonly wasm: VerifyingModule;
	/** The app's `OlmMachine`. Its device keys are uploaded where they are not yet. */
	readonly machine: VerifyingMachine;
	/**
	 * Shows seven emoji, and resolves to whether the other device shows the same ones in the same order. `signal` fires
	 * when that does not matter any more. Never answer for the person: the comparison is all the security there is.
	 */
	readonly compare: (emoji: readonly ComparedEmoji[], signal: AbortSignal) => Promise<boolean>;
	/**
	 * `ask` sends a request to the person's other devices, and takes one of theirs as well, whichever comes first; `wait`
	 * only takes one of theirs. Default `ask`.
	 */
	readonly begin?: "ask" | "wait" | undefined;
	/**
	 * Who talks to `/sync`: this call, for an app that does not sync; or the app, whose loop then has to run meanwhile,
	 * feed the machine and send what it wants to have sent. Never both: they would take messages away from each other.
	 * Default `here`.
	 */
	readonly sync?: "here" | "by-the-app" | undefined;
	/** Told of each step as it is reached. */
	readonly onStep?: ((step: VerificationStep) => void) | undefined;
	/** Ends it; the other device is told. */
	readonly signal?: AbortSignal | undefined;
	/** For all of it, in milliseconds. Default 600 000: ten minutes, after which other devices forget a request. */
	readonly timeoutMs?: number | undefined;
}

/**
 * `asked`: the other devices show a request. `answered`: one of them took it, or asked itself. `comparing`: both show
 * emoji. `confirmed`: the person said here that they match. `verified`: so did the other device.
 */
export type VerificationStep = "asked" | "answered" | "comparing" | "confirmed" | "verified";

/** Two devices that trust each other. */
export interface VerificationOutcome {
	/** The person's master key, unpadded base64, which the comparison has proved to be theirs. */
	readonly masterKey: string;
	readonly otherDeviceId: string;
	/** Whether the other device handed the identity's secrets over; without them this device is trusted all the same. */
	readonly held: boolean;
	/** The backup whose key was handed over; undefined where none was. */
	readonly backupVersion: string | undefined;
}

/** A verification under way. */
export interface Verifying extends VerificationOptions {
	readonly loop: MachineLoop;
	readonly signal: AbortSignal;
}
