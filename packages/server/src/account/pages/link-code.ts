import {
	actions,
	button,
	errorSummary,
	field,
	form,
	type Html,
	html,
	type PageView,
} from "../../pages/index.ts";

export interface LinkCodeView {
	/** What was typed or came with the link. */
	readonly code?: string | undefined;
	readonly csrf: string;
	readonly problem?: string | undefined;
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
	const prompt =
		code === "" || problem !== undefined
			? html`An app on another device shows a code. Enter it here to sign that app in with your account.`
			: html`Check that your other device shows exactly this code. Go on only if it does.`;
	const fields = html`${field({
		name: "code",
		label: "Code",
		value: code,
		hint: "Eight letters, like BCDF-GHJK.",
		error: problem,
		autocomplete: "off",
		autofocus: code === "" || problem !== undefined,
	})}
${actions(button("primary", "Continue"))}`;
	return {
		title: "Sign in another device",
		body: html`${errorSummary(problem === undefined ? [] : [{ field: "code", text: problem }])}
<p>${prompt}</p>
<p class="soft">Did somebody else give you the code or a link to this page? Then close it: they would be signed in as you.</p>
${form({ action: linkPath, csrf: view.csrf, fields })}
<hr>
<div class="small">${view.switchAccount}</div>`,
	};
}
