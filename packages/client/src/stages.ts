import type { UiaAuth, UiaChallenge } from "@countersign/protocol";
import { below } from "./urls.ts";

const [dummy, password] = ["m.login.dummy", "m.login.password"];

/** Who proves to be there by a password, where the homeserver asks for one. */
export interface PasswordProof {
	readonly userId: string;
	/**
	 * Asks the person; the password goes to the homeserver and nowhere else. Undefined: the person would rather not,
	 * which ends the upload with `approval-denied`.
	 * @param attempt 1 at first, 2 and 3 after a wrong one
	 */
	readonly ask: (attempt: number) => Promise<string | undefined>;
}

/** What a stage that is no approval needs: an answer made here, or a page. */
interface Stage {
	readonly stage: string;
	/** The fallback page; undefined where this program answers by itself. */
	readonly url: string | undefined;
}

/**
 * The next stage of the flow that asks least of the person: one that this program can answer, else one whose pages
 * can be shown. Undefined where no flow has a way on: pages need a session.
 *
 * @see Matrix specification v1.17, Client-Server API, "User-interactive authentication in the REST API", "Fallback"
 */
export function nextStage(
	{ flows, completed, session }: UiaChallenge,
	{ homeserver, hasPassword }: { readonly homeserver: string; readonly hasPassword: boolean },
): Stage | undefined {
	const isOurs = (stage: string) => stage === dummy || (stage === password && hasPassword);
	// The page for passwords is one that no homeserver has.
	const isDoable = (stage: string) => isOurs(stage) || (stage !== password && session !== undefined);
	const left = flows
		.map(({ stages }) => stages.filter((stage) => !completed.includes(stage)))
		.filter((stages) => stages.length > 0 && stages.every(isDoable))
		.sort((one, other) => pages(one, isOurs) - pages(other, isOurs));
	const [stage] = left[0] ?? [];
	if (stage === undefined) return undefined;
	return { stage, url: isOurs(stage) ? undefined : fallbackPage(homeserver, stage, session ?? "") };
}

function pages(stages: readonly string[], isOurs: (stage: string) => boolean): number {
	return stages.filter((stage) => !isOurs(stage)).length;
}

function fallbackPage(homeserver: string, stage: string, session: string): string {
	const path = `/_matrix/client/v3/auth/${encodeURIComponent(stage)}/fallback/web`;
	return below(homeserver, `${path}?session=${encodeURIComponent(session)}`);
}

/** Whether the person has to type a password for it. */
export function asksForPassword({ stage }: { readonly stage: string }): boolean {
	return stage === password;
}

/** The answer for a stage that has no page; undefined where the person would rather not give it. */
export async function answerStage(
	{ session, stage }: { readonly session: string | undefined; readonly stage: string },
	{ proof, attempt }: { readonly proof: PasswordProof | undefined; readonly attempt: number },
): Promise<UiaAuth | undefined> {
	const base = { type: stage, ...(session !== undefined && { session }) };
	if (stage !== password) return base;
	const given = await proof?.ask(attempt);
	const identifier = { type: "m.id.user", user: proof?.userId };
	return given === undefined ? undefined : Object.assign(base, { identifier, password: given });
}
