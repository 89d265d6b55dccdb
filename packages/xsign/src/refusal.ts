/** Why `xsign` itself did not do what it was asked for. What servers refuse has a code of `@countersign/client`. */
export type RefusalCode =
	| "usage"
	| "no-answer"
	| "not-signed-in"
	| "signed-in-already"
	| "state-busy"
	| "state-damaged"
	| "device-taken"
	| "identity-exists"
	| "no-identity"
	| "not-held"
	| "no-recovery"
	| "files"
	| "wrong-fingerprint"
	| "nowhere-to-save"
	| "file-exists"
	| "nothing-under-way"
	| "accepted-already"
	| "reset-under-way"
	| "identity-would-be-lost"
	| "approval-pending"
	| "old-key-wrong"
	| "nothing-kept"
	| "none-opened"
	| "no-signed-backup";

/** Ends a command. `run.ts` turns it into an exit code and words, as it does with errors of the library. */
export class Refusal extends Error {
	override readonly name = "Refusal";
	readonly code: RefusalCode;
	/** What these words are filled in with. */
	readonly facts: Readonly<Record<string, string>>;

	constructor(code: RefusalCode, facts: Readonly<Record<string, string>> = {}, options?: ErrorOptions) {
		super(code, options);
		this.code = code;
		this.facts = facts;
	}
}
