import type { Certificate } from "./certificate.ts";
import type { DataState, DirectoryState, MailState } from "./ports.ts";
import type { Question, Reply } from "./question.ts";
import type { Setup } from "./setup.ts";

/** Everything that was found out before anything is judged. */
export interface Facts {
	readonly setup: Setup;
	readonly reply: (question: Question) => Reply;
	/** By the URL it was shown at; only https ones have any. */
	readonly certificates: ReadonlyMap<string, Certificate>;
	readonly data: DataState;
	/** Absent where no mail server is set. */
	readonly mail?: MailState | undefined;
	/** Absent where none is set. */
	readonly directory?: DirectoryState | undefined;
	/** Epoch ms. */
	readonly now: number;
}
