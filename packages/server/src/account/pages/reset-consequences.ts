import { type Html, html, tell, timeAgo } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import type { BackupTruth } from "../ports.ts";
import type { Asking } from "./reset-view.ts";

/** What a new digital identity costs. `backup`: undefined where nobody knows. */
export function losses(known?: { readonly backup: BackupTruth | undefined; readonly now: number }): Html {
	return html`<h2>${say("reset.lose")}</h2>
<ul><li>${say("reset.lose-verified")}</li>
<li>${say("reset.lose-warning")}</li>
<li>${say("reset.lose-messages")}</li>
${known?.backup?.state === "held" && html`<li>${say("reset.backup-held", { count: known.backup.keys })}</li>`}
${known?.backup?.state === "gone" && html`<li>${backupGone(known.backup, known.now)}</li>`}</ul>`;
}

/** What it leaves as it is. */
export const remains = html`<ul><li>${say("reset.stays-account")}</li>
<li>${say("reset.stays-messages")}</li></ul>`;

/** Who never had a backup has lost nothing by that; where the homeserver does not know, it is said as it is. */
function backupGone({ removedAt }: Extract<BackupTruth, { state: "gone" }>, now: number): Html {
	return removedAt === undefined
		? html`${say("reset.no-backup")}`
		: tell("reset.backup-removed", { when: timeAgo(removedAt, now) });
}

/**
 * What is to be done about the backup after an end without a new identity: apps remove it before they ask, so that
 * what came to nothing has cost it all the same.
 */
export function backupAdvice(
	{ backup, putBack }: Pick<Asking, "backup" | "putBack">,
	now: number,
): Html | undefined {
	if (putBack !== undefined)
		return html`<p>${putBack === "whole" ? say("reset.data-back") : say("reset.data-back-in-part")}</p>`;
	switch (backup?.state) {
		case "there":
		case "never":
			return undefined;
		case "held":
			return html`<p>${say("reset.backup-held", { count: backup.keys })}</p>`;
		case "gone":
			return html`<p>${backupGone(backup, now)} ${say("reset.backup-again")}</p>`;
		case undefined:
			return html`<p>${say("reset.backup-unknown")}</p>`;
	}
}
