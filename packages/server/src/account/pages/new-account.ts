import { type Html, html, notice } from "../../pages/index.ts";

/**
 * What stands above everything else where an app asked for a new account and somebody is signed in: it would be given
 * the one they have.
 * @param begin the form that leads to registration; undefined where nobody can register
 */
export function newAccountOffer(userId: string, begin: Html | undefined): Html {
	const title = "The app asked for a new account";
	if (begin === undefined)
		return notice(
			"info",
			title,
			html`On this server people cannot make one themselves: ask those who run it. Below, the app would get <strong>${userId}</strong>.`,
		);
	return html`${notice(
		"info",
		title,
		html`This browser is signed in as <strong>${userId}</strong>. Making a new account signs this browser out; your devices stay signed in.`,
	)}
${begin}
<hr>
<p>Or let the app sign in as <strong>${userId}</strong>:</p>`;
}
