import { type Html, html, notice } from "../../pages/index.ts";
import { askingFacts, deviceName, fingerprints } from "./reset-asking.ts";
import { notMe } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetProgress, ResetStage } from "./reset-view.ts";

type Replaced = ResetContext & Extract<ResetStage, { stage: "replaced" }>;

const titles: Readonly<Record<ResetProgress, string>> = {
	finishing: "Almost done: the app is finishing",
	finished: "Your digital identity is replaced",
	unfinished: "Replaced, but not finished on this device",
	unknown: "Replaced, but not yet checked",
	superseded: "Replaced, and replaced again since",
	"signed-out": "Replaced; the device is signed out",
};

export function replacedTitle({ progress }: Pick<Replaced, "progress">): string {
	return titles[progress];
}

/** The keys were written. Whether the app made use of them is read from the homeserver's own keys, never assumed. */
export function replacedBody(view: Replaced): Html {
	return html`${progressText(view.progress, view.asking)}
${view.progress === "superseded" ? "" : fingerprints({ ...view.asking, currentKey: undefined }, "Fingerprint of your identity")}
${askingFacts(view)}
${notMe(view)}`;
}

function progressText(progress: ResetProgress, asking: Asking): Html {
	const device = deviceName(asking);
	switch (progress) {
		case "finishing":
			return html`<p>The new identity is in force. The app on ${device} still has to sign its device with it; that takes a few
seconds. Leave it open.</p>`;
		case "finished":
			return html`<p>Done: ${device} is verified with the new identity. You can close this page.</p>
<ul><li>Keep the new recovery key that your app shows in a safe place.</li>
<li>Verify your other devices from this one.</li>
<li>People who had verified you have to do it again.</li></ul>`;
		case "unfinished":
			return html`${notice(
				"warning",
				html`The app on ${device} has not signed its device with the new identity.`,
				"The new identity is in force, but until that is done no device of yours is verified.",
			)}
<p>Open the app there and leave it open for a minute. If nothing happens, start the reset there once more.</p>`;
		case "unknown":
			return html`<p>Your homeserver has taken the new identity. Whether the app has finished cannot be said: the homeserver
does not answer at the moment. This page asks again.</p>`;
		case "superseded":
			return notice(
				"warning",
				"This identity is no longer in force.",
				html`Another one has taken its place. If that was not you, look at <a href="/account/security">what happened in your account</a>.`,
			);
		case "signed-out":
			return html`<p>The identity was replaced, and ${device} has been signed out since. Verify one of your other devices with
the new recovery key, or start a reset there.</p>`;
	}
}
