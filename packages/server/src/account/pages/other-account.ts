import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, type PageView, tell } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import { claimed } from "./claims.ts";

/** Somebody is signed in, and the app's link means somebody else. */
export interface OtherAccountView {
	readonly userId: string;
	/** As the link says. */
	readonly expected: string;
	/** Where the link leads without saying whom it means. */
	readonly goOn: string;
	/** Form that signs out of this browser and comes back to the link. */
	readonly switchAccount: Html;
}

export function otherAccountPage({ userId, expected, goOn, switchAccount }: OtherAccountView): PageView {
	return {
		title: say("consent.other-account"),
		body: html`<p>${tell("consent.expected", { userId: claimed(safeText(expected, 255)) })}
${tell("consent.signed-in-as", { userId })}</p>
${actions(switchAccount, linkButton("plain", say("consent.go-on-as", { userId }), goOn))}`,
	};
}
