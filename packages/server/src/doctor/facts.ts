import type { Certificate } from "./certificate.ts";
import type { DataState } from "./ports.ts";
import type { Question, Reply } from "./question.ts";
import type { Setup } from "./setup.ts";

/** Everything that was found out before anything is judged. */
export interface Facts {
	readonly setup: Setup;
	readonly reply: (question: Question) => Reply;
	/** By the URL it was shown at; only https ones have any. */
	readonly certificates: ReadonlyMap<string, Certificate>;
	readonly data: DataState;
	/** Epoch ms. */
	readonly now: number;
}
