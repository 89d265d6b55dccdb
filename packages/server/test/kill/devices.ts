import assert from "node:assert/strict";
import { processRevocationResponse, revocationRequest } from "@countersign/client";
import type { OAuthMetadata } from "@countersign/protocol";
import { deviceKeys } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { type LoggedInDevice, loginDevice } from "../support/server.ts";
import { createHolder, createLedger, type Holder, type Line, localpartOf, type SignedIn } from "./line.ts";

interface Device {
	readonly holder: Holder;
	hasKeys: boolean;
	/** `asked` may have happened or not. */
	revocation: "none" | "asked" | "done";
}

/** A person signs in on one device after another; every third one is signed out again. */
export function signingIn(metadata: OAuthMetadata, localpart: string, browser: FormBrowser): Line {
	const ledger = createLedger<Device>();
	return {
		name: "devices signed in",
		count: ledger.count,
		async step() {
			const tokens = await loginDevice(metadata.issuer, { localpart, browser });
			const device: Device = { holder: createHolder(metadata, tokens), hasKeys: false, revocation: "none" };
			ledger.add(device);
			const keys = deviceKeys(tokens.userId, tokens.deviceId);
			const uploaded = await device.holder.call("POST", "keys/upload", { device_keys: keys });
			assert.equal(uploaded.status, 200, JSON.stringify(uploaded.body));
			device.hasKeys = true;
			if (ledger.count() % 3 !== 0) return;
			device.revocation = "asked";
			const { clientId, refreshToken: token } = tokens;
			await processRevocationResponse(await revocationRequest(metadata, { clientId, token }));
			device.revocation = "done";
		},
		verify: (everything) => ledger.verify(everything, verifyDevice),
	};
}

async function verifyDevice(device: Device): Promise<void> {
	const { holder, revocation } = device;
	const { deviceId, userId } = holder.device;
	if (revocation === "asked") return;
	if (revocation === "done") {
		await assert.rejects(holder.refresh(), { code: "logged-out" }, `${deviceId} stays signed out`);
		assert.equal((await holder.call("GET", "account/whoami")).status, 401);
		return;
	}
	await holder.refresh();
	const whoami = await holder.call("GET", "account/whoami");
	assert.deepEqual([whoami.status, whoami.body.device_id], [200, deviceId]);
	if (!device.hasKeys) return;
	const { body } = await holder.call("POST", "keys/query", { device_keys: { [userId]: [deviceId] } });
	assert.deepEqual(body.device_keys[userId][deviceId].keys, deviceKeys(userId, deviceId).keys);
}

/** An app rotates its refresh token over and over. What it holds keeps working, and what it spent stays spent. */
export function refreshing(metadata: OAuthMetadata, device: LoggedInDevice): Line {
	const holder = createHolder(metadata, device);
	let count = 0;
	return {
		name: "refreshes",
		count: () => count,
		async step() {
			await holder.refresh();
			count += 1;
		},
		async verify(everything) {
			// Most kills come between a rotation and its answer: what was held before it has to bring the answer again.
			await holder.refresh();
			assert.equal((await holder.call("GET", "account/whoami")).status, 200);
			if (!everything) return;
			const thief = createHolder(metadata, { ...device, refreshToken: holder.longSpent() });
			const nothing = { code: "temporarily-unavailable" };
			await assert.rejects(thief.refresh(), nothing, "a spent token was taken again");
		},
	};
}

/** Below what a device may have published. */
const keysPerDevice = 900;

/** An app publishes one-time keys, and a new device of the same person when one has enough of them. */
export function publishingKeys(metadata: OAuthMetadata, person: SignedIn): Line {
	const localpart = localpartOf(person.device);
	let holder = createHolder(metadata, person.device);
	let [sent, stored, count] = [0, 0, 0];
	return {
		name: "one-time keys published",
		count: () => count,
		async step() {
			if (sent === keysPerDevice) {
				const device = await loginDevice(metadata.issuer, { localpart, browser: person.browser });
				holder = createHolder(metadata, device);
				[sent, stored] = [0, 0];
			}
			sent += 1;
			const key = { key: `key ${sent}`, signatures: {} };
			const body = { one_time_keys: { [`signed_curve25519:${sent}`]: key } };
			assert.equal((await holder.call("POST", "keys/upload", body)).status, 200);
			stored += 1;
			count += 1;
		},
		async verify() {
			await holder.refresh();
			const { body } = await holder.call("POST", "keys/upload", {});
			const there: number = body.one_time_key_counts.signed_curve25519;
			assert.ok(there >= stored && there <= sent, `${there} keys; ${stored} acknowledged, ${sent} sent`);
		},
	};
}
