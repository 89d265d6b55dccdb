import { isHttpUrl } from "./http-url.ts";
import { isRecord, isStringArray, member } from "./record.ts";

/**
 * The stage that sends a person to an approval page, newest name first: clients that score flows equally take the
 * first one.
 * @see https://spec.matrix.org/v1.17/client-server-api/#oauth-authentication
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4312
 */
export const oauthStages = ["m.oauth", "org.matrix.cross_signing_reset"] as const;

/** The `auth` member of a request, reduced to what can matter here. */
export interface UiaAuth {
	readonly type?: string;
	readonly session?: string;
}

export interface UiaFlow {
	readonly stages: readonly string[];
}

/** The body of a 401 that asks for interactive authentication. */
export interface UiaChallenge {
	/** Absent only in answers of other servers that keep no state. */
	readonly session?: string;
	readonly flows: readonly UiaFlow[];
	/** Stage name to its parameters. */
	readonly params: Readonly<Record<string, unknown>>;
	readonly completed: readonly string[];
	/** Why the last attempt failed; the attempt may be repeated all the same. */
	readonly errcode?: string;
	readonly error?: string;
}

/** A challenge of this server: always with a session and the approval URL. */
export interface OAuthChallenge extends UiaChallenge {
	readonly session: string;
	/** For whoever is shown the answer as it is, by an app that knows neither stage. */
	readonly msg?: string;
}

/**
 * Reads `auth` without ever refusing: clients send no auth, `{}`, a null session, or stage types of their own, and a
 * 400 would hide the approval URL from them. What cannot be used is left out.
 */
export function parseUiaAuth(auth: unknown): UiaAuth {
	if (!isRecord(auth)) return {};
	const [type, session] = [member(auth, "type"), member(auth, "session")];
	return {
		...(typeof type === "string" && { type }),
		...(typeof session === "string" && session !== "" && { session }),
	};
}

/**
 * The 401 that leads to an approval page, under both stage names, `m.oauth` first.
 * @param challenge.url absolute http or https URL of the approval page
 */
export function oauthChallenge(challenge: {
	readonly session: string;
	readonly url: string;
	readonly msg?: string;
	readonly errcode?: string | undefined;
	readonly error?: string | undefined;
}): OAuthChallenge {
	const { session, url, msg, errcode, error } = challenge;
	return {
		session,
		flows: oauthStages.map((stage) => ({ stages: [stage] })),
		params: Object.fromEntries(oauthStages.map((stage) => [stage, { url }])),
		completed: [],
		...(msg !== undefined && { msg }),
		...(errcode !== undefined && { errcode }),
		...(error !== undefined && { error }),
	};
}

/**
 * Reads any server's 401 body. Undefined unless `flows` is an array: then it is an ordinary error. Malformed flows
 * and members are left out, since one odd flow must not hide a usable one.
 * @see https://spec.matrix.org/v1.17/client-server-api/#user-interactive-api-in-the-rest-api
 */
export function parseUiaChallenge(body: unknown): UiaChallenge | undefined {
	if (!isRecord(body)) return undefined;
	const flows = member(body, "flows");
	if (!Array.isArray(flows)) return undefined;
	const [session, params, completed] = [
		member(body, "session"),
		member(body, "params"),
		member(body, "completed"),
	];
	const [errcode, error] = [member(body, "errcode"), member(body, "error")];
	return {
		...(typeof session === "string" && session !== "" && { session }),
		flows: flows.flatMap(parseFlow),
		params: isRecord(params) ? params : {},
		completed: isStringArray(completed) ? completed : [],
		...(typeof errcode === "string" && { errcode }),
		...(typeof error === "string" && { error }),
	};
}

/** A stage of a challenge, and the page on which somebody can agree to it. */
export interface Approval {
	readonly stage: (typeof oauthStages)[number];
	readonly url: string;
}

/**
 * Where to send the person, and the stage that page is for: `m.oauth`, else the unstable one, taken only if a flow
 * consists of that stage and its URL is a plain http(s) one. A URL is opened by the system, so `javascript:`, custom
 * schemes and `https://bank@evil` forms end here. Stage and URL are one answer, because a server waits for ever for
 * the approval of one stage when the client names the other.
 */
export function approvalOf(challenge: UiaChallenge): Approval | undefined {
	for (const stage of oauthStages) {
		const params = member(challenge.params, stage);
		const url = isRecord(params) ? member(params, "url") : undefined;
		if (offers(challenge, stage) && typeof url === "string" && isHttpUrl(url)) return { stage, url };
	}
	return undefined;
}

/** Whether an approval alone is enough, be its URL usable or not. */
export function offersApproval(challenge: UiaChallenge): boolean {
	return oauthStages.some((stage) => offers(challenge, stage));
}

function offers({ flows }: UiaChallenge, stage: string): boolean {
	return flows.some(({ stages }) => stages.length === 1 && stages[0] === stage);
}

function parseFlow(flow: unknown): UiaFlow[] {
	const stages = isRecord(flow) ? member(flow, "stages") : undefined;
	return isStringArray(stages) ? [{ stages }] : [];
}
