import {
	actions,
	button,
	form,
	type Html,
	hidden,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";
import type { UpstreamService } from "../../proofs/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import { say } from "../../words/index.ts";

/** Where the form of a service is sent by who is not signed in. */
export function signInWithPath(id: string): string {
	return `/login/with/${id}`;
}

/** The same by who is, to show that it is them. */
export function proveWithPath(id: string): string {
	return `/account/with/${id}`;
}

interface Buttons {
	readonly services: readonly UpstreamService[];
	readonly csrf: string;
	readonly to: Resume;
}

/** A form for each service, so that nobody has to type a name. */
export function signInWith({ services, csrf, to }: Buttons): Html | undefined {
	if (services.length === 0) return undefined;
	const forms = services.map(({ id, name }) =>
		form({
			...{ action: signInWithPath(id), csrf },
			fields: html`${hidden("next", addressOf(to))}
${actions(button("plain", say("upstream.with", { provider: name })))}`,
		}),
	);
	return html`<hr>${forms}`;
}

/** The same where somebody has said who they are, which the service is told. */
export function signInWithMeant({
	services,
	csrf,
	to,
	loginHint,
}: Buttons & { readonly loginHint: string }): Html {
	return html`${services.map(({ id, name }) =>
		form({
			...{ action: signInWithPath(id), csrf },
			fields: html`${hidden("next", addressOf(to))}
${hidden("login_hint", loginHint)}
${actions(button("primary", say("upstream.with", { provider: name })))}`,
		}),
	)}`;
}

/** The same for who is signed in and has no password. */
export function confirmWith({ services, csrf, to }: Buttons): Html {
	return html`${services.map(({ id, name }) =>
		form({
			...{ action: proveWithPath(id), csrf },
			fields: html`${hidden("next", addressOf(to))}
${actions(button("primary", say("upstream.confirm", { provider: name })))}`,
		}),
	)}`;
}

/**
 * The browser goes on by itself. Not by a redirect: a form's policy would have to name the service's host, which is asked
 * for only once somebody wants to go there.
 */
export function goingPage({
	service,
	url,
}: {
	readonly service: UpstreamService;
	readonly url: string;
}): PageView {
	return {
		title: say("upstream.going", { provider: service.name }),
		body: html`<p>${say("upstream.going-text")}</p>
${actions(linkButton("primary", say("upstream.go-on", { provider: service.name }), url))}`,
	};
}
