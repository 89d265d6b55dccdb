import {
	actions,
	button,
	field,
	form,
	hidden,
	html,
	linkButton,
	type PageView,
	qrCode,
} from "../../pages/index.ts";
import type { NewApp, ProofAsked } from "../../proofs/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { cancelled, hiddenNext, onTheWay } from "./on-the-way.ts";
import { type Problem, proofField, proofTrouble } from "./proof-field.ts";

export const newCodesPath = addressOf({ kind: "page", page: "proofs/new-codes" });
export const codesPath = "/account/proofs/codes";
export const removeCodesPath = addressOf({ kind: "page", page: "proofs/remove-codes" });
export const recoveryCodesPath = addressOf({ kind: "page", page: "proofs/recovery-codes" });
const proofsPath = addressOf({ kind: "page", page: "proofs" });

interface Asking {
	readonly csrf: string;
	readonly asks: ProofAsked;
	readonly to?: Resume | undefined;
	readonly problem?: Problem | undefined;
}

/** What is asked before something is done with codes. */
function asking(
	view: Asking,
	it: { title: Text; text: Text; action: string; press: Text; isDanger?: boolean },
) {
	const press = button(it.isDanger ? "danger" : "primary", it.press);
	return {
		title: it.title,
		body: html`${proofTrouble(view)}
<p>${it.text}</p>
${form({
	action: it.action,
	csrf: view.csrf,
	fields: html`${hiddenNext(view.to)}${proofField(view)}${actions(press, linkButton("plain", say("common.cancel"), cancelled(proofsPath, view.to)))}`,
})}`,
	};
}

export function newCodesPage(view: Asking): PageView {
	const [title, text, press] = [say("codes.new"), say("codes.new-why"), say("common.continue")];
	return asking(view, { title, text, press, action: newCodesPath });
}

export function removeCodesPage(view: Asking): PageView {
	const [title, text, press] = [say("codes.remove"), say("codes.remove-why"), say("codes.remove")];
	return asking(view, { title, text, press, action: removeCodesPath, isDanger: true });
}

export function newRecoveryCodesPage(view: Asking & { readonly left: number }): PageView {
	const text =
		view.left === 0 ? say("codes.recovery-why") : say("codes.recovery-again", { count: view.left });
	const [title, press] = [say("codes.recovery-new"), say("codes.recovery-make")];
	return asking(view, { title, text, press, action: recoveryCodesPath });
}

/** The secret for the app, which is asked to show that it has it. */
export function showAppPage(it: {
	readonly app: NewApp;
	readonly csrf: string;
	readonly to?: Resume | undefined;
	readonly problem?: Text | undefined;
}): PageView {
	const { secret, ticket, uri } = it.app;
	const fields = html`${hiddenNext(it.to)}${hidden("secret", secret)}${hidden("ticket", ticket)}
${field({
	...{ name: "code", label: say("codes.first"), hint: say("codes.first-hint") },
	...{ autocomplete: "one-time-code", error: it.problem },
})}
${actions(button("primary", say("codes.keep")), linkButton("plain", say("common.cancel"), cancelled(proofsPath, it.to)))}`;
	return {
		title: say("codes.new"),
		body: html`<p>${say("codes.scan")}</p>
${qrCode(uri)}
<p>${say("codes.type")}</p>
<p class="code">${secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</p>
${form({ action: codesPath, csrf: it.csrf, fields })}`,
	};
}

/** The only page that ever shows them. */
export function recoveryCodesPage(it: {
	readonly userId: string;
	readonly codes: readonly string[];
}): PageView {
	const file = `${it.userId}\n\n${it.codes.join("\n")}\n`;
	return {
		title: say("codes.recovery"),
		body: html`<p>${say("codes.recovery-once")}</p>
<ol class="code">${it.codes.map((code) => html`<li>${code}</li>`)}</ol>
<p><a download="recovery-codes.txt" href="data:text/plain;charset=utf-8,${encodeURIComponent(file)}">${say("codes.recovery-download")}</a></p>
<p class="soft">${say("codes.recovery-print")}</p>
${actions(linkButton("primary", say("codes.recovery-kept"), proofsPath))}`,
	};
}

/** What is to be done anew, from the first step on. */
export function codesNotAdded(text: Text, to: Resume | undefined) {
	const action = { label: say("common.try-again"), href: onTheWay(newCodesPath, to) };
	return { status: 403, title: say("codes.not-added"), text, action };
}
