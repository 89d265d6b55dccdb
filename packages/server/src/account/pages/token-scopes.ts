import { type Html, html } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

/** Scopes that a token may have beside the Matrix API, by the name of their box. */
export const adminScopes = {
	synapse: "urn:synapse:admin:*",
	managing: "urn:mas:admin",
} as const;

const administering = [
	[adminScopes.synapse, say("tokens.may-homeserver")],
	[adminScopes.managing, say("tokens.may-accounts")],
] as const;

/** The device has a line of its own. */
const device = /^urn:matrix:(?:org\.matrix\.msc2967\.)?client:device:/;
const api = /^urn:matrix:(?:org\.matrix\.msc2967\.)?client:api:\*$/;

/**
 * What whoever holds a token may do, every scope of it, as facts: what opens other people's things stands apart, and what
 * has no words here is shown as it is.
 */
export function scopeFacts(scope: string): readonly (readonly [Text, Html | undefined])[] {
	const tokens = scope.split(" ").filter((token) => token !== "" && !device.test(token));
	const isAdmin = (token: string) => administering.some(([admin]) => admin === token);
	const admin = administering.filter(([token]) => tokens.includes(token));
	return [
		[say("tokens.may"), lines(tokens.filter((token) => !isAdmin(token)).map(ordinary))],
		[
			say("tokens.may-administer"),
			lines(admin.map(([token, what]) => html`<strong>${what}</strong> <code>${token}</code>`)),
		],
	];
}

function ordinary(token: string): Html {
	if (api.test(token)) return html`${say("tokens.may-api")}`;
	return token === "openid" ? html`${say("tokens.may-openid")}` : html`<code>${token}</code>`;
}

function lines(all: readonly Html[]): Html | undefined {
	const [first, ...others] = all;
	return first && html`${first}${others.map((one) => html`<br>${one}`)}`;
}
