import type { LinkRequest } from "../../authorization/index.ts";
import {
	actions,
	button,
	choice,
	errorSummary,
	facts,
	form,
	type Html,
	html,
	notice,
	type PageView,
	timeAgo,
} from "../../pages/index.ts";
import { abilities, adminRefusal, adminWarning, appLinks, takesOver, whoAsks } from "./asking-app.ts";
import { claimed } from "./claims.ts";
import { claim } from "./device-words.ts";
import { linkPath } from "./link-code.ts";
import { askedFrom, isSameNetwork } from "./network.ts";
import { proofField } from "./proof-field.ts";

export interface LinkAskingView {
	readonly request: LinkRequest;
	readonly userId: string;
	/** Whether the person could let an app administer the server. */
	readonly mayAdminister: boolean;
	/** Of the browser that shows the page. */
	readonly browserAddress: string;
	readonly csrf: string;
	readonly passwordNeeded: boolean;
	readonly problem?: LinkProblem | undefined;
	readonly now: number;
}

/** What was wrong with the answer sent last, and with which field. */
export interface LinkProblem {
	readonly field?: "own" | "password";
	readonly text: string;
}

/** Where the request with this code is answered, and where its outcome is shown. */
export function linkAnswerPath(code: string): string {
	return `${linkPath}/${encodeURIComponent(code)}`;
}

/**
 * Asks the person whether a device may sign in as them. Where it asked from another network than this browser is in,
 * that comes first, and refusing is the first answer. RFC 8628 section 5.4.
 */
export function linkAskingPage(view: LinkAskingView): PageView {
	const { request, problem } = view;
	const warned = isElsewhere(view);
	const impossible = request.scope.admin && !view.mayAdminister;
	return {
		title: "Let this device sign in?",
		body: html`${errorSummary(problem === undefined ? [] : [problem])}
${warned ? elsewhere(view) : ""}
${request.deviceKnown ? takesOver : ""}
${request.scope.admin ? (impossible ? adminRefusal : adminWarning) : ""}
<p>${whoAsks(request.client)} If somebody else gave you its code, refuse: they would be signed in as you.</p>
${askingFacts(view)}
${warned || impossible ? refuse(view, "primary") : ""}
${impossible ? "" : agreeing(view, warned)}`,
	};
}

/** What stands behind the first warnings: what an app may do that is let in, and the answers. */
function agreeing(view: LinkAskingView, warned: boolean): Html {
	return html`${abilities}
${appLinks(view.request.client)}
<h2>${warned ? "If you did start this" : "Your answer"}</h2>
${warned ? allow(view, "plain") : html`${allow(view, "primary")}${refuse(view, "plain")}`}`;
}

function isElsewhere({ request, browserAddress }: LinkAskingView): boolean {
	return request.address !== undefined && !isSameNetwork(request.address, browserAddress);
}

function elsewhere({ request, browserAddress }: LinkAskingView): Html {
	return notice(
		"warning",
		"Look twice: this may not be yours",
		`The device asked from ${request.address}, but you are at ${browserAddress}. That may be another network.`,
	);
}

function askingFacts(view: LinkAskingView): Html {
	const { request, userId, browserAddress, now } = view;
	const agent = claim(request.userAgent, 256);
	return facts([
		["Code", html`<code>${request.code}</code>`],
		["Your account", html`<strong>${userId}</strong>`],
		["Says it is from", request.client.host],
		["Device ID", html`<code>${claim(request.scope.deviceId, 255) ?? ""}</code>`],
		["Asked", html`${timeAgo(request.createdAt, now)}${askedFrom(request.address, browserAddress)}`],
		["Browser or system, as it says", agent && claimed(agent)],
	]);
}

/** Each answer in a form of its own: what one of them needs does not stand in the way of the other. */
function allow(view: LinkAskingView, kind: "primary" | "plain"): Html {
	const { request, csrf, passwordNeeded, problem } = view;
	const wrongPassword = problem?.field === "password" ? problem.text : undefined;
	return form({
		action: linkAnswerPath(request.code),
		csrf,
		fields: html`${choice({ name: "own", label: "I started this on my other device, just now", required: true })}
${proofField({ passwordNeeded, problem: wrongPassword })}
${actions(button(kind, "Allow", { name: "decision", value: "approve" }))}`,
	});
}

function refuse({ request, csrf }: LinkAskingView, kind: "primary" | "plain"): Html {
	return form({
		action: linkAnswerPath(request.code),
		csrf,
		fields: actions(button(kind, "This was not me: refuse", { name: "decision", value: "deny" })),
	});
}
