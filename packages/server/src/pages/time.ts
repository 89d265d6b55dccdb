import { ago } from "../words/index.ts";
import { type Html, html } from "./html.ts";

/**
 * "3 minutes ago" with the exact time for machines and on hover: in UTC, and by the page's script in the zone of the
 * reader, which no browser tells a server. Times to come read "in 3 minutes".
 */
export function timeAgo(at: number, now: number): Html {
	const iso = new Date(at).toISOString();
	const exact = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
	return html`<time datetime="${iso}" title="${exact}">${ago(at, now)}</time>`;
}
