import type { SdkApp } from "./js-sdk.ts";
import { eventually } from "./js-sdk-traffic.ts";

/** What the person sees on one of two devices, and may say about it. */
interface ShownSas {
	readonly emoji: readonly string[];
	confirm(): Promise<void>;
	mismatch(): void;
}

/** Two devices of one person amid a verification, both showing emoji. */
interface Comparison {
	readonly asking: ShownSas;
	readonly asked: ShownSas;
	/** Waits until both devices are through; rejects with the code of the one that gave up. */
	done(): Promise<void>;
}

/**
 * One device asks, the other accepts, and both show what the person is to compare. Everything between them goes
 * through the homeserver, as messages from device to device.
 * @see https://spec.matrix.org/v1.17/client-server-api/#short-authentication-string-sas-verification
 */
export async function compareEmoji(asking: SdkApp, asked: SdkApp): Promise<Comparison> {
	const { userId, deviceId } = asked.device;
	await eventually("the other device is known", async () => {
		const devices = await asking.crypto.getUserDeviceInfo([userId], true);
		return devices.get(userId)?.has(deviceId);
	});
	const sent = await asking.crypto.requestDeviceVerification(userId, deviceId);
	const received = await eventually("the request arrives", async () =>
		asked.crypto
			.getVerificationRequestsToDeviceInProgress(userId)
			.find((request) => request.transactionId === sent.transactionId),
	);
	await received.accept();
	await eventually("the answer arrives", async () => sent.otherPartySupportsMethod(sasMethod));
	const verifiers = [
		await sent.startVerification(sasMethod),
		await eventually("the start arrives", async () => received.verifier),
	] as const;
	// A verification that failed is told by `done`.
	for (const verifier of verifiers) verifier.verify().catch(() => {});
	const [first, second] = await Promise.all(
		verifiers.map((verifier) =>
			eventually("emoji are shown", async () => verifier.getShowSasCallbacks() ?? undefined),
		),
	);
	if (first === undefined || second === undefined) throw new Error("a device shows nothing");
	return { asking: shown(first), asked: shown(second), done: () => settled([sent, received]) };
}

/** What a person does at the device that is asked, or asks: see the emoji, and say something about them. */
export type Person = (shown: ShownSas) => Promise<unknown> | unknown;

/** Takes the next request of another device of the person, and does what the person does. Resolves to its outcome. */
export async function answerVerification(asked: SdkApp, person: Person): Promise<string> {
	const { userId } = asked.device;
	const request = await eventually("a request arrives", async () =>
		asked.crypto.getVerificationRequestsToDeviceInProgress(userId).find((each) => !each.initiatedByMe),
	);
	await request.accept();
	const verifier = await eventually("the start arrives", async () => request.verifier);
	return compareAt(request, verifier, person);
}

/** Asks another device of the person, and does what the person does. Resolves to its outcome. */
export async function askForVerification(asking: SdkApp, deviceId: string, person: Person): Promise<string> {
	const { userId } = asking.device;
	await eventually("the other device is known", async () => {
		const devices = await asking.crypto.getUserDeviceInfo([userId], true);
		return devices.get(userId)?.has(deviceId);
	});
	const request = await asking.crypto.requestDeviceVerification(userId, deviceId);
	await eventually("the answer arrives", async () => request.otherPartySupportsMethod(sasMethod));
	return compareAt(request, await request.startVerification(sasMethod), person);
}

type SdkRequest = Awaited<ReturnType<SdkApp["crypto"]["requestDeviceVerification"]>>;

async function compareAt(
	request: SdkRequest,
	verifier: NonNullable<SdkRequest["verifier"]>,
	person: Person,
): Promise<string> {
	verifier.verify().catch(() => {});
	const callbacks = await eventually(
		"emoji are shown, or it is over",
		async () => verifier.getShowSasCallbacks() ?? (request.pending ? undefined : null),
	);
	if (callbacks !== null) await person(shown(callbacks));
	await eventually("the verification is over", async () => !request.pending);
	return request.cancellationCode ?? "done";
}

interface Ending {
	readonly pending: boolean;
	readonly cancellationCode: string | null;
}

/** Asked again and again: the library lets go of a verification that only a promise waits for. */
async function settled(requests: readonly Ending[]): Promise<void> {
	await eventually("the verification is over", async () => requests.every(({ pending }) => !pending));
	for (const { cancellationCode } of requests) {
		if (cancellationCode !== null) throw new Error(cancellationCode);
	}
}

const sasMethod = "m.sas.v1";

function shown(callbacks: {
	readonly sas: { readonly emoji?: readonly (readonly [string, string])[] };
	confirm(): Promise<void>;
	mismatch(): void;
}): ShownSas {
	return {
		emoji: (callbacks.sas.emoji ?? []).map(([, name]) => name),
		confirm: () => callbacks.confirm(),
		mismatch: () => callbacks.mismatch(),
	};
}
