import { type Html, html } from "../pages/index.ts";
import type { Language, Text } from "../words/index.ts";

/** What a letter says, in no language yet. */
export interface Letter {
	readonly subject: Text;
	readonly parts: readonly LetterPart[];
}

type LetterPart =
	| Text
	/** To be typed somewhere else. */
	| { readonly code: string }
	/** An address of ours, which also stands there as it is: people look where a link leads. */
	| { readonly url: string; readonly label: Text };

interface WrittenLetter {
	readonly subject: string;
	readonly text: string;
	readonly html: string;
}

const body = "margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff";
const big = "font:700 28px/1.2 ui-monospace,monospace;letter-spacing:4px";
const button =
	"display:inline-block;padding:12px 20px;border-radius:6px;background:#0b57d0;color:#fff;text-decoration:none";

/** The letter in that language, as plain text and as HTML that says the same. Neither loads or runs anything. */
export function writeLetter({ subject, parts }: Letter, language: Language): WrittenLetter {
	const title = oneLine(subject.in(language));
	const document = html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head>
<body style="${body}"><div style="max-width:36em">
${parts.map((part) => inHtml(part))}</div></body>
</html>
`;
	const text = parts.map((part) => inText(part, language)).join("\n\n");
	return { subject: title, text: `${text}\n`, html: document.markup(language) };
}

function inText(part: LetterPart, language: Language): string {
	if ("code" in part) return part.code;
	if (!("url" in part)) return oneLine(part.in(language));
	const label = oneLine(part.label.in(language));
	return `${label.endsWith("?") ? label : `${label}:`}\n${part.url}`;
}

function inHtml(part: LetterPart): Html {
	if ("code" in part) return html`<p style="${big}">${part.code}</p>\n`;
	if (!("url" in part)) return html`<p>${part}</p>\n`;
	return html`<p><a href="${part.url}" style="${button}">${part.label}</a></p>
<p style="font-size:14px;color:#555;word-break:break-all">${part.url}</p>\n`;
}

/** Names in it are other people's words: none begins a line of its own, or turns around what stands beside it. */
function oneLine(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, " ");
}
