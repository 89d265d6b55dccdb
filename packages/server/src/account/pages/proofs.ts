import {
	actions,
	button,
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
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { Passkey, ProofAsked } from "../../proofs/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { newCodesPath, recoveryCodesPath, removeCodesPath } from "./codes.ts";
import { cancelled, hiddenNext, onTheWay } from "./on-the-way.ts";
import { type Problem, type ProofView, proofField, proofTrouble } from "./proof-field.ts";
import { removePasswordPath } from "./remove-password.ts";

export const proofsPath = addressOf({ kind: "page", page: "proofs" });
export const newPasskeyPath = addressOf({ kind: "page", page: "proofs/new-passkey" });

export function passkeyPath(id: string): string {
	return addressOf({ kind: "passkey", id });
}

export interface ProofsView {
	readonly passkeys: readonly Passkey[];
	/** Whether any can be made here. */
	readonly canBeMade: boolean;
	readonly codes: {
		/** Since when an app shows codes. */
		readonly since: number | undefined;
		/** Recovery codes that were not used. */
		readonly left: number;
	};
	/** Default true. */
	readonly hasPassword?: boolean;
	/** Whether a directory has the password instead. Default: no. */
	readonly isInDirectory?: boolean;
	/** Where who was asked for a second factor was going. */
	readonly to?: Resume | undefined;
	readonly now: number;
}

/** The ways to prove that it is you. */
export function proofsPage(view: ProofsView): PageView {
	const { passkeys, codes } = view;
	const hasSecond = passkeys.length > 0 || codes.since !== undefined;
	return {
		title: say("proofs.title"),
		body: html`${!hasSecond && html`<p>${say("proofs.from-first")}</p>`}
${hasSecond && view.to && notice("info", say("second-factor.added"), say("second-factor.added-text"))}
${hasSecond && codes.left === 0 && notice("warning", say("codes.recovery-none"))}
${hasSecond && view.to && actions(linkButton("primary", say("common.continue"), addressOf(view.to)))}
<h2>${say("proofs.passkeys")}</h2>
${passkeySection(view)}
<h2>${say("codes.title")}</h2>
<p>${codes.since === undefined ? say("codes.why") : tell("codes.since", { when: timeAgo(codes.since, view.now) })}</p>
${
	codes.since === undefined
		? actions(linkButton("plain", say("codes.set"), newCodesPath))
		: actions(
				linkButton("plain", say("codes.replace"), newCodesPath),
				linkButton("plain", say("codes.remove"), removeCodesPath),
			)
}
${hasSecond && recoverySection(codes.left)}
${passwordSection(view)}
<hr>
${actions(
	linkButton("plain", say("devices.everywhere"), "/account/sign-out-everywhere"),
	linkButton("plain", say("common.back-to-account"), "/account/"),
)}`,
	};
}

function passkeySection({ passkeys, canBeMade, to, now }: ProofsView): Html {
	return html`<p>${say("proofs.why")}</p>
${
	passkeys.length === 0
		? html`<p>${say("proofs.none")}</p>`
		: html`<ul class="rows">${passkeys.map((passkey) => row(passkey, now))}</ul>`
}
${!canBeMade && notice("info", say("proofs.not-here"))}
${passkeys.length === 1 && html`<p class="soft">${say("proofs.lost-hint")}</p>`}
${canBeMade && actions(linkButton(to === undefined ? "primary" : "plain", say("proofs.add"), newPasskeyPath))}`;
}

function recoverySection(left: number): Html {
	return html`<h2>${say("codes.recovery-title")}</h2>
<p>${left === 0 ? say("codes.recovery-why") : say("codes.recovery-left", { count: left })}</p>
${actions(linkButton("plain", say("codes.recovery-new"), recoveryCodesPath))}`;
}

/** Nothing of it while a password is the one way in. */
function passwordSection({ passkeys, hasPassword = true, isInDirectory }: ProofsView): Html | undefined {
	if (isInDirectory)
		return html`<h2>${say("proofs.password")}</h2>
<p>${say("password.elsewhere-text")}</p>`;
	if (hasPassword && !passkeys.some(({ isUsable }) => isUsable)) return undefined;
	return html`<h2>${say("proofs.password")}</h2>
<p>${hasPassword ? say("proofs.password-there") : say("proofs.password-none")}</p>
${actions(
	linkButton("plain", hasPassword ? say("password.change") : say("proofs.password-set"), "/account/password"),
	hasPassword && linkButton("plain", say("proofs.password-remove"), removePasswordPath),
)}`;
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
	readonly to?: Resume | undefined;
	readonly problem?: Problem | undefined;
}

/** The first step: what it is called, and who asks. */
export function newPasskeyPage({ name, csrf, asks, to, problem }: NewPasskeyView): PageView {
	const ofName = problem?.field === "name" ? problem.text : undefined;
	const proof = { asks, problem: ofName === undefined ? problem : undefined };
	const fields = html`${hiddenNext(to)}${field({
		...{ name: "name", label: say("proofs.name"), value: name, hint: say("proofs.name-hint") },
		...{ autocomplete: "off", error: ofName },
	})}
${proofField(proof)}
${actions(button("primary", say("common.continue")), linkButton("plain", say("common.cancel"), cancelled(proofsPath, to)))}`;
	return {
		title: say("proofs.new"),
		body: html`${proofTrouble(proof)}
<p>${say("proofs.from-first")} ${say("proofs.others-signed-out")}</p>
${form({ action: newPasskeyPath, csrf, fields })}`,
	};
}

/** The second: the browser makes it. */
export function makePasskeyPage(it: {
	readonly name: string;
	readonly options: string;
	readonly csrf: string;
	readonly to?: Resume | undefined;
}): PageView {
	const fields = html`${hiddenNext(it.to)}${hidden("name", it.name)}${passkeyInput({ does: "create", options: it.options })}
${actions(button("primary", say("proofs.make")), linkButton("plain", say("common.cancel"), cancelled(proofsPath, it.to)))}`;
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
		body: html`${proofTrouble(view)}
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
export function notAdded(text: Text, to: Resume | undefined) {
	const action = { label: say("common.try-again"), href: onTheWay(newPasskeyPath, to) };
	return { status: 403, title: say("proofs.not-added"), text, action };
}
