import type { InteractionDetails } from "../../authorization/index.ts";
import {
	actions,
	button,
	facts,
	form,
	type Html,
	html,
	notice,
	type PageView,
	safeText,
} from "../../http/index.ts";

export interface ConsentView {
	readonly asked: InteractionDetails;
	readonly userId: string;
	readonly csrf: string;
	/** The user id the app expected, where it is not the one signed in. */
	readonly expected?: string | undefined;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

/** Asks the person whether an app may sign in as them. */
export function consentPage(view: ConsentView): PageView {
	const { asked, userId, csrf } = view;
	return {
		title: "Let this app sign in?",
		body: html`${expectation(view.expected)}
${asked.deviceKnown ? takesOver : ""}
<p>${whoAsks(asked)}</p>
${askedFacts(asked, userId)}
${asked.scope.admin ? adminWarning : ""}
${abilities}
${appLinks(asked)}
${form({
	action: `/interaction/${asked.uid}`,
	csrf,
	fields: actions(
		button("primary", "Allow", { name: "decision", value: "approve" }),
		button("plain", "Cancel", { name: "decision", value: "deny" }),
	),
})}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}

function whoAsks({ client }: InteractionDetails): Html {
	const name = safeText(client.name ?? "");
	return name === ""
		? html`An app that gives no name asks to sign in with your account.`
		: html`An app that calls itself <strong>${name}</strong> asks to sign in with your account.`;
}

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

const abilities = html`<h2>If you allow it, the app can</h2>
<ul>
<li>read and send messages as you</li>
<li>see and change your rooms, contacts, profile and settings</li>
<li>stay signed in until you sign it out on your account page</li>
</ul>
<p class="soft small">It never sees your password, and it cannot replace your digital identity unless you approve that on this site.
Allow only what you have just started yourself.</p>`;

const takesOver = notice(
	"warning",
	"You already have this device",
	html`If you allow this, the app that uses the device now is signed out and this one takes its place. If you are not
signing in again on a device of yours, cancel.`,
);

const adminWarning = notice(
	"warning",
	"It asks to administer this server",
	html`The app could read, change and remove the accounts of everybody here.`,
);

function expectation(expected: string | undefined): Html | undefined {
	if (expected === undefined) return undefined;
	return notice(
		"info",
		"You are signed in with another account",
		html`The app asked for <strong>${safeText(expected, 255)}</strong>.`,
	);
}

function appLinks({ client }: InteractionDetails): Html | undefined {
	const links = [webLink("Terms", client.tosUri), webLink("Privacy policy", client.policyUri)].filter(
		(link) => link !== undefined,
	);
	if (links.length === 0) return undefined;
	return html`<p class="small soft">From the app: ${links.map((link, index) => html`${index > 0 ? " · " : ""}${link}`)}</p>`;
}

function webLink(label: string, uri: string | undefined): Html | undefined {
	if (uri === undefined || !URL.canParse(uri) || new URL(uri).protocol !== "https:") return undefined;
	return html`<a href="${uri}" rel="noopener noreferrer nofollow" target="_blank">${label}</a>`;
}

/** The sign-in is over, or was begun elsewhere; both look the same. */
export const consentGone = {
	status: 404,
	title: "This sign-in is over",
	text: "It took too long, was answered already, or was started in another browser. Go back to the app and start again.",
	action: { label: "Your account", href: "/account/" },
} as const;
