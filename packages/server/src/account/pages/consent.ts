import type { InteractionDetails } from "../../authorization/index.ts";
import { safeText } from "../../http/index.ts";
import { facts, type Html, html, type PageView, tell, trouble } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import { type AskingAnswers, askingAnswers, refusing } from "./asking-answers.ts";
import { abilities, adminNotice, anotherIsMeant, appLinks, takesOver, whoAsks } from "./asking-app.ts";
import { proofTrouble } from "./proof-field.ts";
import { type RoomAsked, roomNotice } from "./room-notice.ts";

export interface ConsentView extends Pick<AskingAnswers, "csrf" | "asks" | "problem">, RoomAsked {
	readonly asked: InteractionDetails;
	readonly userId: string;
	/** Whether the person could let an app administer the server. */
	readonly mayAdminister: boolean;
	/** Of an administrator who only lacks the second factor that is demanded: where it is added. */
	readonly addFactor?: string | undefined;
	/** The user id the app expected, where it is not the one signed in. */
	readonly expected?: string | undefined;
	/** Where the app asked for a new account: whether there is a way to one, and what to say. */
	readonly newAccount?: { readonly canRegister: boolean; readonly offer: Html } | undefined;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

/** Asks the person whether an app may sign in as them. */
export function consentPage(view: ConsentView): PageView {
	const { asked, userId } = view;
	const sent = { ...view, action: `/interaction/${asked.uid}` };
	const kind = view.newAccount?.canRegister ? "plain" : "primary";
	const impossible = (asked.scope.admin && !view.mayAdminister) || view.room === undefined;
	return {
		title: say("consent.title"),
		asksOperator: view.newAccount?.canRegister === false,
		body: html`${impossible ? trouble(view.problem?.text) : proofTrouble(view)}${view.newAccount?.offer}
${anotherIsMeant(view.expected)}
${asked.deviceKnown && takesOver}
<p>${whoAsks(asked.client)}</p>
${askedFacts(asked, userId)}
${adminNotice(asked.scope, view)}
${roomNotice(view)}
${!impossible && abilities}
${appLinks(asked.client)}
${impossible ? refusing(sent, "primary") : askingAnswers({ ...sent, yes: { kind, label: say("common.allow") } })}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}

/**
 * Only an app that is returned to at a web address has shown where it comes from: programs on this device may
 * register any site as their home.
 */
function askedFacts(asked: InteractionDetails, userId: string): Html {
	const isWeb = asked.redirectTarget.startsWith("https:");
	return facts([
		[say("problems.your-account"), html`<strong>${userId}</strong>`],
		isWeb
			? [say("consent.address"), html`<strong>${asked.client.host}</strong>`]
			: [say("asking.says-from"), html`${asked.client.host}`],
		[say("consent.runs"), isWeb ? say("consent.runs-website") : runsHere(asked.redirectUri)],
		[say("asking.device-id"), html`<code>${safeText(asked.scope.deviceId, 255)}</code>`],
	]);
}

/** Where the answer goes when that is no website: whoever listens there may be any program on this device. */
export function runsHere(redirectUri: string): Html {
	return tell("consent.runs-here", { address: localAddress(redirectUri) });
}

/** Where a program listens, without the path: `127.0.0.1:4711`, or the scheme that only it is meant to have. */
function localAddress(redirectUri: string): string {
	const { host, protocol } = new URL(redirectUri);
	return host === "" ? protocol : host;
}

/** The sign-in is over, or was begun elsewhere; both look the same. */
export const consentGone = {
	status: 404,
	title: say("consent.gone"),
	text: say("consent.gone-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;

/** The same for a browser that keeps no cookies, in which it would be so every time. */
export const consentWithoutCookies = { ...consentGone, text: say("consent.gone-no-cookies") };
