import { actions, html, linkButton, type PageView } from "../../pages/index.ts";

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
		title: "Allowed",
		...(app ? { opens: url } : {}),
		body: html`<p>${app ? "The app opens by itself. If it does not, open it here." : "Go back to the app to finish signing in."}</p>
${actions(linkButton("primary", app ? "Open the app" : "Back to the app", url))}`,
	};
}

const signedIn: PageView = {
	title: "Allowed",
	body: html`<p>The app is signed in. Go on there. You can close this page.</p>
${actions(linkButton("plain", "Your devices", "/account/devices"))}`,
};

function refused({ url }: AnsweredView): PageView {
	return {
		title: "Refused",
		...(opensApp(url) ? { opens: url } : {}),
		body: html`<p>The app gets no access to your account. You can close this page.</p>
${actions(linkButton("plain", "Back to the app", url))}`,
	};
}
