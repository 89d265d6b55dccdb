import { type Html, html } from "../../pages/index.ts";

/** What a new digital identity costs, and what it leaves as it is. `hasBackup`: undefined where nobody knows. */
export function lossAndRemains(hasBackup?: boolean): Html {
	return html`<h2>What you lose</h2>
<ul><li>Your other devices are no longer verified, nor are the people you verified.</li>
<li>People who verified you see a warning until they do it again.</li>
<li>Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.</li>
${hasBackup === false ? noBackup : ""}</ul>
<h2>What stays</h2>
<ul><li>Your account, your rooms, your contacts, and every device stays signed in.</li>
<li>Messages that a device can open now stay readable there.</li></ul>`;
}

/** Apps remove it before they ask; who never had one has lost nothing by that. */
const noBackup = html`<li>There is no backup of your message keys on the server. If you had one, your app has removed it already.</li>`;
