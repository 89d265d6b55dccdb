import { type Html, html } from "./html.ts";
import { tell } from "./tell.ts";

const emailShape = /^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/;

/** Those who run the server, at the end of a page that tells people to ask them. The settings let nothing else be a link. */
export function operatorContact(contact: string): Html {
	return html`<p class="soft">${tell("problems.whom-to-ask", { contact: asLink(contact) })}</p>`;
}

function asLink(contact: string): Html {
	if (/^https?:\/\//i.test(contact)) return html`<a href="${contact}" rel="noreferrer">${contact}</a>`;
	return emailShape.test(contact) ? html`<a href="mailto:${contact}">${contact}</a>` : html`${contact}`;
}
