import { scrubbedFact, scrubbedWords } from "./scrub.ts";

/** What a line says of an error. */
interface PlainError {
	readonly type: string;
	readonly stack: string;
	/** Not `code`, which is the name of a secret elsewhere and cut. */
	readonly errorCode?: string;
	readonly cause?: PlainError;
}

const deepestCause = 5;

/**
 * Name, message, stack, code and cause of an error, free of secrets, and nothing else: errors of node and of
 * libraries carry the address or the text they failed on as members of their own.
 */
export function plainError(error: unknown, depth = 0): PlainError {
	if (!(error instanceof Error)) return { type: typeof error, stack: scrubbedWords(said(error)) };
	const { cause } = error;
	const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
	return {
		type: scrubbedFact(error.name),
		stack: scrubbedStack(error),
		...(code !== undefined && { errorCode: scrubbedWords(code) }),
		...(cause !== undefined && depth < deepestCause && { cause: plainError(cause, depth + 1) }),
	};
}

/** Of what is no error, only a text says something. */
function said(thrown: unknown): string {
	return typeof thrown === "object" || typeof thrown === "function" ? "" : String(thrown);
}

/** Where it was thrown is said by names and files of ours, and what it says may be anybody's. */
function scrubbedStack({ name, message, stack = `${name}: ${message}` }: Error): string {
	const begins = stack.indexOf(message);
	// A message that was changed later is not in the stack, and the one that is there cannot be told from it.
	if (begins < 0) return scrubbedWords(stack);
	const ends = begins + message.length;
	return scrubbedFact(stack.slice(0, begins)) + scrubbedWords(message) + scrubbedFact(stack.slice(ends));
}
