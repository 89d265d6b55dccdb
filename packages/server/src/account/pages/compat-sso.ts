import { isPlainHttp, type RedirectSite } from "../../compat/index.ts";
import { safeText } from "../../http/index.ts";
import { actions, facts, type Html, html, linkButton, notice, type PageView } from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { type AskingAnswers, askingAnswers, refusing } from "./asking-answers.ts";
import { claimed } from "./claims.ts";
import { proofTrouble } from "./proof-field.ts";
import { type RoomAsked, roomNotice } from "./room-notice.ts";

export interface CompatSsoView extends Pick<AskingAnswers, "csrf" | "asks" | "problem">, RoomAsked {
	readonly id: string;
	/** Where the access would be sent. */
	readonly site: RedirectSite;
	readonly userId: string;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

export function compatSsoPath(id: string): string {
	return addressOf({ kind: "sso", id });
}

/** Asks the person whether the site or program that sent the browser here is to be signed in as them. */
export function compatSsoPage(view: CompatSsoView): PageView {
	return {
		title: titleOf(view.site),
		body: html`${proofTrouble(view)}<p>${say("sso.sent-here")}</p>
<p class="code">${claimed(placeOf(view.site))}</p>
<p>${whatItIs(view.site)} ${say("sso.gets")}</p>
${isPlainHttp(view.site) && inClear}
${notice("warning", say("sso.only-if"), say("sso.only-if-text"))}
${facts([[say("problems.your-account"), html`<strong>${view.userId}</strong>`]])}
${roomNotice(view)}
${answersTo(view)}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}

function answersTo(view: CompatSsoView): Html {
	const sent = { ...view, action: compatSsoPath(view.id) };
	if (view.room === undefined) return refusing(sent, "primary");
	return askingAnswers({ ...sent, yes: { kind: "primary", label: say("common.continue") } });
}

/** Names where it leads, where that fits a heading: the end of an address is what matters of it, so none is cut. */
function titleOf(site: RedirectSite): Text {
	switch (site.kind) {
		case "website": {
			const { host } = new URL(site.origin);
			return host.length > 40 ? say("sso.to-website") : say("sso.to-host", { host });
		}
		case "this-machine":
			return say("sso.to-program");
		case "app":
			return say("sso.to-app");
	}
}

/** Schemes are text of whoever made the link, though they cannot hold much. */
function placeOf(site: RedirectSite): string {
	switch (site.kind) {
		case "website":
			return site.origin;
		case "this-machine":
			return site.host;
		case "app":
			return safeText(site.scheme, 80);
	}
}

function whatItIs(site: RedirectSite): Text {
	switch (site.kind) {
		case "website":
			return say("sso.is-website");
		case "this-machine":
			return say("sso.is-program");
		case "app":
			return say("sso.is-app");
	}
}

const inClear = notice("warning", say("sso.in-clear"), say("sso.in-clear-text"));

/** The person said no. */
export const compatSsoDenied: PageView = {
	title: say("sso.denied"),
	body: html`<p>${say("sso.denied-text")}</p>
${actions(linkButton("plain", say("problems.your-account"), "/account/"))}`,
};

/** The request is over, or never was; both look the same. */
export const compatSsoGone = {
	status: 404,
	title: say("consent.gone"),
	text: say("sso.gone-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;
