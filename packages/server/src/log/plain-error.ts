/** What a line says of an error. */
interface PlainError {
	readonly type: string;
	readonly stack: string;
	/** Not `code`, which is the name of a secret elsewhere and cut. */
	readonly errorCode?: string;
	readonly cause?: PlainError;
}

const deepestCause = 5;
/** A query or fragment: codes, states and sessions stand there. */
const query = /[?#][^\s"'<>)]*/g;
/** Tokens of every kind, wherever they were pasted: the whole family, so that a new kind is cut from its first day. */
const token = /m[a-z]{2}_[0-9A-Za-z]{16,}(?:_[0-9A-Za-z]+)?/g;
/** The user and the password in the address of a database. */
const userInfo = /(?<=\bpostgres(?:ql)?:\/\/)[^\s"'<>]*@/g;
/** A parser's words about bad JSON quote the text it could not read. */
const quotedJson = /(Unexpected [^\n]*?), ?(?:\.\.\.)?"[^\n]*(?= is not valid JSON)/g;

/**
 * Name, message, stack, code and cause of an error, free of secrets, and nothing else: errors of node and of
 * libraries carry the address or the text they failed on as members of their own.
 */
export function plainError(error: unknown, depth = 0): PlainError {
	if (!(error instanceof Error)) return { type: typeof error, stack: scrubbed(String(error)) };
	const { cause } = error;
	const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
	return {
		type: error.name,
		stack: scrubbed(error.stack ?? `${error.name}: ${error.message}`),
		...(code !== undefined && { errorCode: code }),
		...(cause !== undefined && depth < deepestCause && { cause: plainError(cause, depth + 1) }),
	};
}

function scrubbed(text: string): string {
	return text
		.replaceAll(quotedJson, "$1")
		.replaceAll(token, "[token]")
		.replaceAll(userInfo, "[cut]@")
		.replaceAll(query, "[cut]");
}
