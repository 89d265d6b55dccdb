import {
	actions,
	button,
	errorSummary,
	facts,
	field,
	form,
	type Html,
	hidden,
	html,
	linkButton,
	notice,
	type PageView,
	passkeyInput,
	timeAgo,
} from "../../pages/index.ts";
import type { Passkey, ProofAsked } from "../../proofs/index.ts";
import { addressOf } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { type ProofView, proofField, proofProblem } from "./proof-field.ts";

export const proofsPath = addressOf({ kind: "page", page: "proofs" });
export const newPasskeyPath = addressOf({ kind: "page", page: "proofs/new-passkey" });

export function passkeyPath(id: string): string {
	return addressOf({ kind: "passkey", id });
}

export interface ProofsView {
	readonly passkeys: readonly Passkey[];
	/** Whether any can be made here. */
	readonly canBeMade: boolean;
	readonly now: number;
}

/** The ways to prove that it is you. */
export function proofsPage({ passkeys, canBeMade, now }: ProofsView): PageView {
	const add = canBeMade && linkButton("primary", say("proofs.add"), newPasskeyPath);
	return {
		title: say("proofs.title"),
		body: html`<p>${say("proofs.why")}</p>
${
	passkeys.length === 0
		? html`<p>${say("proofs.none")} ${say("proofs.from-first")}</p>`
		: html`<ul class="rows">${passkeys.map((passkey) => row(passkey, now))}</ul>`
}
${!canBeMade && notice("info", say("proofs.not-here"))}
${passkeys.length === 1 && notice("warning", say("proofs.lost-hint"))}
${actions(add, linkButton("plain", say("common.back-to-account"), "/account/"))}`,
	};
}

function row({ id, name, createdAt, lastUsedAt, isUsable }: Passkey, now: number): Html {
	return html`
<li><a href="${passkeyPath(id)}">${claimed(name)}</a><br><span class="soft">${say("proofs.added")}: ${timeAgo(createdAt, now)}. ${say("proofs.last-used")}: ${usedAt(lastUsedAt, now)}.</span>${
		!isUsable && html`<br><span class="wrong">${say("proofs.other-host")}</span>`
	}</li>`;
}

function usedAt(at: number | null, now: number): Html | Text {
	return at === null ? say("proofs.never") : timeAgo(at, now);
}

export interface NewPasskeyView {
	readonly name: string;
	readonly csrf: string;
	readonly asks: ProofAsked;
	readonly problem?: { readonly field: "name" | "password"; readonly text: Text } | undefined;
}

/** The first step: what it is called, and who asks. */
export function newPasskeyPage({ name, csrf, asks, problem }: NewPasskeyView): PageView {
	const problemOf = (of: "name" | "password") => (problem?.field === of ? problem.text : undefined);
	const fields = html`${field({
		...{ name: "name", label: say("proofs.name"), value: name, hint: say("proofs.name-hint") },
		...{ autocomplete: "off", error: problemOf("name") },
	})}
${proofField({ asks, problem: problemOf("password") })}
${actions(button("primary", say("common.continue")), linkButton("plain", say("common.cancel"), proofsPath))}`;
	return {
		title: say("proofs.new"),
		body: html`${problem !== undefined && errorSummary([problem])}
<p>${say("proofs.from-first")} ${say("proofs.others-signed-out")}</p>
${form({ action: newPasskeyPath, csrf, fields })}`,
	};
}

/** The second: the browser makes it. */
export function makePasskeyPage(it: {
	readonly name: string;
	readonly options: string;
	readonly csrf: string;
}): PageView {
	const fields = html`${hidden("name", it.name)}${passkeyInput({ does: "create", options: it.options })}
${actions(button("primary", say("proofs.make")), linkButton("plain", say("common.cancel"), proofsPath))}`;
	return {
		title: say("proofs.new"),
		body: html`<p>${say("proofs.new-make")}</p>
${facts([[say("proofs.name"), claimed(it.name)]])}
${form({ action: proofsPath, csrf: it.csrf, fields })}`,
	};
}

export interface PasskeyView extends ProofView {
	readonly passkey: Passkey;
	readonly action: string;
	readonly csrf: string;
	readonly now: number;
}

/** One passkey, and the way to remove it. */
export function passkeyPage(view: PasskeyView): PageView {
	const { passkey, now } = view;
	return {
		title: say("proofs.one"),
		body: html`${proofProblem(view)}
${facts([
	[say("proofs.name"), claimed(passkey.name)],
	[say("proofs.added"), timeAgo(passkey.createdAt, now)],
	[say("proofs.last-used"), usedAt(passkey.lastUsedAt, now)],
	[say("proofs.host"), passkey.isUsable ? undefined : passkey.host],
])}
<p>${say("proofs.remove-why")}</p>
${form({
	action: view.action,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(button("danger", say("proofs.remove")), linkButton("plain", say("proofs.all"), proofsPath))}`,
})}`,
	};
}

/** For ids that do not exist, are removed, or are somebody else's: one answer for all. */
export const noSuchPasskey = {
	status: 404,
	title: say("proofs.not-found"),
	text: say("proofs.not-found-text"),
	action: { label: say("proofs.all"), href: proofsPath },
} as const;

/** What is to be done anew, from the first step on. */
export function notAdded(text: Text) {
	const action = { label: say("common.try-again"), href: newPasskeyPath };
	return { status: 403, title: say("proofs.not-added"), text, action };
}
