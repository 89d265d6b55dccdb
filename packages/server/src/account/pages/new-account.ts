import { actions, type Html, html, notice, tell } from "../../pages/index.ts";
import { say } from "../../words/index.ts";

/**
 * What stands above everything else where an app asked for a new account and somebody is signed in: it would be given
 * the one they have.
 * @param begin the form that leads to registration; undefined where nobody can register
 */
export function newAccountOffer(userId: string, begin: Html | undefined): Html {
	const title = say("consent.wants-new");
	if (begin === undefined) return notice("info", title, tell("consent.new-impossible", { userId }));
	return html`${notice("info", title, tell("consent.new-signs-out", { userId }))}
${actions(begin)}
<hr>
<p>${tell("consent.or-this", { userId })}</p>`;
}
