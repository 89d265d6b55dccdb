import type { AskingClient } from "../../authorization/index.ts";
import { safeText } from "../../http/index.ts";
import { type Html, html, notice } from "../../pages/index.ts";
import { quoted } from "./claims.ts";

/** Who asks, by the name it gives itself. */
export function whoAsks({ name: claimed }: AskingClient): Html {
	const name = safeText(claimed ?? "");
	return name === ""
		? html`An app that gives no name asks to sign in with your account.`
		: html`An app that calls itself <strong>${quoted(name)}</strong> asks to sign in with your account.`;
}

/** What an app may do that is let in. */
export const abilities = html`<h2>If you allow it, the app can</h2>
<ul>
<li>read and send messages as you</li>
<li>see and change your rooms, contacts, profile and settings</li>
<li>stay signed in until you sign it out on your account page</li>
</ul>
<p class="soft small">It never sees your password, and it cannot replace your digital identity unless you approve that on this site.
Allow only what you have just started yourself.</p>`;

/** For an app that names a device the person has. */
export const takesOver = notice(
	"warning",
	"You already have this device",
	html`If you allow this, the app that uses the device now is signed out and this one takes its place. If you are not
signing in again on a device of yours, say no.`,
);

/** For an app that asks for the admin scope. */
export const adminWarning = notice(
	"warning",
	"It asks to administer this server",
	html`The app could read, change and remove the accounts of everybody here.`,
);

/** The same, for a person who cannot give what it asks for. */
export const adminRefusal = notice(
	"warning",
	"It asks to administer this server",
	html`Only administrators of this server can let it in, and you are not one of them. If you did not start this, refuse.`,
);

/** The app's own terms and policy, where it has any. */
export function appLinks({ tosUri, policyUri }: AskingClient): Html | undefined {
	const links = [webLink("Terms", tosUri), webLink("Privacy policy", policyUri)].filter(
		(link) => link !== undefined,
	);
	if (links.length === 0) return undefined;
	return html`<p class="small soft">From the app: ${links.map((link, index) => html`${index > 0 ? " · " : ""}${link}`)}</p>`;
}

function webLink(label: string, uri: string | undefined): Html | undefined {
	if (uri === undefined || !URL.canParse(uri) || new URL(uri).protocol !== "https:") return undefined;
	return html`<a href="${uri}" rel="noopener noreferrer nofollow" target="_blank">${label}</a>`;
}
