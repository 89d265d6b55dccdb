import { type Language, say, type Text } from "../words/index.ts";
import { constantMarkup, type Html, html } from "./html.ts";
import { icon } from "./icon.ts";
import { accentStyle, style } from "./style.ts";

export interface PageView {
	/** The one heading; also names the window. */
	readonly title: Text;
	readonly body: Html;
	/** It tells people to ask those who run the server: who that is stands at its end, where they say so. */
	readonly asksOperator?: boolean;
	/** User id of who is signed in, shown with the way to their account. */
	readonly signedInAs?: string | undefined;
	/** A constant of ours, run inline under the page's nonce; values reach it by `data-` attributes, never by text. */
	readonly script?: string;
	/** A script of a service elsewhere, and the origins that it and what it opens come from: constants of ours. */
	readonly outside?: { readonly script: string; readonly hosts: readonly string[] } | undefined;
	/** Without script, ask for the page again after so many seconds. */
	readonly refreshSeconds?: number;
	/** Leads on by itself, once, to this address of an app; the page stays, with a link for whoever it did not take there. */
	readonly opens?: string;
}

/** What goes around a page that is made. */
interface Shell {
	readonly serverName: string;
	readonly branding: Branding;
	readonly nonce: string;
	readonly language: Language;
	/** Constants of ours, run in this order. */
	readonly scripts: readonly string[];
}

/** What pages show of who runs the server. */
export interface Branding {
	readonly name?: string | undefined;
	/** Path of the logo, here. */
	readonly logo?: string | undefined;
	/** As `BrandingConfig.accent`. */
	readonly accent?: string | undefined;
	/** Links at the end of every page. */
	readonly terms?: string | undefined;
	readonly privacy?: string | undefined;
}

function footer({ terms, privacy }: Branding): Html | undefined {
	const links = [
		terms !== undefined && footerLink(say("asking.terms"), terms),
		privacy !== undefined && footerLink(say("asking.policy"), privacy),
	].filter((link) => link !== false);
	if (links.length === 0) return undefined;
	return html`<footer class="foot">${links}</footer>`;
}

/** Beside this page: somebody may be typing in it. */
function footerLink(label: Text, href: string): Html {
	return html`<a href="${href}" target="_blank" rel="noreferrer">${label}</a>`;
}

/** The document around every page. Pure: same view and shell, same text. */
export function page(view: Omit<PageView, "script">, shell: Shell): string {
	const { nonce, language, branding } = shell;
	const refresh = view.refreshSeconds;
	const document = html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="${branding.logo ?? icon}">
<title>${view.title} · ${shell.serverName}</title>
<style nonce="${nonce}">${constantMarkup(style + accentStyle(branding.accent))}</style>
${refresh !== undefined && html`<noscript><meta http-equiv="refresh" content="${refresh}"></noscript>`}
${view.opens !== undefined && html`<meta http-equiv="refresh" content="0;url=${view.opens}">`}
</head>
<body>
<header class="bar"><span>${branding.logo !== undefined && html`<img class="logo" src="${branding.logo}" alt="">`}<b>${branding.name ?? "Countersign"}</b> · ${shell.serverName}</span>${
		view.signedInAs && html`<a href="/account/">${view.signedInAs}</a>`
	}</header>
<main>
<h1>${view.title}</h1>
${view.body}
</main>
${footer(branding)}
${view.outside && html`<script src="${view.outside.script}" async defer></script>`}
${shell.scripts.map((script) => html`<script nonce="${nonce}">${constantMarkup(script)}</script>`)}
</body>
</html>
`;
	return document.markup(language);
}
