import type { MatrixScope } from "@countersign/protocol";
import type { AskingClient } from "../../authorization/index.ts";
import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, notice, tell } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";

/** Who asks, by the name it gives itself. */
export function whoAsks({ name: itsName }: AskingClient): Html {
	const name = safeText(itsName ?? "");
	return name === "" ? tell("asking.nameless-asks") : tell("asking.asks", { app: quoted(name) });
}

/** What an app may do that is let in. */
export const abilities = html`<h2>${say("asking.can")}</h2>
<ul>
<li>${say("asking.can-messages")}</li>
<li>${say("asking.can-settings")}</li>
<li>${say("asking.can-stay")}</li>
</ul>
<p class="soft small">${say("asking.cannot")}</p>`;

/** For an app that names a device the person has. */
export const takesOver = notice("warning", say("asking.takes-over"), say("asking.takes-over-text"));

/** For an app that asks to administer: what that means, or that this person cannot let it. */
export function adminNotice(
	scope: Pick<MatrixScope, "admin" | "managing">,
	{ mayAdminister, addFactor }: Administering,
): Html | undefined {
	const asks = scope.admin || (scope.managing && (mayAdminister || addFactor !== undefined));
	if (!asks) return undefined;
	const title = say("asking.admin");
	if (mayAdminister) return notice("warning", title, say("asking.admin-could"));
	if (addFactor === undefined) return notice("warning", title, say("asking.admin-impossible"));
	return html`${notice("warning", title, say("second-factor.act-missing"))}
${actions(linkButton("plain", say("second-factor.title"), addFactor))}`;
}

interface Administering {
	readonly mayAdminister: boolean;
	/** Of an administrator who only lacks the second factor that is demanded: where it is added. */
	readonly addFactor?: string | undefined;
}

/** The app's own terms and policy, where it has any. */
export function appLinks({ tosUri, policyUri }: AskingClient): Html | undefined {
	const links = [webLink(say("asking.terms"), tosUri), webLink(say("asking.policy"), policyUri)].filter(
		(link) => link !== undefined,
	);
	if (links.length === 0) return undefined;
	return html`<p class="small soft">${say("asking.from-app")} ${links.map((one, index) => html`${index > 0 && " · "}${one}`)}</p>`;
}

function webLink(label: Text, uri: string | undefined): Html | undefined {
	if (uri === undefined || !URL.canParse(uri) || new URL(uri).protocol !== "https:") return undefined;
	return html`<a href="${uri}" rel="noopener noreferrer nofollow" target="_blank">${label}</a>`;
}

/** Above the facts, where the app expected somebody else than is signed in. @param expected a user id, as an app claims it */
export function anotherIsMeant(expected: string | undefined): Html | undefined {
	if (expected === undefined) return undefined;
	return notice(
		"info",
		say("consent.other-account"),
		tell("consent.expected", { userId: claimed(safeText(expected, 255)) }),
	);
}
