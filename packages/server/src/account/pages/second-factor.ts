import {
	actions,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { MissingFactor } from "../../proofs/index.ts";
import { addressOf, addressOfStep, type Resume } from "../../resume/index.ts";
import { say } from "../../words/index.ts";
import { newCodesPath } from "./codes.ts";
import { onTheWay } from "./on-the-way.ts";
import { newPasskeyPath } from "./proofs.ts";

export interface SecondFactorView {
	readonly missing: MissingFactor;
	/** Where they were going. */
	readonly to: Resume;
	/** Whether passkeys can be made here. */
	readonly canBeMade: boolean;
	readonly now: number;
	/** Form that signs out of this browser. */
	readonly signOut: Html;
}

/** A second factor is demanded of somebody who has none. While there is time, they may go on without. */
export function secondFactorPage({ missing, to, canBeMade, now, signOut }: SecondFactorView): PageView {
	const passkey = linkButton("primary", say("proofs.add"), onTheWay(newPasskeyPath, to));
	const codes = linkButton(canBeMade ? "plain" : "primary", say("codes.set"), onTheWay(newCodesPath, to));
	return {
		title: say("second-factor.title"),
		body: html`<p>${say("second-factor.why")}</p>
<p>${dueText(missing, now)}</p>
${canBeMade && html`<p>${say("proofs.why")}</p>`}
${actions(canBeMade && passkey, codes)}
${missing.isOver ? actions(signOut) : actions(linkButton("plain", say("second-factor.later"), addressOf(to)))}`,
	};
}

/** On the front page, while there is time. */
export function missingFactorNotice(missing: MissingFactor | undefined, now: number): Html | undefined {
	if (missing === undefined) return undefined;
	const href = addressOfStep({ kind: "add-factor", to: { kind: "front" } });
	return html`${notice("warning", say("second-factor.home"), dueText(missing, now))}
${actions(linkButton("primary", say("second-factor.title"), href))}`;
}

function dueText({ until, isOver }: MissingFactor, now: number): Html {
	return isOver
		? html`${say("second-factor.over")}`
		: tell("second-factor.until", { when: timeAgo(until, now) });
}
