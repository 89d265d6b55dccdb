import {
	actions,
	button,
	choice,
	facts,
	field,
	form,
	type Html,
	hidden,
	html,
	link,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
	wrong,
} from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import { type DeviceSession, replacedUntil } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";
import { appName, deviceCode, sessionPath } from "./device-words.ts";
import { whenAndWhere } from "./network.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";
import { adminScopes, scopeFacts } from "./token-scopes.ts";

export const tokensPath = addressOf({ kind: "page", page: "tokens" });
export const newTokenPath = addressOf({ kind: "page", page: "tokens/new" });

export function tokenPath(sessionId: string): string {
	return addressOf({ kind: "token", sessionId });
}

function replaceTokenPath(sessionId: string): string {
	return addressOf({ kind: "token", sessionId, part: "replace" });
}

/** What somebody may choose of when a token ends: in days, or never. */
export type Lifetime = number | "never";

export function tokensPage(tokens: readonly DeviceSession[], now: number): PageView {
	return {
		title: say("tokens.title"),
		body: html`<p>${say("tokens.what")}</p>
<p>${say("tokens.what-ends")}</p>
${tokens.length === 0 ? html`<p class="soft">${say("tokens.none")}</p>` : html`<ul class="rows">${tokens.map((token) => row(token, now))}</ul>`}
${actions(linkButton("primary", say("tokens.make"), newTokenPath), linkButton("plain", say("common.back"), "/account/"))}`,
	};
}

function row(token: DeviceSession, now: number): Html {
	return html`<li><a href="${tokenPath(token.id)}">${claimed(appName(token))}</a><br>
<span class="soft small">${say("tokens.ends")}: ${endOf(token, now)}</span><br>
<span class="soft small">${say("tokens.last-used")}: ${lastUse(token, now)}</span></li>`;
}

function endOf({ endsAt }: DeviceSession, now: number): Html | Text {
	if (endsAt === undefined) return say("tokens.ends-never");
	if (endsAt <= now) return say("tokens.over");
	return html`${new Date(endsAt).toISOString().slice(0, 10)} · ${timeAgo(endsAt, now)}`;
}

/** To make it is no use of it. */
function lastUse({ createdAt, lastUsedAt, lastAddress }: DeviceSession, now: number): Html | Text {
	return lastUsedAt === createdAt
		? say("tokens.never-used")
		: html`${whenAndWhere(timeAgo(lastUsedAt, now), lastAddress)}`;
}

/** One token: what it may, when it ends, where it was used, and what can be done with it. */
export function tokenPage(token: DeviceSession, now: number): PageView {
	const { deviceId, endsAt } = token;
	const isOver = endsAt !== undefined && endsAt <= now;
	return {
		title: say("tokens.page"),
		body: html`${isOver && notice("warning", say("tokens.over-title"), tell("tokens.over-text", { when: timeAgo(replacedUntil(token, now), now) }))}
${facts([
	[say("tokens.name"), html`<strong>${quoted(appName(token))}</strong>`],
	...scopeFacts(token.scope),
	[say("tokens.device-id"), deviceId === null ? say("tokens.no-device") : deviceCode(deviceId)],
	[say("tokens.made"), timeAgo(token.tokenMadeAt ?? token.createdAt, now)],
	[say("tokens.made-by"), token.byPerson ? say("tokens.by-you") : say("tokens.by-operator")],
	[say("tokens.ends"), endOf(token, now)],
	[say("tokens.last-used"), lastUse(token, now)],
])}
${actions(
	linkButton("primary", say("tokens.replace"), replaceTokenPath(token.id)),
	linkButton("danger", say("tokens.end"), `${sessionPath(token)}?delete=1`),
	linkButton("plain", say("tokens.all"), tokensPath),
)}`,
	};
}

interface Asking extends ProofView {
	readonly csrf: string;
	/** Names this form: it makes one token, however often it is sent. */
	readonly once: string;
	readonly lifetimes: readonly Lifetime[];
	readonly lifetime: Lifetime;
}

export interface NewTokenView extends Asking {
	readonly name: string;
	readonly hasDevice: boolean;
	/** Of who may administer the server: which of the scopes are ticked. Undefined: nobody is offered them. */
	readonly administering: ReadonlySet<string> | undefined;
}

export function newTokenPage(view: NewTokenView): PageView {
	const ofName = textOf(view, "name");
	return {
		title: say("tokens.new"),
		body: html`${proofTrouble(ofProof(view))}
${form({
	action: newTokenPath,
	csrf: view.csrf,
	fields: html`${hidden("once", view.once)}${field({ name: "name", label: say("tokens.name"), hint: say("tokens.name-hint"), value: view.name, autocomplete: "off", error: ofName })}
${lifetimeField(view)}
<h2>${say("tokens.what-may")}</h2>
<p>${say("tokens.api")}</p>
${choice({ name: "device", label: say("tokens.device"), checked: view.hasDevice })}
<p class="soft small">${say("tokens.device-without")}</p>
${administeringFields(view)}
${proofField(ofProof(view))}
${actions(button("primary", say("tokens.make")), linkButton("plain", say("common.cancel"), tokensPath))}`,
})}`,
	};
}

function administeringFields({ administering }: NewTokenView): Html | undefined {
	if (administering === undefined) return undefined;
	const box = (name: "synapse" | "managing") => {
		const label =
			name === "synapse"
				? say("tokens.synapse", { scope: adminScopes.synapse })
				: say("tokens.managing", { scope: adminScopes.managing });
		return choice({ name, label, checked: administering.has(name) });
	};
	return html`${box("synapse")}${box("managing")}<p class="soft small">${say("tokens.admin-hint")}</p>`;
}

