import type { ResetRequest } from "@countersign/core";
import { safeText } from "../../http/index.ts";
import {
	actions,
	facts,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	timeAgo,
} from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { claimed } from "./claims.ts";
import { resetPath } from "./reset-forms.ts";

export interface HomeView {
	readonly userId: string;
	readonly displayName?: string | undefined;
	readonly createdAt: number;
	readonly devices: readonly DeviceSession[];
	/** Requests to replace the digital identity that wait for this person. */
	readonly waiting: readonly ResetRequest[];
	readonly now: number;
	/** Form that signs out of this browser. */
	readonly signOut: Html;
}

/** The front page of an account: what waits first, then what there is. */
export function homePage(view: HomeView): PageView {
	return {
		title: "Your account",
		body: html`${waitingNotice(view)}
${facts([
	["User ID", view.userId],
	["Display name", view.displayName === undefined ? undefined : claimed(safeText(view.displayName, 255))],
	["Created", timeAgo(view.createdAt, view.now)],
])}
<ul class="rows">
<li><a href="/account/profile">Display name</a><br><span class="soft">What others see instead of your user ID</span></li>
<li><a href="/account/devices">Devices</a><br><span class="soft">${devicesLine(view)}</span></li>
<li><a href="/link">Sign in another device</a><br><span class="soft">With the code it shows</span></li>
<li><a href="/account/browsers">Browsers</a><br><span class="soft">Where you are signed in to these pages</span></li>
<li><a href="/account/security">Security log</a><br><span class="soft">Sign-ins, approvals and changes to your account</span></li>
<li><a href="/account/password">Change password</a></li>
<li><a href="/account/reset">Reset your digital identity</a><br><span class="soft">If you lost your recovery key and every verified device</span></li>
<li><a href="/account/deactivate">Deactivate account</a></li>
</ul>
${actions(view.signOut)}`,
	};
}

function waitingNotice({ waiting }: HomeView): Html | undefined {
	const [first] = waiting;
	if (first === undefined) return undefined;
	const { title, label, href } =
		waiting.length === 1
			? {
					title: "An app asks to replace your digital identity",
					label: "Look at the request",
					href: resetPath(first.reference),
				}
			: {
					title: `${waiting.length} requests ask to replace your digital identity`,
					label: "Look at the requests",
					href: "/account/reset",
				};
	return html`${notice("warning", title, "Nothing changes unless you approve it.")}
${actions(linkButton("primary", label, href))}`;
}

function devicesLine({ devices, now }: HomeView): Html {
	const [latest] = devices;
	if (latest === undefined) return html`No app is signed in`;
	const count = devices.length === 1 ? "1 app is signed in" : `${devices.length} apps are signed in`;
	return html`${count}, last used ${timeAgo(latest.lastUsedAt, now)}`;
}
