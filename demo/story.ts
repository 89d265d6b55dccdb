import { keyFingerprint } from "@countersign/protocol";
import type { FormBrowser, Page } from "../packages/server/test/support/form-browser.ts";
import { type SdkApp, type SdkDevice, startSdkApp } from "../packages/server/test/support/js-sdk.ts";
import { challengeOf } from "../packages/server/test/support/js-sdk-challenge.ts";
import { type PublishedIdentity, readIdentity } from "../packages/server/test/support/published-identity.ts";
import { openSigningIn, openStage, type Person, type Stage, signInDevice } from "./stage.ts";
import { createThief, freshKeys, type Thief, upload } from "./thief.ts";
import type { Transcript } from "./transcript.ts";

interface Cast {
	readonly stage: Stage;
	readonly alice: Person;
	readonly mallory: Person;
	readonly laptop: SdkDevice;
	readonly phone: SdkDevice;
}

/**
 * Losing a digital identity and getting a new one, with a thief about, on real HTTP and real cryptography.
 * @throws BrokenPromise at the first promise that does not hold
 */
export async function tell(transcript: Transcript): Promise<void> {
	const stage = await openStage();
	try {
		const cast = await enter(transcript, stage);
		const first = await setUpIdentity(transcript, cast);
		await using phone = await startSdkApp(stage, cast.phone, { sync: true });
		await loseEverything(transcript, cast, phone);
		const session = await reset(transcript, cast, { phone, first });
		await tryAgain(transcript, cast, { session, first });
		await trustAgain(transcript, cast, { phone, first });
	} finally {
		await stage.close();
	}
}

async function enter(transcript: Transcript, stage: Stage): Promise<Cast> {
	transcript.chapter("A server, two people, two devices");
	const [alice, mallory] = [await stage.register("alice"), await stage.register("mallory")];
	const { status } = await fetch(new URL("_matrix/client/versions", stage.url));
	transcript.promise(`Countersign answers on ${stage.url}, its data in a temporary folder`, status === 200);
	const laptop = await signInDevice(stage.url, alice, "Laptop");
	const phone = await signInDevice(stage.url, alice, "Phone");
	for (const [name, device] of [
		["laptop", laptop],
		["phone", phone],
	] as const) {
		const isIn = await isSignedIn(stage, device);
		transcript.promise(`Alice's ${name} is signed in with her consent: device ${device.deviceId}`, isIn);
	}
	return { stage, alice, mallory, laptop, phone };
}

