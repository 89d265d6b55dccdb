import { type Html, html } from "../../pages/index.ts";
import { say } from "../../words/index.ts";

/** What a new digital identity costs, and what it leaves as it is. `hasBackup`: undefined where nobody knows. */
export function lossAndRemains(hasBackup?: boolean): Html {
	return html`<h2>${say("reset.lose")}</h2>
<ul><li>${say("reset.lose-verified")}</li>
<li>${say("reset.lose-warning")}</li>
<li>${say("reset.lose-messages")}</li>
${hasBackup === false ? noBackup : ""}</ul>
<h2>${say("reset.stays")}</h2>
<ul><li>${say("reset.stays-account")}</li>
<li>${say("reset.stays-messages")}</li></ul>`;
}

/** Apps remove it before they ask; who never had one has lost nothing by that. */
const noBackup = html`<li>${say("reset.no-backup")}</li>`;
