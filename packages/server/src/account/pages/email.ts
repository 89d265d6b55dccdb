import { safeText } from "../../http/index.ts";
import { type AddressList, addressRules } from "../../identifiers/index.ts";
import {
	actions,
	button,
	field,
	form,
	type Html,
	html,
	linkButton,
	type PageView,
	tell,
	trouble,
} from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export const emailPath = "/account/email";

export function addressPath(key: string): string {
	return `${emailPath}/${encodeURIComponent(key)}`;
}

interface EmailView extends AddressList, ProofView {
	readonly csrf: string;
	/** As it was typed. */
	readonly typed: string;
}

/** The addresses of a person, and the form for another. */
export function emailPage(view: EmailView): PageView {
	const { own, waiting } = view;
	const rows = [...own.map(({ key, address }) => row(key, address)), ...waiting.map(waitingRow)];
	const mayAdd = rows.length < addressRules.atMost;
	return {
		title: say("email.title"),
		body: html`${mayAdd ? proofTrouble(proofOf(view)) : trouble(view.problem?.text)}
<p>${say(own.length === 0 ? "email.none" : "email.what")}</p>
${rows.length > 0 && html`<ul class="rows">${rows}</ul>`}
${mayAdd ? addForm(view) : html`${view.problem === undefined && html`<p>${say("email.too-many", { most: addressRules.atMost })}</p>`}${actions(back)}`}`,
	};
}

const back = linkButton("plain", say("common.back"), "/account/");

function addForm(view: EmailView): Html {
	return html`<h2>${say("email.add")}</h2>
${form({
	action: emailPath,
	csrf: view.csrf,
	fields: html`${field({ name: "email", label: say("email.label"), value: view.typed, autocomplete: "email", error: ofAddress(view) })}
${proofField(proofOf(view))}
${actions(button("primary", say("email.add-button")), back)}`,
})}`;
}

/** What is wrong with the address itself. */
function ofAddress({ problem }: EmailView): Text | undefined {
	return problem?.field === "email" ? problem.text : undefined;
}

function proofOf(view: EmailView): ProofView {
	return { asks: view.asks, problem: ofAddress(view) === undefined ? view.problem : undefined };
}

function row(key: string, address: string, state?: Text): Html {
	return html`<li><a href="${addressPath(key)}">${safeText(address, 254)}</a>${state && html`<br><span class="soft">${state}</span>`}</li>`;
}

function waitingRow({ key, address }: AddressList["waiting"][number]): Html {
	return row(key, address, say("email.waits"));
}

interface CodeView {
	readonly address: string;
	readonly key: string;
	readonly csrf: string;
	readonly wrong?: Text | undefined;
}

/** Where the code is typed, in whatever browser the letter was opened. */
export function codePage({ address, key, csrf, wrong }: CodeView): PageView {
	return {
		title: say("email.code-title"),
		body: html`<p>${tell("email.code-sent", { address: safeText(address, 254) })}</p>
${form({
	action: addressPath(key),
	csrf,
	fields: html`${field({ name: "code", label: say("email.code-label"), hint: say("email.code-hint"), autocomplete: "one-time-code", autofocus: true, error: wrong })}
${actions(button("primary", say("email.code-button")), linkButton("plain", say("common.back"), emailPath))}`,
})}`,
	};
}

interface RemoveView extends ProofView {
	readonly address: string;
	readonly key: string;
	readonly isLast: boolean;
	readonly csrf: string;
}

export function removeAddressPage(view: RemoveView): PageView {
	return {
		title: say("email.remove-title"),
		body: html`${proofTrouble(view)}
<p>${tell("email.remove-effect", { address: safeText(view.address, 254) })}</p>
${view.isLast && html`<p>${say("email.remove-last")}</p>`}
${form({
	action: addressPath(view.key),
	csrf: view.csrf,
	fields: html`${proofField(view)}
${actions(button("danger", say("email.remove-button"), { name: "decision", value: "remove" }), linkButton("plain", say("common.keep-it"), emailPath))}`,
})}`,
	};
}
