import { type Html, html } from "../../pages/index.ts";

/** Every mark that reads as a double quotation mark or a bracket of quotation, and small ones in a row. */
const quotationMarks = /["“”„‟«»‹›〝〞〟＂″‴‶‷ʺ˝״❝❞❠⹂🙶🙷🙸]|['‘’‚‛`´ʹʻʼʽ׳′‵＇❛❜](?:\s?['‘’‚‛`´ʹʻʼʽ׳′‵＇❛❜])+/gu;

/**
 * What an app, a device or a browser wrote, made harmless before (`claim`, `safeText`): letters of a script that runs
 * from right to left order themselves, never the words, ids and addresses of this server beside them.
 */
export function claimed(text: string): Html {
	return html`<bdi>${text}</bdi>`;
}

/** The same in quotation marks, which it cannot end: what stands behind them is said by this server. */
export function quoted(text: string): Html {
	return html`“${claimed(text.replaceAll(quotationMarks, "'"))}”`;
}
