import type { DecidedLink } from "../../authorization/index.ts";
import { actions, html, linkButton, type PageView } from "../../pages/index.ts";
import { devicePath } from "./device-words.ts";
import { linkAnswerPath } from "./link-asking.ts";
import { linkPath } from "./link-code.ts";

/** Devices ask every five seconds. */
const refreshSeconds = 5;

/** What became of the person's answer, and what to do now. */
export function linkDecidedPage({ outcome, deviceId }: DecidedLink, code: string): PageView {
	switch (outcome) {
		case "approved":
			return {
				title: "Allowed. Go back to your device",
				refreshSeconds,
				body: html`<p>It signs in by itself within a few seconds. If it does not, start again there: this permission is
for one sign-in and ends after five minutes.</p>
${actions(linkButton("plain", "See whether it is signed in", linkAnswerPath(code)))}`,
			};
		case "signed-in":
			return {
				title: "Your device is signed in",
				body: html`<p>Go on there. You can close this page.</p>
<p class="soft">Not your device after all? <a href="${devicePath(deviceId)}?delete=1">Sign it out</a>, then
<a href="/account/password">change your password</a>.</p>
${actions(linkButton("plain", "Your devices", "/account/devices"))}`,
			};
		case "missed":
			return {
				title: "The device did not come back in time",
				body: html`<p>You allowed it, but it did not ask again. Start again there and enter the new code it shows.</p>
${actions(linkButton("primary", "Enter a new code", linkPath))}`,
			};
		case "refused":
			return {
				title: "Refused",
				body: html`<p>The device was told no and gets no access to your account. If you did start it yourself, start again
there; it shows a new code.</p>
${actions(linkButton("plain", "Your account", "/account/"))}`,
			};
	}
}
