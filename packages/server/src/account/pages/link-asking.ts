import type { LinkRequest } from "../../authorization/index.ts";
import {
	actions,
	button,
	choice,
	facts,
	form,
	type Html,
	html,
	notice,
	type PageView,
	timeAgo,
	trouble,
} from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { addressOf } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { abilities, adminNotice, anotherIsMeant, appLinks, takesOver, whoAsks } from "./asking-app.ts";
import { agentClaim } from "./browser-words.ts";
import { claimed } from "./claims.ts";
import { claim } from "./device-words.ts";
import { askedFrom, isSameNetwork } from "./network.ts";
import { type Problem, type ProofView, proofField, proofTrouble } from "./proof-field.ts";
import { type RoomAsked, roomNotice } from "./room-notice.ts";

export interface LinkAskingView extends RoomAsked {
	readonly request: LinkRequest;
	readonly userId: string;
	/** Whether the person could let an app administer the server. */
	readonly mayAdminister: boolean;
	/** Of an administrator who only lacks the second factor that is demanded: where it is added. */
	readonly addFactor?: string | undefined;
	/** Of the browser that shows the page. */
	readonly browserAddress: string;
	readonly csrf: string;
	readonly asks: ProofAsked | undefined;
	/** Where the device means somebody else: who, and a form that signs out of this browser and comes back here. */
	readonly another?: { readonly expected: string; readonly switchAccount: Html } | undefined;
	/** What was ticked before something else was wrong. Default: not. */
	readonly isTicked?: boolean;
	/** Of the answer sent last. */
	readonly problem?: Problem | undefined;
}

/** Where the request with this code is answered, and where its outcome is shown. */
export function linkAnswerPath(code: string): string {
	return addressOf({ kind: "link-answer", code });
}

/**
 * Asks the person whether a device may sign in as them. Where it asked from another network than this browser is in,
 * that comes first, and refusing is the first answer. RFC 8628 section 5.4.
 */
export function linkAskingPage(view: LinkAskingView): PageView {
	const { request } = view;
	const warned = isElsewhere(view);
	const impossible = (request.scope.admin && !view.mayAdminister) || view.room === undefined;
	return {
		title: say("link.asking"),
		body: html`${impossible ? trouble(view.problem?.text) : proofTrouble(proofOf(view))}
${warned && elsewhere(view)}
${anotherIsMeant(view.another?.expected)}
${request.deviceKnown && takesOver}
${adminNotice(request.scope, view)}
${roomNotice(view)}
<p>${whoAsks(request.client)} ${say("link.if-given")}</p>
${askingFacts(view)}
${(warned || impossible) && refuse(view, "primary")}
${!impossible && agreeing(view, warned)}
${view.another !== undefined && html`<hr><div class="small">${view.another.switchAccount}</div>`}`,
	};
}

/** What stands behind the first warnings: what an app may do that is let in, and the answers. */
function agreeing(view: LinkAskingView, warned: boolean): Html {
	return html`${abilities}
${appLinks(view.request.client)}
<h2>${warned ? say("reset.if-you-did") : say("reset.your-answer")}</h2>
${warned ? allow(view, "plain") : html`${allow(view, "primary")}${refuse(view, "plain")}`}`;
}

function isElsewhere({ request, browserAddress }: LinkAskingView): boolean {
	return request.address !== undefined && !isSameNetwork(request.address, browserAddress);
}

function elsewhere({ request, browserAddress }: LinkAskingView): Html {
	return notice(
		"warning",
		say("reset.look-twice"),
		say("link.elsewhere", { address: request.address ?? "", here: browserAddress }),
	);
}

function askingFacts(view: LinkAskingView): Html {
	const { request, userId, browserAddress, now } = view;
	const agent = agentClaim(request.userAgent);
	return facts([
		[say("link.code"), html`<code>${request.code}</code>`],
		[say("problems.your-account"), html`<strong>${userId}</strong>`],
		[say("asking.says-from"), request.client.host],
		[say("asking.device-id"), html`<code>${claim(request.scope.deviceId, 255) ?? ""}</code>`],
		[
			say("asking.asked"),
			askedFrom(timeAgo(request.createdAt, now), { address: request.address, browserAddress }),
		],
		[say("link.agent"), agent && claimed(agent)],
	]);
}

/** Each answer in a form of its own: what one of them needs does not stand in the way of the other. */
function allow(view: LinkAskingView, kind: "primary" | "plain"): Html {
	const { request, csrf } = view;
	return form({
		action: linkAnswerPath(request.code),
		csrf,
		fields: html`${choice({ name: "own", label: say("link.own"), required: true, checked: view.isTicked ?? false, error: ofTick(view) })}
${proofField(proofOf(view))}
${actions(button(kind, say("common.allow"), { name: "decision", value: "approve" }))}`,
	});
}

function ofTick({ problem }: LinkAskingView): Text | undefined {
	return problem?.field === "own" ? problem.text : undefined;
}

function proofOf(view: LinkAskingView): ProofView {
	return { asks: view.asks, problem: ofTick(view) === undefined ? view.problem : undefined };
}

function refuse({ request, csrf }: LinkAskingView, kind: "primary" | "plain"): Html {
	return form({
		action: linkAnswerPath(request.code),
		csrf,
		fields: actions(button(kind, say("reset.refuse"), { name: "decision", value: "deny" })),
	});
}
