import { isPlainHttp, type RedirectSite } from "../../compat/index.ts";
import { safeText } from "../../http/index.ts";
import {
	actions,
	answers,
	button,
	facts,
	form,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
} from "../../pages/index.ts";
import { claimed } from "./claims.ts";

export interface CompatSsoView {
	readonly id: string;
	/** Where the access would be sent. */
	readonly site: RedirectSite;
	readonly userId: string;
	readonly csrf: string;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

export function compatSsoPath(id: string): string {
	return `/account/sso/${encodeURIComponent(id)}`;
}

/** Asks the person whether the site or program that sent the browser here is to be signed in as them. */
export function compatSsoPage(view: CompatSsoView): PageView {
	return {
		title: titleOf(view.site),
		body: html`<p>You were sent here to sign in. If you continue, you go to</p>
<p class="code">${claimed(placeOf(view.site))}</p>
<p>${whatItIs(view.site)} It gets access to your account and can read and send messages as you, until you sign it out on
your account page. It never sees your password.</p>
${isPlainHttp(view.site) ? inClear : ""}
${notice("warning", "Only continue if you started this yourself, just now", "If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.")}
${facts([["Your account", html`<strong>${view.userId}</strong>`]])}
${form({
	action: compatSsoPath(view.id),
	csrf: view.csrf,
	fields: answers(
		button("primary", "Continue", { name: "decision", value: "approve" }),
		button("plain", "Cancel", { name: "decision", value: "deny" }),
	),
})}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}

/** Names where it leads, where that fits a heading: the end of an address is what matters of it, so none is cut. */
function titleOf(site: RedirectSite): string {
	switch (site.kind) {
		case "website": {
			const { host } = new URL(site.origin);
			return host.length > 40 ? "Continue to this website?" : `Continue to ${host}?`;
		}
		case "this-machine":
			return "Continue to a program on this device?";
		case "app":
			return "Continue to an app on this device?";
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

function whatItIs(site: RedirectSite): string {
	switch (site.kind) {
		case "website":
			return "This is a website. Compare its address, letter by letter, with that of the app you use.";
		case "this-machine":
			return "This is a program that runs on this device.";
		case "app":
			return "This is the app on this device that opens such links. Any app can claim to.";
	}
}

const inClear = notice(
	"warning",
	"The way there is not encrypted",
	"Others in your network could take the access to your account for themselves.",
);

/** The person said no. */
export const compatSsoDenied: PageView = {
	title: "Cancelled",
	body: html`<p>Nobody was given access to your account. If you did mean to sign in, go back to the app and start again.</p>
${actions(linkButton("plain", "Your account", "/account/"))}`,
};

/** The request is over, or never was; both look the same. */
export const compatSsoGone = {
	status: 404,
	title: "This sign-in is over",
	text: "It took too long or was answered already. Go back to the app and start again.",
	action: { label: "Your account", href: "/account/" },
} as const;
