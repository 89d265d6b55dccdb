import assert from "node:assert/strict";
import { processRegistrationResponse, registrationRequest } from "@countersign/client";
import type { OAuthMetadata } from "@countersign/protocol";
import { identityOf } from "../support/device-crypto.ts";
import { createFormBrowser, type FormBrowser } from "../support/form-browser.ts";
import { call, fillSignIn, type LoggedInDevice, loginDevice, password } from "../support/server.ts";
import { createLedger, type Line } from "./line.ts";

const redirectUri = "http://127.0.0.1/callback";
/** Stays below what one address may register in the short life of a server that counts for itself. */
const usualPauseMs = 15;

/** Apps register. An acknowledged one is known from then on. */
export function registeringApps(metadata: OAuthMetadata, pauseMs = usualPauseMs): Line {
	const ledger = createLedger<string>();
	let next = 0;
	return {
		name: "apps registered",
		count: ledger.count,
		async step() {
			next += 1;
			const response = await registrationRequest(metadata, {
				clientUri: "https://app.example/",
				clientName: `App ${next}`,
				redirectUris: [redirectUri],
				applicationType: "native",
			});
			ledger.add((await processRegistrationResponse(response)).clientId);
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		},
		verify: (everything) =>
			ledger.verify(everything, async (clientId) => {
				// Beginning to sign in has a bound for each address; a code that is none is refused to known clients only.
				const form = { grant_type: "authorization_code", client_id: clientId, code: "none" };
				const body = new URLSearchParams({
					...form,
					redirect_uri: redirectUri,
					code_verifier: "v".repeat(43),
				});
				const response = await fetch(metadata.token_endpoint, { method: "POST", body });
				const { error } = (await response.json()) as { error: string };
				assert.equal(error, "invalid_grant", `client ${clientId} is known`);
			}),
	};
}

interface Person {
	readonly localpart: string;
	readonly browser: FormBrowser;
	/** Set in the order in which they come to be. */
	device?: LoggedInDevice;
	identity?: string;
}

/** People register, sign in on a first device and set up an identity; each of the three is acknowledged alone. */
export function registeringPeople(metadata: OAuthMetadata): Line {
	const ledger = createLedger<Person>();
	let next = 0;
	return {
		name: "people registered",
		count: ledger.count,
		async step() {
			next += 1;
			const localpart = `person${next}`;
			const browser = createFormBrowser(metadata.issuer);
			const form = await browser.open("/register");
			const answer = await browser.press(form, "Create account", { username: localpart, password });
			assert.equal(answer.url.pathname, "/account/", answer.title);
			const person: Person = { localpart, browser };
			ledger.add(person);
			const device = await loginDevice(metadata.issuer, { localpart, browser });
			person.device = device;
			const { master, body } = identityOf(device.userId, "first");
			const path = "keys/device_signing/upload";
			const stored = await call(metadata.issuer, device.accessToken, { method: "POST", path, body });
			assert.equal(stored.status, 200, "a first identity needs no approval");
			person.identity = master.publicKey;
		},
		verify: (everything) => ledger.verify(everything, (person) => verifyPerson(metadata, person, everything)),
	};
}

async function verifyPerson(metadata: OAuthMetadata, person: Person, late: boolean): Promise<void> {
	const { localpart, browser, device, identity } = person;
	assert.equal(
		(await browser.open("/account/")).url.pathname,
		"/account/",
		`${localpart} is still signed in`,
	);
	// Every password check is meant to cost time, so the long look back leaves it out.
	if (!late) {
		const other = createFormBrowser(metadata.issuer);
		const page = await fillSignIn(other, await other.open("/login"), localpart);
		assert.equal(page.url.pathname, "/account/", `${localpart} can sign in`);
	}
	if (device === undefined || late) return;
	const { accessToken, userId } = device;
	const whoami = await call(metadata.issuer, accessToken, { method: "GET", path: "account/whoami" });
	assert.deepEqual([whoami.status, whoami.body.device_id], [200, device.deviceId], `${userId} has a token`);
	if (identity === undefined) return;
	const query = { method: "POST", path: "keys/query", body: { device_keys: { [userId]: [] } } };
	const keys = await call(metadata.issuer, accessToken, query);
	assert.deepEqual(
		Object.values(keys.body.master_keys[userId].keys),
		[identity],
		`${userId} has an identity`,
	);
}
