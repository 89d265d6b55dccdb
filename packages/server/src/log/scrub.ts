/** Beyond this the rest is left out: what is so long quotes somebody. */
const longestText = 4_000;
/** A query or fragment: codes, states and sessions stand there. */
const query = /[?#][^\s"'<>)]*/g;
/**
 * Tokens of every kind, wherever they were pasted: the whole family, so that a new kind is cut from its first day; and
 * Synapse's own, which begin with a name, or are macaroons.
 */
const token =
	/m[a-z]{2}_[0-9A-Za-z]{16,}(?:_[0-9A-Za-z]+)?|sy[a-z]_[0-9A-Za-z+/]*_?[0-9A-Za-z_]+|MDA[\w-]{29,}=*/g;
/** The user and the password in the address of a database; a password may hold what no other address may. */
const databaseUser = /(?<=\bpostgres(?:ql)?:\/\/)[^\s"<>]*@/g;
/** The same in every other address. After three strokes, as in the files of a stack, nobody signs in. */
const anyUser = /(?<=:\/\/)[^\s"'<>/]*@/g;
/**
 * What stands between quotation marks, to the last of them, since what is quoted may hold some: parsers quote what they
 * could not read, `Headers` what it could not take, PostgreSQL the value it could not convert. The names of tables and
 * of headers are matched too, to be left as they are.
 */
const quoted =
	/\b(?:relation|column|table|constraint|index|database|schema|role|user|extension) "[\w$.-]+"|\["[\w-]+"\]|"(?:[\s\S]*"|[\s\S]*)/g;
/** How Node shows the value it was given. */
const received = /(?<=\bReceived )(?!undefined|null|an instance of)[^\n]*/g;
/** A header, to the end of its line. */
const header = /(?<=\b(?:authorization|cookie)["']?\s*[:=]\s*)\S[^\n]*/gi;
const scheme = /(?<=\b(?:Bearer|Basic|DPoP)\s+)[^\s"',]+/gi;
/** A member of a form, of JSON or of connection settings. */
const named =
	/(?<=\b(?:[\w-]*(?:password|passwd|passphrase|secret|token|csrf|verifier)|(?:\w+_)?code)["']?\s*[:=]\s*)[^\s&;,]+/gi;
/** What was drawn by lot: codes, cookies, references, keys. */
const drawn = /(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}/g;

/** Text of our own, such as an id, without the tokens and addresses that it may hold after all. */
export function scrubbedFact(text: string): string {
	return text
		.slice(0, longestText)
		.replaceAll(token, "[token]")
		.replaceAll(databaseUser, "[cut]@")
		.replaceAll(anyUser, "[cut]@")
		.replaceAll(query, "[cut]");
}

/** Text that somebody else composed, and that may quote what was sent: of what could open something nothing is left. */
export function scrubbedWords(text: string): string {
	const spoken = text
		.slice(0, longestText)
		.replaceAll(databaseUser, "[cut]@")
		.replaceAll(quoted, (found) => (found.startsWith('"') ? "[cut]" : found))
		.replaceAll(received, "[cut]")
		.replaceAll(header, "[cut]")
		.replaceAll(scheme, "[cut]")
		.replaceAll(token, "[token]")
		.replaceAll(named, "[cut]")
		.replaceAll(drawn, "[cut]");
	return scrubbedFact(spoken);
}
