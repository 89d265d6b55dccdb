/** People whose apps begin a reset as matrix-js-sdk 43 does, request by request, while servers die. */
import assert from "node:assert/strict";
import type { OAuthMetadata } from "@countersign/protocol";
import { bodyOf as dehydratedBody, path as dehydratedPath } from "../support/dehydrated-world.ts";
import { identityOf, withSignature } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { type Answer, fillSignIn, type LoggedInDevice, password } from "../support/server.ts";
import { until } from "../support/until.ts";
import { createHolder, type Holder, isGone } from "./line.ts";
import { followSync } from "./sync-view.ts";

/** What the person says, and whether the app is still there after the kill to be told. */
export type Fate = "approved" | "refused" | "approved-gone" | "refused-gone";
export const fates: readonly Fate[] = ["approved", "refused-gone", "refused", "approved-gone"];

export type End = "back" | "spent";

export interface Someone {
	readonly localpart: string;
	readonly browser: FormBrowser;
	/** The app that resets, and one that goes on. */
	readonly phone: LoggedInDevice;
	readonly laptop: LoggedInDevice;
}

/** Where people and apps reach the servers. */
export interface Place {
	readonly metadata: OAuthMetadata;
	/** With a trailing slash. */
	readonly homeserver: string;
	/** Whether the message keys of that version are stored, out of whosever reach. */
	hasKeys(whose: { readonly localpart: string; readonly laptop: Holder }, version: number): Promise<boolean>;
	/** Floors of what is kept of a person. */
	kept(localpart: string): Promise<readonly number[]>;
}

const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
const room = encodeURIComponent("!room:localhost");
const key = {
	...{ first_message_index: 0, forwarded_count: 0, is_verified: true },
	session_data: { ciphertext: "c", ephemeral: "e", mac: "m" },
};

/** In the order in which they are emptied. */
const secretsOf = (round: number) => ({
	"m.cross_signing.master": { encrypted: { K1: { ciphertext: `master ${round}` } } },
	"m.cross_signing.self_signing": { encrypted: { K1: { ciphertext: `self ${round}` } } },
	"m.cross_signing.user_signing": { encrypted: { K1: { ciphertext: `user ${round}` } } },
	"m.megolm_backup.v1": { encrypted: { K1: { ciphertext: `backup ${round}` } } },
	"m.secret_storage.key.K1": { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: "m" },
	"m.secret_storage.default_key": { key: "K1" },
});
type Type = keyof ReturnType<typeof secretsOf>;
const types = Object.keys(secretsOf(0)) as readonly Type[];

/** From the first deletion to the new version of the backup. */
export const stepCount = types.length + 8;

