import { type Html, html, link, tell, timeAgo } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import type { BackupTruth } from "../ports.ts";
import { keptPath } from "./kept-backup.ts";
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

/** What came back, and what did not. */
function returned(putBack: NonNullable<Asking["putBack"]>, backup: Asking["backup"]): Html {
	switch (putBack) {
		case "whole":
			return html`${say("reset.data-back")}${backup?.state === "there" && html` ${say("reset.data-back-keys", { count: backup.keys })}`}`;
		case "in-part":
			return html`${say("reset.data-back-in-part")}`;
		case "aside":
			return tell("reset.data-aside", { kept: link(keptPath) });
	}
}

/**
 * What is to be done about the backup after an end without a new identity: apps remove it before they ask, so that
 * what came to nothing has cost it all the same.
 */
export function backupAdvice(
	{ backup, putBack }: Pick<Asking, "backup" | "putBack">,
	now: number,
): Html | undefined {
	if (putBack !== undefined) return html`<p>${returned(putBack, backup)}</p>`;
	switch (backup?.state) {
		case "there":
		case "never":
			return undefined;
		case "held":
			return html`<p>${say("reset.backup-comes-back", { count: backup.keys })}</p>`;
		case "gone":
			return html`<p>${backupGone(backup, now)} ${say("reset.backup-again")}</p>`;
		case undefined:
			return html`<p>${say("reset.backup-unknown")}</p>`;
	}
}
