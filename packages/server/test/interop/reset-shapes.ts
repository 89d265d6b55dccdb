import assert from "node:assert/strict";
import type { AuthDict, UIAuthCallback } from "matrix-js-sdk";
import { type Challenge, challengeOf } from "../support/js-sdk-challenge.ts";

type MakeRequest = Parameters<UIAuthCallback<void>>[0];

/** How one kind of app gets an upload through: what it sends, and when the person is asked. */
export interface Shape {
	readonly name: string;
	/** Resolves once the keys are stored. `askPerson` resolves once the person has approved. */
	readonly upload: (makeRequest: MakeRequest, askPerson: (url: string) => Promise<void>) => Promise<void>;
}

const stable = "m.oauth";
const unstable = "org.matrix.cross_signing_reset";

/** Two minutes at two requests a second: how long apps on the Rust SDK go on asking. */
const patience = 240;

/** Sends nothing but the keys, over and over, and never looks at the session. */
const polling: Shape = {
	name: "no auth, 240 times, approved on the way",
	async upload(makeRequest, askPerson) {
		const { url, session } = await challengeOf(makeRequest, null);
		for (let asked = 1; asked < patience; asked++) {
			const again = await challengeOf(makeRequest, null);
			assert.deepEqual([again.url, again.session], [url, session], "the page moved while it waited");
		}
		await askPerson(url);
		await makeRequest(null);
	},
};

/** Asks twice before it shows anything, and follows the second answer. */
const askingTwice: Shape = {
	name: "two uploads before the page opens, the second counts",
	async upload(makeRequest, askPerson) {
		const first = await challengeOf(makeRequest, null);
		const second = await challengeOf(makeRequest, null);
		assert.deepEqual([second.url, second.session], [first.url, first.session]);
		await askPerson(second.url);
		await makeRequest(dict({ session: second.session }));
	},
};

/** Names the stage every other time. */
const alternating: Shape = {
	name: "session alone and session with type in turn",
	async upload(makeRequest, askPerson) {
		const { url, session } = await challengeOf(makeRequest, null);
		for (let turn = 0; turn < 6; turn++) {
			const auth = turn % 2 === 0 ? { session } : { session, type: stable };
			assert.equal((await challengeOf(makeRequest, dict(auth))).session, session);
		}
		await askPerson(url);
		await makeRequest(dict({ session }));
	},
};

/** Asks, shows the page, and answers with what this makes of the challenge. */
function answering(
	name: string,
	authFor: (challenge: Challenge) => Readonly<Record<string, unknown>>,
): Shape {
	return {
		name,
		async upload(makeRequest, askPerson) {
			const challenge = await challengeOf(makeRequest, null);
			assert.deepEqual(challenge.stages, [stable, unstable]);
			const auth = dict(authFor(challenge));
			assert.equal((await challengeOf(makeRequest, auth)).session, challenge.session);
			await askPerson(challenge.url);
			await makeRequest(auth);
		},
	};
}

export const shapes: readonly Shape[] = [
	polling,
	askingTwice,
	alternating,
	answering("the session alone", ({ session }) => ({ session })),
	answering("session and stable type", ({ session }) => ({ session, type: stable })),
	answering("session and unstable type", ({ session }) => ({ session, type: unstable })),
	answering("a type and a session of null", () => ({ session: null, type: stable })),
	answering("an empty auth", () => ({})),
];

/** The library's type knows only what its own stages send. */
function dict(auth: Readonly<Record<string, unknown>>): AuthDict {
	return auth as AuthDict;
}
