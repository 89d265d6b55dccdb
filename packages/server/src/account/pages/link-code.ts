import { actions, button, field, form, type Html, html, type PageView } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

export interface LinkCodeView {
	/** What was typed or came with the link. */
	readonly code?: string | undefined;
	readonly csrf: string;
	readonly problem?: Text | undefined;
	/** Form that signs out of this browser and comes back here. */
	readonly switchAccount: Html;
}

/** Where a device that waits is looked for. The name it has in `verification_uri`. */
export const linkPath = "/link";

/**
 * Asks for the code. One that came with a link has to be compared with the device before anything is shown of it: a
 * link can be sent by anybody. RFC 8628 section 3.3.1.
 */
export function linkCodePage(view: LinkCodeView): PageView {
	const { code = "", problem } = view;
	const prompt = code === "" || problem !== undefined ? say("link.enter") : say("link.compare");
	const fields = html`${field({
		name: "code",
		label: say("link.code"),
		value: code,
		hint: say("link.code-hint"),
		error: problem,
		autocomplete: "off",
		autofocus: code === "",
	})}
${actions(button("primary", say("common.continue")))}`;
	return {
		title: say("link.title"),
		body: html`<p>${prompt}</p>
<p class="soft">${say("link.given")}</p>
${form({ action: linkPath, csrf: view.csrf, fields })}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}
