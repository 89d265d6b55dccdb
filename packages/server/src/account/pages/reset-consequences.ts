import { html } from "../../http/index.ts";

/** What a new digital identity costs, and what it leaves as it is. */
export const lossAndRemains = html`<h2>What you lose</h2>
<ul><li>Your other devices are no longer verified, nor are the people you verified.</li>
<li>People who verified you see a warning until they do it again.</li>
<li>Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.</li></ul>
<h2>What stays</h2>
<ul><li>Your account, your rooms, your contacts, and every device stays signed in.</li>
<li>Messages that a device can open now stay readable there.</li></ul>`;