/** Puts another token in the place of this one. */
export function replaceTokenPage(view: Omit<Asking, "once"> & { readonly token: DeviceSession }): PageView {
	const { token } = view;
	return {
		title: say("tokens.replace-title"),
		body: html`${proofTrouble(ofProof(view))}
<p>${say("tokens.replace-text")}</p>
${facts([
	[say("tokens.name"), html`<strong>${quoted(appName(token))}</strong>`],
	...scopeFacts(token.scope),
	[say("tokens.device-id"), token.deviceId === null ? say("tokens.no-device") : deviceCode(token.deviceId)],
])}
${form({
	action: replaceTokenPath(token.id),
	csrf: view.csrf,
	fields: html`${hidden("seen", String(token.tokenMadeAt ?? token.createdAt))}${lifetimeField(view)}
${proofField(ofProof(view))}
${actions(button("primary", say("tokens.replace-now")), linkButton("plain", say("common.cancel"), tokenPath(token.id)))}`,
})}`,
	};
}

type Wrong = Pick<ProofView, "problem">;

/** What is wrong with one of the fields of these pages. */
function textOf({ problem }: Wrong, name: "name" | "lifetime"): Text | undefined {
	return problem?.field === name ? problem.text : undefined;
}

/** What is wrong elsewhere is not said of the proof. */
function ofProof(view: Pick<Asking, "asks" | "problem">): ProofView {
	const isElsewhere = (textOf(view, "name") ?? textOf(view, "lifetime")) !== undefined;
	return { asks: view.asks, problem: isElsewhere ? undefined : view.problem };
}

function lifetimeField(view: Pick<Asking, "lifetimes" | "lifetime" | "problem">): Html {
	const error = textOf(view, "lifetime");
	const described = error && html`aria-invalid="true"`;
	return html`<div class="field">
<label for="lifetime">${say("tokens.lifetime")}</label>
<select id="lifetime" name="lifetime" aria-describedby="lifetime-hint${error && " lifetime-error"}" ${described} ${error && "autofocus"}>${view.lifetimes.map(
		(one) =>
			html`<option value="${String(one)}" ${one === view.lifetime && "selected"}>${one === "never" ? say("tokens.never") : say("tokens.days", { count: one })}</option>`,
	)}</select>
<p class="hint" id="lifetime-hint">${say("tokens.lifetime-hint")}</p>
${error && wrong("lifetime", error)}
</div>`;
}

/** The only page that ever shows it. */
export function shownTokenPage(it: {
	readonly token: string;
	readonly sessionId: string;
	readonly userId: string;
	readonly deviceId: string | null;
	readonly scope: string;
	readonly homeserverBase: string;
}): PageView {
	return {
		title: say("tokens.shown-title"),
		body: html`<p>${say("tokens.shown-once")}</p>
<p class="code">${it.token}</p>
${facts([
	[say("tokens.homeserver"), html`<code>${it.homeserverBase}</code>`],
	[say("tokens.user-id"), html`<code>${it.userId}</code>`],
	[say("tokens.device-id"), it.deviceId === null ? say("tokens.no-device") : deviceCode(it.deviceId)],
	...scopeFacts(it.scope),
])}
<p class="soft">${say("tokens.shown-lost")}</p>
${actions(linkButton("primary", say("tokens.kept"), tokenPath(it.sessionId)))}`,
	};
}

/** A form that was sent before. @param token what it made, while that goes on */
export function madeBefore(token: Pick<DeviceSession, "id"> | undefined) {
	const href = token === undefined ? tokensPath : tokenPath(token.id);
	return {
		status: 409,
		title: say("tokens.made-before-title"),
		text: say("tokens.made-before"),
		action: { label: token === undefined ? say("tokens.all") : say("tokens.look"), href },
	} as const;
}

export function replacedBefore(sessionId: string) {
	return {
		status: 409,
		title: say("tokens.replaced-title"),
		text: say("tokens.replaced-before"),
		action: { label: say("tokens.look"), href: tokenPath(sessionId) },
	} as const;
}

/** For addresses of none, of one that ended, or of somebody else's: one answer for all. */
export const noSuchToken = {
	status: 404,
	title: say("tokens.not-found"),
	text: say("tokens.not-found-text"),
	action: { label: say("tokens.all"), href: tokensPath },
} as const;

/** On the front page: which tokens end soon, or are over and can still be replaced. */
export function endingTokens(ending: readonly DeviceSession[], now: number): Html | undefined {
	const tokens = ending.filter(({ lasting }) => lasting);
	if (tokens.length === 0) return undefined;
	return notice(
		"warning",
		say("tokens.soon-title", { count: tokens.length }),
		html`${tokens.map(
			(token) =>
				html`${tell("tokens.soon-text", { token: link(tokenPath(token.id)), name: claimed(appName(token)), when: timeAgo(token.endsAt ?? now, now) })}<br>`,
		)}`,
	);
}

/** The same of apps, which the list of devices tells more of. */
export function endingApps(ending: readonly DeviceSession[]): Html | undefined {
	const apps = ending.filter(({ lasting }) => !lasting);
	if (apps.length === 0) return undefined;
	const [title, devices] = [say("devices.soon-title", { count: apps.length }), link("/account/devices")];
	return notice("warning", title, tell("devices.soon-text", { devices }));
}
