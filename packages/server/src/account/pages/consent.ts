import type { InteractionDetails } from "../../authorization/index.ts";
import { safeText } from "../../http/index.ts";
import {
	actions,
	answers,
	button,
	facts,
	form,
	type Html,
	html,
	notice,
	type PageView,
} from "../../pages/index.ts";
import { abilities, adminRefusal, adminWarning, appLinks, takesOver, whoAsks } from "./asking-app.ts";
import { claimed } from "./claims.ts";

export interface ConsentView {
	readonly asked: InteractionDetails;
	readonly userId: string;
	/** Whether the person could let an app administer the server. */
	readonly mayAdminister: boolean;
	readonly csrf: string;
	/** The user id the app expected, where it is not the one signed in. */
	readonly expected?: string | undefined;
	/** Where the app asked for a new account: whether there is a way to one, and what to say. */
	readonly newAccount?: { readonly canRegister: boolean; readonly offer: Html } | undefined;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

/** Asks the person whether an app may sign in as them. */
export function consentPage(view: ConsentView): PageView {
	const { asked, userId, csrf } = view;
	const impossible = asked.scope.admin && !view.mayAdminister;
	return {
		title: "Let this app sign in?",
		body: html`${view.newAccount?.offer}
${expectation(view.expected)}
${asked.deviceKnown ? takesOver : ""}
<p>${whoAsks(asked.client)}</p>
${askedFacts(asked, userId)}
${asked.scope.admin ? (impossible ? adminRefusal : adminWarning) : ""}
${impossible ? "" : abilities}
${appLinks(asked.client)}
${form({
	action: `/interaction/${asked.uid}`,
	csrf,
	fields: impossible
		? actions(button("primary", "Cancel", no))
		: answers(
				button(view.newAccount?.canRegister ? "plain" : "primary", "Allow", {
					name: "decision",
					value: "approve",
				}),
				button("plain", "Cancel", no),
			),
})}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}

const no = { name: "decision", value: "deny" };

/**
 * Only an app that is returned to at a web address has shown where it comes from: programs on this device may
 * register any site as their home.
 */
function askedFacts(asked: InteractionDetails, userId: string): Html {
	const isWeb = asked.redirectTarget.startsWith("https:");
	return facts([
		["Your account", html`<strong>${userId}</strong>`],
		isWeb
			? ["Address", html`<strong>${asked.client.host}</strong>`]
			: ["Says it is from", html`${asked.client.host}`],
		[
			"Runs",
			isWeb
				? "as a website"
				: html`on this device, answers at <code>${localAddress(asked.redirectUri)}</code>`,
		],
		["Device ID", html`<code>${safeText(asked.scope.deviceId, 255)}</code>`],
	]);
}

/** Where a program listens, without the path: `127.0.0.1:4711`, or the scheme that only it is meant to have. */
function localAddress(redirectUri: string): string {
	const { host, protocol } = new URL(redirectUri);
	return host === "" ? protocol : host;
}

function expectation(expected: string | undefined): Html | undefined {
	if (expected === undefined) return undefined;
	return notice(
		"info",
		"You are signed in with another account",
		html`The app asked for <strong>${claimed(safeText(expected, 255))}</strong>.`,
	);
}

/** The sign-in is over, or was begun elsewhere; both look the same. */
export const consentGone = {
	status: 404,
	title: "This sign-in is over",
	text: "It took too long, was answered already, or was started in another browser. Go back to the app and start again.",
	action: { label: "Your account", href: "/account/" },
} as const;