async function setUpIdentity(transcript: Transcript, { stage, laptop, phone }: Cast) {
	transcript.chapter("Alice's laptop sets up her digital identity (matrix-js-sdk)");
	await using app = await startSdkApp(stage, laptop, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	const identity = await readIdentity(stage.url, laptop);
	const uploads = app.traffic.filter(({ path }) => path.endsWith("device_signing/upload"));
	const [only, ...more] = uploads;
	transcript.promise("a first identity needs no approval", only?.status === 200 && more.length === 0);
	transcript.promise(`it is ${keyFingerprint(identity.masterKey)}`, identity.masterKey.length === 43);
	const { signedDevices } = identity;
	transcript.promise("it vouches for the laptop", signedDevices.includes(laptop.deviceId));
	transcript.promise(
		"not for the phone, which was not verified yet",
		!signedDevices.includes(phone.deviceId),
	);
	return identity;
}

async function loseEverything(transcript: Transcript, { stage, laptop }: Cast, phone: SdkApp): Promise<void> {
	transcript.chapter("The laptop is stolen, and the recovery key with it");
	const { privateKeysCachedLocally: held } = await phone.crypto.getCrossSigningStatus();
	transcript.promise("the phone holds none of the private keys", !Object.values(held).some(Boolean));
	const ready = await phone.crypto.isCrossSigningReady();
	transcript.promise("so nothing that Alice has left can use her identity", !ready);
	const stolen = (await isSignedIn(stage, laptop)) && (await isSignedIn(stage, phone.device));
	transcript.promise("the thief has good access tokens of both devices", stolen);
}

async function isSignedIn({ url }: Stage, { accessToken, userId, deviceId }: SdkDevice): Promise<boolean> {
	const response = await fetch(new URL("_matrix/client/v3/account/whoami", url), {
		headers: { authorization: `Bearer ${accessToken}` },
	});
	const { user_id, device_id } = (await response.json()) as Readonly<Record<string, unknown>>;
	return response.status === 200 && user_id === userId && device_id === deviceId;
}

/** Returns the session id of the approval that was spent. */
async function reset(
	transcript: Transcript,
	cast: Cast,
	{ phone, first }: { readonly phone: SdkApp; readonly first: PublishedIdentity },
): Promise<string> {
	const { stage, alice, laptop } = cast;
	const thief = await createThief(stage, { other: laptop, asking: cast.phone }, cast.mallory);
	const browser = stage.browser();
	let page = "";
	let session = "";
	await phone.settle();
	await phone.crypto.resetEncryption(async (makeRequest) => {
		transcript.chapter("The phone asks for a new identity (matrix-js-sdk, resetEncryption)");
		({ url: page, session } = await challengeOf(makeRequest, null));
		transcript.promise("the homeserver answers 401 and names a page where Alice can approve", page !== "");
		const against = { cast, thief, first, session };
		await seePage(transcript, cast, { browser, page });
		await withThief(transcript, "The thief tries, while the request waits", against);
		await approve(transcript, { browser, page, newKey: sentMasterKey(phone), alice });
		await withThief(transcript, "The thief tries again, now that an approval lies there", against);
		transcript.chapter("The phone repeats its upload, as apps do");
		await makeRequest(null);
	});
	const { masterKey } = await readIdentity(stage.url, cast.phone);
	const isNew = masterKey === sentMasterKey(phone) && masterKey !== first.masterKey;
	transcript.promise(`stored: ${keyFingerprint(masterKey)}`, isNew);
	const { title } = await browser.open(page);
	transcript.promise(`Alice's page now says: “${title}”`, title === "Your digital identity is replaced");
	return session;
}

async function seePage(
	transcript: Transcript,
	{ mallory, alice }: Cast,
	{ browser, page }: { readonly browser: FormBrowser; readonly page: string },
): Promise<void> {
	const stranger = await browser.open(page);
	transcript.promise("the page asks whoever opens it to sign in first", stranger.url.pathname === "/login");
	const seen = await mallory.browser.open(page);
	const tellsNothing = seen.status === 404 && !seen.text.includes(alice.userId);
	transcript.promise("to Mallory it tells nothing", tellsNothing);
}

async function withThief(
	transcript: Transcript,
	title: string,
	{
		cast,
		thief,
		first,
		session,
	}: {
		readonly cast: Cast;
		readonly thief: Thief;
		readonly first: PublishedIdentity;
		readonly session: string;
	},
): Promise<void> {
	transcript.chapter(title);
	await thief.tryAll(transcript, session);
	const { masterKey } = await readIdentity(cast.stage.url, cast.phone);
	transcript.promise("Alice's identity is what it was", masterKey === first.masterKey);
}

async function approve(
	transcript: Transcript,
	{
		browser,
		page,
		newKey,
		alice,
	}: {
		readonly browser: FormBrowser;
		readonly page: string;
		readonly newKey: string;
		readonly alice: Person;
	},
): Promise<void> {
	transcript.chapter("Alice signs in on the page, looks, and approves");
	const asked = await openSigningIn(browser, page, alice);
	transcript.promise(`it asks: “${asked.title}”`, asked.title === "Replace your digital identity?");
	const fingerprint = keyFingerprint(newKey);
	transcript.promise(`it shows what her phone shows: ${fingerprint}`, asked.text.includes(fingerprint));
	transcript.promise("it warns that this device asked for more than one identity", warnsOfOthers(asked));
	const approved = await browser.press(asked, /replace my digital identity$/i);
	transcript.promise(`approved: “${approved.title}”`, approved.title === "Approved. Waiting for the app");
}

function warnsOfOthers({ text }: Page): boolean {
	return text.includes("Look twice") && text.includes("asks more than once");
}

async function tryAgain(
	transcript: Transcript,
	{ stage, alice, laptop, phone }: Cast,
	{ session, first }: { readonly session: string; readonly first: PublishedIdentity },
): Promise<void> {
	transcript.chapter("The approval is spent");
	const before = await readIdentity(stage.url, phone);
	const replayed = { ...freshKeys(alice.userId), auth: { type: "m.oauth", session } };
	for (const [whose, device] of [
		["the phone", phone],
		["the laptop", laptop],
	] as const) {
		const { status } = await upload(stage, device, replayed);
		transcript.promise(
			`refused (${status}): its session id once more, from ${whose}, with other keys`,
			status === 401,
		);
	}
	const after = await readIdentity(stage.url, phone);
	const stands = after.masterKey === before.masterKey && after.masterKey !== first.masterKey;
	transcript.promise("Alice's new identity stands", stands);
}

async function trustAgain(
	transcript: Transcript,
	{ stage, alice, laptop }: Cast,
	{ phone, first }: { readonly phone: SdkApp; readonly first: PublishedIdentity },
): Promise<void> {
	transcript.chapter("Alice is whole again");
	const { deviceId } = phone.device;
	const { masterKey, selfSigningKey, signedDevices } = await readIdentity(stage.url, phone.device);
	const isNew = selfSigningKey !== first.selfSigningKey && signedDevices.includes(deviceId);
	transcript.promise("keys/query: the phone is signed by the new self-signing key (Ed25519 checked)", isNew);
	transcript.promise("the stolen laptop is not", !signedDevices.includes(laptop.deviceId));
	const recoveryKey = await phone.setUpRecovery();
	await phone.crypto.resetKeyBackup();
	const tablet = await signInDevice(stage.url, alice, "Tablet");
	await using app = await startSdkApp(stage, tablet, { sync: true });
	await app.enterRecovery(recoveryKey);
	await app.crypto.bootstrapCrossSigning({});
	const holdsKeys = (await app.crypto.getCrossSigningKeyId()) === masterKey;
	transcript.promise("a new tablet opens the new secret storage with the new recovery key", holdsKeys);
	const now = await readIdentity(stage.url, tablet);
	transcript.promise("and is trusted at once", now.signedDevices.includes(tablet.deviceId));
	const log = await alice.browser.open("/account/security");
	const told = [
		"An app asked to replace your digital identity",
		"Replacing your digital identity was approved",
		"Your digital identity was replaced",
	];
	const isTold = told.every((words) => log.text.includes(words));
	transcript.promise("her security log tells her what was asked, approved and replaced", isTold);
}

/** The master key of the newest upload, as the phone shows it to Alice. */
function sentMasterKey({ traffic }: SdkApp): string {
	const sent = traffic.findLast(({ path }) => path.endsWith("device_signing/upload"))?.sent ?? "{}";
	const { master_key } = JSON.parse(sent) as {
		readonly master_key?: { readonly keys: Record<string, string> };
	};
	return Object.values(master_key?.keys ?? {})[0] ?? "";
}
