import type { DecidedLink } from "../../authorization/index.ts";
import { actions, html, link, linkButton, type PageView, tell } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
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
				title: say("link.approved"),
				refreshSeconds,
				body: html`<p>${say("link.approved-text")}</p>
${actions(linkButton("plain", say("link.see"), linkAnswerPath(code)))}`,
			};
		case "signed-in":
			return {
				title: say("link.signed-in"),
				body: html`<p>${say("link.signed-in-text")}</p>
<p class="soft">${tell("link.not-yours", { device: link(`${devicePath(deviceId)}?delete=1`), password: link("/account/password") })}</p>
${actions(linkButton("plain", say("common.your-devices"), "/account/devices"))}`,
			};
		case "missed":
			return {
				title: say("link.missed"),
				body: html`<p>${say("link.missed-text")}</p>
${actions(linkButton("primary", say("link.new-code"), linkPath))}`,
			};
		case "refused":
			return {
				title: say("link.refused"),
				body: html`<p>${say("link.refused-text")}</p>
${actions(linkButton("plain", say("problems.your-account"), "/account/"))}`,
			};
	}
}
