import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, notice, tell, timeAgo } from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import type { Room } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { appName } from "./device-words.ts";

/** What it means for the person's other devices that one more is let in. */
export interface RoomAsked {
	/** Which of them are signed out for it; undefined: there is no room. */
	readonly room: Room;
	readonly now: number;
}

/** Nothing, where there is room as it is. */
export function roomNotice({ room, now }: RoomAsked): Html | undefined {
	if (room === undefined)
		return html`${notice("warning", say("asking.full"), say("asking.full-text"))}
${actions(linkButton("plain", say("asking.full-devices"), addressOf({ kind: "page", page: "devices" })))}`;
	if (room.length === 0) return undefined;
	const leaving = room.map(
		(session) =>
			html`<li>${claimed(appName(session))} <code>${safeText(session.deviceId ?? "", 255)}</code>, ${tell("asking.gives-way-used", { when: timeAgo(session.lastUsedAt, now) })}</li>`,
	);
	return html`${notice("warning", say("asking.gives-way"), say("asking.gives-way-text"))}
<ul>${leaving}</ul>`;
}
