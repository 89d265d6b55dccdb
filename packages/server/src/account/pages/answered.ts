import { actions, html, linkButton, type PageView } from "../../pages/index.ts";
import { say } from "../../words/index.ts";

/** An answer to an app that was given a moment ago, and the address that takes it there. */
export interface AnsweredView {
	readonly decision: "granted" | "refused";
	readonly url: string;
	/** The app has come for what the address holds: it leads nowhere any more. */
	readonly used: boolean;
}

/** Whether a program on this device opens at the address, while the browser stays where it is. */
export function opensApp(url: string): boolean {
	return !["http:", "https:"].includes(new URL(url).protocol);
}

/**
 * What became of the answer to an app. It takes the place of the page that asked, which would go on asking: a browser
 * that opens an app stays where it was, and may open nothing at all.
 */
export function answeredPage(answered: AnsweredView): PageView {
	if (answered.decision === "refused") return refused(answered);
	return answered.used ? signedIn : allowed(answered);
}

function allowed({ url }: AnsweredView): PageView {
	const app = opensApp(url);
	return {
		title: say("answered.allowed"),
		...(app ? { opens: url } : {}),
		body: html`<p>${app ? say("answered.opens") : say("answered.go-back")}</p>
${actions(linkButton("primary", app ? say("answered.open") : say("answered.back"), url))}`,
	};
}

const signedIn: PageView = {
	title: say("answered.allowed"),
	body: html`<p>${say("answered.signed-in")}</p>
${actions(linkButton("plain", say("common.your-devices"), "/account/devices"))}`,
};

function refused({ url }: AnsweredView): PageView {
	return {
		title: say("answered.refused"),
		...(opensApp(url) ? { opens: url } : {}),
		body: html`<p>${say("answered.refused-text")}</p>
${actions(linkButton("plain", say("answered.back"), url))}`,
	};
}
