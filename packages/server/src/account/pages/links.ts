import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	form,
	type Html,
	html,
	linkButton,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import type { AccountLink, Service } from "../../upstream/index.ts";
import { say } from "../../words/index.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export const linksPath = addressOf({ kind: "page", page: "links" });

/** A link, and what stands for it in addresses. */
export interface ShownLink extends AccountLink {
	readonly key: string;
	/** Undefined: it is of a service that is not offered any more. */
	readonly service: Service | undefined;
}

interface LinksView extends ProofView {
	readonly links: readonly ShownLink[];
	/** Those that can be linked. */
	readonly services: readonly Service[];
	readonly csrf: string;
	readonly now: number;
}

/** As whom other services know the person, and what else could be linked. */
export function linksPage(view: LinksView): PageView {
	const { links, services, now } = view;
	return {
		title: say("upstream.title"),
		body: html`${proofTrouble(view)}
<p>${say("upstream.what")}</p>
${links.length === 0 ? html`<p>${say("upstream.none")}</p>` : html`<ul class="rows">${links.map((one) => row(one, now))}</ul>`}
${services.length > 0 && linkForm(view)}
${services.length === 0 && actions(back)}`,
	};
}

const back = linkButton("plain", say("common.back-to-account"), "/account/");

function row({ key, service, provider, name, linkedAt }: ShownLink, now: number): Html {
	const as =
		name === undefined ? undefined : html` ${say("upstream.linked-as", { name: safeText(name, 100) })}`;
	const when =
		linkedAt === undefined ? undefined : tell("upstream.linked-when", { when: timeAgo(linkedAt, now) });
	return html`<li><a href="${linkPath(key)}">${service?.name ?? provider}</a>${as}<br><span class="soft">${service === undefined ? say("upstream.not-here") : when}</span></li>`;
}

function linkPath(key: string): string {
	return `${linksPath}/${key}`;
}

function linkForm({ services, csrf, ...proof }: LinksView): Html {
	const buttons = services.map(({ id, name }) =>
		button("primary", say("upstream.link-with", { provider: name }), { name: "provider", value: id }),
	);
	return html`<h2>${say("upstream.link")}</h2>
${form({ action: linksPath, csrf, fields: html`${proofField(proof)}${actions(...buttons, back)}` })}`;
}

interface UnlinkView extends ProofView {
	readonly link: ShownLink;
	readonly csrf: string;
}

export function unlinkPage(view: UnlinkView): PageView {
	const { key, service, provider } = view.link;
	return {
		title: say("upstream.unlink-title", { provider: service?.name ?? provider }),
		body: html`${proofTrouble(view)}
<p>${say("upstream.unlink-effect")}</p>
${form({
	...{ action: linkPath(key), csrf: view.csrf },
	fields: html`${proofField(view)}
${actions(button("danger", say("upstream.unlink")), linkButton("plain", say("common.keep-it"), linksPath))}`,
})}`,
	};
}
