import { type Html, html, link, notice, tell } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { askingFacts, deviceName, fingerprint } from "./reset-asking.ts";
import { notMe } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetProgress, ResetStage } from "./reset-view.ts";

type Replaced = ResetContext & Extract<ResetStage, { stage: "replaced" }>;

const titles: Readonly<Record<ResetProgress, Text>> = {
	finishing: say("reset.finishing"),
	finished: say("reset.finished"),
	unfinished: say("reset.unfinished"),
	unknown: say("reset.unknown"),
	superseded: say("reset.superseded"),
	"signed-out": say("reset.signed-out"),
};

export function replacedTitle({ progress }: Pick<Replaced, "progress">): Text {
	return titles[progress];
}

/** The keys were written. Whether the app made use of them is read from the homeserver's own keys, never assumed. */
export function replacedBody(view: Replaced): Html {
	return html`${progressText(view.progress, view.asking)}
${view.progress !== "superseded" && fingerprint(view.asking, say("reset.fingerprint-yours"))}
${askingFacts(view)}
${notMe(view)}`;
}

function progressText(progress: ResetProgress, asking: Asking): Html {
	const device = deviceName(asking);
	switch (progress) {
		case "finishing":
			return html`<p>${tell("reset.finishing-text", { device })}</p>`;
		case "finished":
			return html`<p>${tell("reset.finished-text", { device })}</p>
<ul><li>${say("reset.finished-recovery-key")}</li>
<li>${say("reset.finished-devices")}</li>
<li>${say("reset.finished-people")}</li></ul>`;
		case "unfinished":
			return html`${notice(
				"warning",
				tell("reset.unfinished-title", { device }),
				say("reset.unfinished-text"),
			)}
<p>${say("reset.unfinished-what")}</p>`;
		case "unknown":
			return html`<p>${say("reset.unknown-text")}</p>`;
		case "superseded":
			return notice(
				"warning",
				say("reset.superseded-title"),
				tell("reset.superseded-text", { log: link("/account/security") }),
			);
		case "signed-out":
			return html`<p>${tell("reset.signed-out-text", { device })}</p>`;
	}
}
