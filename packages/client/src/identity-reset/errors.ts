import { type ClientErrorCode, type ClientErrorDetails, CountersignClientError } from "../errors.ts";
import type { ResetStep } from "./next-step.ts";

/** What is known of a reset that did not come to its end. */
export interface ResetErrorDetails extends ClientErrorDetails {
	readonly step: ResetStep;
	readonly safe: boolean;
	readonly resumable: boolean;
	readonly cause?: unknown;
}

/** Why a reset did not come to its end. The original error, where there is one, is its `cause`. */
export class IdentityResetError extends CountersignClientError {
	override readonly name = "IdentityResetError";
	/** The step that was under way. */
	readonly step: ResetStep;
	/** Nothing has changed: the old identity stands, and crypto store, secret storage and backup are as before. */
	declare readonly safe: boolean;
	/** Running it again, with the same keys, may complete it. False: forget it and prepare another one. */
	readonly resumable: boolean;

	constructor(code: ClientErrorCode, message: string, details: ResetErrorDetails) {
		super(code, message, details);
		this.step = details.step;
		this.resumable = details.resumable;
	}
}
