import { safeText } from "../../http/index.ts";
import type { LossState, OpenedLoss } from "../../lost-factors/index.ts";
import {
	actions,
	button,
	field,
	form,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	tell,
	trouble,
} from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import { duration, say, type Text } from "../../words/index.ts";
import { usernameForPasswordManagers } from "./password.ts";

export const lostPath = "/login/lost";
/** With what a letter names behind it. */
export const lossLinkPath = "/account/lost-factors/";
export const lossPath = addressOf({ kind: "page", page: "lost-factors" });

interface LostView {
	readonly loss: LossState;
	readonly csrf: string;
	readonly problem: Text | undefined;
	readonly now: number;
}

/** For whoever entered the right password and has nothing to go with it: what there is, and how far it has come. */
export function lostPage(view: LostView): PageView {
	const { loss, now } = view;
	switch (loss.state) {
		case "none":
			return {
				title: say("lost.none"),
				asksOperator: true,
				body: html`<p>${say("lost.none-text")}</p><p><a href="/login/second">${say("lost.back")}</a></p>`,
			};
		case "open":
			return {
				title: say("lost.title"),
				body: html`${summary(view)}<p>${tell("lost.why")}</p>
<ol><li>${say("lost.step-letter")}</li><li>${say("lost.step-wait")}</li><li>${say("lost.step-take")}</li></ol>
<p>${say("lost.faster")}</p>${sending(view, say("lost.send"))}`,
			};
		case "asked":
			return {
				title: say("lost.asked"),
				body: html`${summary(view)}<p>${say("lost.asked-text")}</p>${sending(view, say("lost.send-again"))}`,
			};
		case "waiting":
			return {
				title: say("lost.waiting"),
				body: html`<p>${say("lost.waiting-text", { time: left(loss.until, now) })}</p>${actions(back())}`,
			};
		case "over":
			return {
				title: say("lost.over"),
				body: html`${summary(view)}<p>${say("lost.over-text", { time: left(loss.until, now) })}</p>
${sending(view, say("lost.send-again"))}`,
			};
	}
}

function summary({ problem }: Pick<LostView, "problem">): Html {
	return html`${trouble(problem)}`;
}

function sending({ csrf }: LostView, label: Text): Html {
	return form({ action: lostPath, csrf, fields: actions(button("primary", label), back()) });
}

function back(): Html {
	return linkButton("plain", say("lost.back"), "/login/second");
}

interface LossLinkView {
	readonly loss: OpenedLoss;
	readonly userId: string;
	readonly token: string;
	readonly csrf: string;
	readonly problem: Text | undefined;
	readonly now: number;
}

/** Where the link of a letter leads. */
export function lossLinkPage(view: LossLinkView): PageView {
	const { loss, csrf, problem, now } = view;
	const userId = safeText(view.userId, 255);
	const action = `${lossLinkPath}${view.token}`;
	const notMe = html`<p class="soft">${say("lost.not-me")}</p>`;
	switch (loss.state) {
		case "begin":
			return {
				title: say("lost.begin"),
				body: html`<p>${tell("lost.begin-text", { userId })}</p><p>${say("lost.step-wait")}</p>${notMe}
${form({ action, csrf, fields: actions(button("primary", say("lost.begin-button"))) })}`,
			};
		case "waiting":
			return {
				title: say("lost.waiting"),
				body: html`<p>${say("lost.waiting-text", { time: left(loss.until, now) })}</p>`,
			};
		case "over":
			return { title: say("lost.over"), body: html`<p>${say("lost.over-text-other")}</p>` };
		case "finish":
			return {
				title: say("lost.finish"),
				body: html`<p>${tell("lost.finish-text", { userId })}</p>${notMe}
${form({
	...{ action, csrf },
	fields: html`${usernameForPasswordManagers(loss.localpart)}
${field({ name: "password", label: say("password.yours"), type: "password", autocomplete: "current-password", error: problem })}
${actions(button("danger", say("lost.finish-button")))}`,
})}`,
			};
		case "done":
			return {
				title: say("lost.done"),
				body: html`<p>${tell("lost.done-text", { userId })}</p>
${actions(linkButton("primary", say("sign-in.sign-in"), `/login?${new URLSearchParams({ username: loss.localpart })}`))}`,
			};
	}
}

type Waiting = Extract<LossState, { state: "waiting" | "over" }>;

interface Waits {
	/** Undefined: nothing waits. */
	readonly loss: Waiting | undefined;
	readonly now: number;
}

/** For whoever is signed in: what waits, and how it ends. */
export function stopLossPage({ loss, csrf, now }: Waits & { readonly csrf: string }): PageView {
	if (loss === undefined)
		return {
			title: say("lost.stop-none"),
			body: html`<p>${say("lost.stop-none-text")}</p>${actions(linkButton("plain", say("problems.your-account"), "/account/"))}`,
		};
	const text =
		loss.state === "waiting"
			? say("lost.stop-text", { time: left(loss.until, now) })
			: say("lost.stop-text-over");
	const press = actions(
		button("danger", say("lost.stop-button")),
		linkButton("plain", say("notice.was-me"), "/account/"),
	);
	return {
		title: say("lost.stop"),
		body: html`<p>${text}</p>${form({ action: lossPath, csrf, fields: press })}`,
	};
}

/** At the top of the front page, before anything else. */
export function lossBanner({ loss, now }: Waits): Html | undefined {
	if (loss === undefined) return undefined;
	const text =
		loss.state === "waiting"
			? say("lost.banner-text", { time: left(loss.until, now) })
			: say("lost.banner-text-over");
	return html`${notice("warning", say("lost.banner"), text)}${actions(linkButton("primary", say("lost.look"), lossPath))}`;
}

function left(until: number, now: number): Text {
	return duration(Math.max(0, until - now));
}
