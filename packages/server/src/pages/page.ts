import { raw } from "hono/html";
import { type Html, html } from "./html.ts";
import { style } from "./style.ts";

export interface PageView {
	/** The one heading; also names the window. */
	readonly title: string;
	readonly body: Html;
	/** User id of who is signed in, shown with the way to their account. */
	readonly signedInAs?: string | undefined;
	/** A constant of ours, run inline under the page's nonce; values reach it by `data-` attributes, never by text. */
	readonly script?: string;
	/** Without script, ask for the page again after so many seconds. */
	readonly refreshSeconds?: number;
	/** Leads on by itself, once, to this address of an app; the page stays, with a link for whoever it did not take there. */
	readonly opens?: string;
}

/** The document around every page. Pure: same view and nonce, same text. */
export function page(view: PageView, shell: { readonly serverName: string; readonly nonce: string }): Html {
	const { nonce } = shell;
	const refresh = view.refreshSeconds;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="${icon}">
<title>${view.title} · ${shell.serverName}</title>
<style nonce="${nonce}">${raw(style)}</style>
${refresh === undefined ? "" : html`<noscript><meta http-equiv="refresh" content="${refresh}"></noscript>`}
${view.opens === undefined ? "" : html`<meta http-equiv="refresh" content="0;url=${view.opens}">`}
</head>
<body>
<header class="bar"><span><b>Countersign</b> · ${shell.serverName}</span>${
		view.signedInAs ? html`<a href="/account/">${view.signedInAs}</a>` : ""
	}</header>
<main>
<h1>${view.title}</h1>
${view.body}
</main>
${view.script ? html`<script nonce="${nonce}">${raw(view.script)}</script>` : ""}
</body>
</html>
`;
}

/** A tick in a ring, inside the page like everything else. */
const icon =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='%2322957d' stroke-width='4'%3E%3Ccircle cx='16' cy='16' r='13'/%3E%3Cpath d='m9 16 5 5 9-10'/%3E%3C/svg%3E";
