import { randomUUID } from "node:crypto";
import { identityOf } from "../packages/server/test/support/device-crypto.ts";
import type { SdkDevice } from "../packages/server/test/support/js-sdk.ts";
import { openSigningIn, type Person, type Stage, signInDevice } from "./stage.ts";
import type { Transcript } from "./transcript.ts";

/** Who wants to become somebody else: with stolen tokens, and an account of their own. */
export interface Thief {
	/**
	 * Tries every way in; each has to be answered with a challenge, and nothing else.
	 * @param session of the victim's own request
	 */
	tryAll(transcript: Transcript, session: string): Promise<void>;
}

/** One upload of cross-signing keys, as it goes over the wire. */
export async function upload(
	{ url }: Pick<Stage, "url">,
	{ accessToken }: Pick<SdkDevice, "accessToken">,
	body: object,
): Promise<{
	readonly status: number;
	readonly session: string | undefined;
	readonly page: string | undefined;
}> {
	const response = await fetch(new URL("_matrix/client/v3/keys/device_signing/upload", url), {
		method: "POST",
		headers: { authorization: `Bearer ${accessToken}` },
		body: JSON.stringify(body),
	});
	const answer = (await response.json()) as {
		readonly session?: string;
		readonly params?: Readonly<Record<string, { readonly url: string }>>;
	};
	return { status: response.status, session: answer.session, page: answer.params?.["m.oauth"]?.url };
}

/** Well-formed keys that nobody has seen before, properly signed. */
export function freshKeys(userId: string): object {
	return identityOf(userId, randomUUID()).body;
}

/**
 * @param stolen tokens of the victim: of another device, and of the very device that asks for the reset
 * @param mallory the thief's own account
 */
export async function createThief(
	stage: Stage,
	stolen: { readonly other: SdkDevice; readonly asking: SdkDevice },
	mallory: Person,
): Promise<Thief> {
	const approvedSession = await approveOwnReset(stage, mallory);
	const { other, asking } = stolen;
	const keys = freshKeys(asking.userId);
	const withSession = (session: string) => ({
		...freshKeys(asking.userId),
		auth: { type: "m.oauth", session },
	});
	return {
		async tryAll(transcript, session) {
			const ways = [
				["another device of hers", other, keys],
				["the very device that asks, with other keys", asking, keys],
				["another device, with the session id of her request", other, withSession(session)],
				["a session id that Mallory approved for himself", other, withSession(approvedSession)],
			] as const;
			for (const [way, token, body] of ways) {
				const { status } = await upload(stage, token, body);
				transcript.promise(`refused (${status}): ${way}`, status === 401);
			}
		},
	};
}

/** An approval that is good, for somebody else. Returns its session id. */
async function approveOwnReset(stage: Stage, mallory: Person): Promise<string> {
	const own = await signInDevice(stage.url, mallory, "Mallory's app");
	await upload(stage, own, freshKeys(mallory.userId));
	const { page = "", session = "" } = await upload(stage, own, freshKeys(mallory.userId));
	const asked = await openSigningIn(mallory.browser, page, mallory);
	const approved = await mallory.browser.press(asked, /replace my digital identity$/i);
	if (!approved.title.startsWith("Approved")) throw new Error("Mallory cannot approve his own request");
	return session;
}