/** A person who resets again and again. */
export function attempting(place: Place, someone: Someone) {
	const { localpart, browser } = someone;
	const [phone, laptop] = [someone.phone, someone.laptop].map((device) =>
		createHolder(place.metadata, device, place.homeserver),
	) as [Holder, Holder];
	const { userId } = someone.phone;
	const view = followSync(place.homeserver, laptop.accessToken);
	const keptFloors: number[] = [];
	let round = 0;
	let [identity, wanted] = ["", ""];
	let [version, count] = ["", 0];
	let data = secretsOf(0);
	let dehydrated = "";
	let approval = "";
	let fate: Fate = "approved";
	let mayHaveBeenTold = false;

	const dataPath = (type: string) => `user/${encodeURIComponent(userId)}/account_data/${type}`;
	const upload = (name: string) =>
		answered(phone, "POST", "keys/device_signing/upload", identityOf(userId, name).body);
	const makeVersion = () =>
		answered(phone, "POST", "room_keys/version", {
			...{ algorithm, auth_data: { public_key: "abc", signatures: {} } },
		});

	async function putKey(by: Holder): Promise<void> {
		const put = await answered(
			by,
			"PUT",
			`room_keys/keys/${room}/s${round}-${count}?version=${version}`,
			key,
		);
		assert.equal(put.status, 200, JSON.stringify(put.body));
		count += 1;
	}

	/** A backup, secret storage and a dehydrated device are there, whatever became of them the last time. */
	async function begin(next: Fate): Promise<void> {
		round += 1;
		[fate, wanted, mayHaveBeenTold] = [next, `${localpart} ${round}`, false];
		await phone.refresh();
		await laptop.refresh();
		if (identity === "") {
			identity = `${localpart} first`;
			assert.equal((await upload(identity)).status, 200);
		}
		const found = await answered(phone, "GET", "room_keys/version");
		const isThere = found.status === 200 && found.body.version === version;
		if (!isThere) [version, count] = [(await makeVersion()).body.version, 0];
		await putKey(phone);
		data = secretsOf(round);
		for (const type of types)
			assert.equal((await answered(phone, "PUT", dataPath(type), data[type])).status, 200);
		dehydrated = `DRY${round}`;
		const unsigned = dehydratedBody(phone.device, dehydrated);
		// One that the identity does not vouch for is nobody's, and would not come back.
		const { selfSigning } = identityOf(userId, identity);
		const device_keys = withSignature(unsigned.device_keys, userId, selfSigning);
		const put = await answered(phone, "PUT", dehydratedPath, { ...unsigned, device_keys });
		assert.equal(put.status, 200, JSON.stringify(put.body));
	}

	const steps: readonly (() => Promise<void>)[] = [
		async () => oneOf(await answered(phone, "DELETE", dehydratedPath), 200, 404),
		async () => oneOf(await answered(phone, "GET", "room_keys/version"), 200, 404),
		async () => oneOf(await answered(phone, "DELETE", `room_keys/version/${version}`), 200),
		async () => oneOf(await answered(phone, "GET", "room_keys/version"), 404),
		...types.map((type) => async () => oneOf(await answered(phone, "PUT", dataPath(type), {}), 200)),
		async () => {
			const { status, body } = await upload(wanted);
			assert.equal(status, 401, JSON.stringify(body));
			approval = body.params["m.oauth"].url;
		},
		decide,
		async () => (isApproved() ? replace() : hearRefusal()),
		async () => void (isApproved() && oneOf(await makeVersion(), 200)),
	];

	const isApproved = () => fate.startsWith("approved");

	async function replace(): Promise<void> {
		const { status, body } = await upload(wanted);
		// Beside Synapse one that was cut off in the middle is looked after first.
		if (status === 401) throw new Unanswered(JSON.stringify(body));
		assert.equal(status, 200, JSON.stringify(body));
	}

	/** It is told once: whoever may have missed that is asked again, with the reason. */
	async function hearRefusal(): Promise<void> {
		const expected = mayHaveBeenTold ? [403, 401] : [403];
		mayHaveBeenTold = true;
		const answer = await upload(wanted);
		oneOf(answer, ...expected);
		assert.equal(answer.body.error, "The request was refused on the approval page");
	}

	/** Once more where nobody knows whether it arrived: then there may be nothing to say any more. */
	async function decide(): Promise<void> {
		let page = await browser.open(approval);
		if (page.url.pathname === "/login") page = await fillSignIn(browser, page, localpart);
		const label = isApproved() ? /replace my digital identity$/i : /^This was not me: refuse$/;
		const isOpen = page.forms.some((form) => form.buttons.some((button) => label.test(button.label)));
		if (page.status >= 500) throw new Unanswered(`${page.status}`);
		if (isOpen) await browser.press(page, label, { password });
	}

	/** Whose identity it is now. */
	async function identityNow(): Promise<string | undefined> {
		const { body } = await answered(laptop, "POST", "keys/query", { device_keys: { [userId]: [] } });
		const shown = Object.keys(body.master_keys[userId].keys)[0];
		return [identity, wanted].find((name) => identityOf(userId, name).master.keyId === shown);
	}

	/** The other device's backup goes on, where the keys cannot have been replaced yet. */
	async function goesOn(reached: number): Promise<void> {
		if (reached >= stepCount - 2) return;
		assert.equal((await answered(laptop, "GET", "room_keys/version")).body.version, version);
		await putKey(laptop);
	}

	/** Everything is as it was, or the reset has happened; nothing in between, and nothing that is kept is lost. */
	async function end(): Promise<End> {
		const now = await identityNow();
		assert.ok(now !== undefined, "it is one of two identities");
		if (!fate.endsWith("gone")) assert.equal(now, fate === "approved" ? wanted : identity, fate);
		const isSpent = now === wanted;
		identity = now;
		if (isSpent) await wasSpent();
		else await isBack();
		const stored = Object.fromEntries(
			await Promise.all(types.map(async (type) => [type, await stateOf(type)])),
		);
		assert.deepEqual(stored, isSpent ? Object.fromEntries(types.map((type) => [type, {}])) : data);
		// It comes to the other device by itself.
		await until(() =>
			types.every((type) => JSON.stringify(view.data(type)) === JSON.stringify(stored[type])),
		);
		for (const floor of keptFloors)
			assert.ok(await place.hasKeys({ localpart, laptop }, floor), `${floor} is kept`);
		return isSpent ? "spent" : "back";
	}

	const stateOf = async (type: string) => (await answered(laptop, "GET", dataPath(type))).body;

	async function isBack(): Promise<void> {
		await until(async () => {
			const found = await answered(phone, "GET", "room_keys/version");
			const dry = await answered(phone, "GET", dehydratedPath);
			// Beside Synapse they come back one after the other, and the kill may have come before the last was emptied.
			const stored = await Promise.all(types.map(stateOf));
			const isFilled = stored.every((content) => Object.keys(content).length > 0);
			return found.status === 200 && dry.status === 200 && isFilled;
		});
		for (const device of [phone, laptop]) {
			const { body } = await answered(device, "GET", "room_keys/version");
			assert.deepEqual([body.version, body.count], [version, count]);
			assert.equal((await answered(device, "GET", dehydratedPath)).body.device_id, dehydrated);
		}
	}

	async function wasSpent(): Promise<void> {
		const shown = async () => {
			const path = `room_keys/version/${version}`;
			return Promise.all([phone, laptop].map(async (one) => (await answered(one, "GET", path)).status));
		};
		// Beside Synapse the keys may have arrived at a moment at which nobody was left to hear of it: that is looked after.
		if (fate.endsWith("gone")) await until(async () => (await shown()).every((status) => status === 404));
		assert.deepEqual(await shown(), [404, 404], fate);
		if (keptFloors.length < 2) keptFloors.push(Number(version));
		assert.deepEqual(await place.kept(localpart), keptFloors);
		await until(async () => (await answered(laptop, "GET", dehydratedPath)).status === 404);
	}

	const step = async (at: number) => {
		const taken = steps[at];
		if (taken === undefined) throw new Error(`there is no step ${at}`);
		await taken();
	};

	return {
		...{ localpart, begin, goesOn, end },
		isGone: () => fate.endsWith("gone"),
		step,
		/** The same after a kill, as often as it takes until there is an answer. */
		insist: (at: number) =>
			until(async () => {
				try {
					await step(at);
					return true;
				} catch (error) {
					if (!isUnanswered(error)) throw error;
					return false;
				}
			}),
		stop: view.stop,
	};
}

export type Attempting = ReturnType<typeof attempting>;

/** A part of the server is not there, and the part that is says so. */
class Unanswered extends Error {}

export function isUnanswered(error: unknown): boolean {
	// Also where only the head of the answer has come.
	return isGone(error) || error instanceof Unanswered || error instanceof SyntaxError;
}

async function answered(by: Holder, method: string, path: string, body?: unknown): Promise<Answer> {
	const answer = await by.call(method, path, body);
	if (answer.status >= 500) throw new Unanswered(`${method} ${path}: ${answer.status}`);
	return answer;
}

function oneOf({ status, body }: Answer, ...expected: readonly number[]): void {
	assert.ok(expected.includes(status), `${status}: ${JSON.stringify(body)}`);
}
