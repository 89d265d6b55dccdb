import { type Html, html } from "../../pages/index.ts";
import type { Text } from "../../words/index.ts";

/** Every mark that reads as a double quotation mark or a bracket of quotation, and small ones in a row. */
const quotationMarks = /["“”„‟«»‹›〝〞〟＂″‴‶‷ʺ˝״❝❞❠⹂🙶🙷🙸]|['‘’‚‛`´ʹʻʼʽ׳′‵＇❛❜](?:\s?['‘’‚‛`´ʹʻʼʽ׳′‵＇❛❜])+/gu;

/**
 * What an app, a device or a browser wrote, made harmless before (`claim`, `safeText`): letters of a script that runs
 * from right to left order themselves, never the words, ids and addresses of this server beside them.
 */
export function claimed(text: string | Text): Html {
	return html`<bdi>${text}</bdi>`;
}

/** The same in quotation marks, which it cannot end: what stands behind them is said by this server. */
export function quoted(text: string | Text): Html {
	return html`“${claimed(typeof text === "string" ? text.replaceAll(quotationMarks, "'") : text)}”`;
}

/** As `claimed`, where no markup may stand: in an option of a list. */
export function isolated(text: string | Text): Html {
	return html`\u2068${text}\u2069`;
}
