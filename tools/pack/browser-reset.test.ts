/** A web application with the packed client and the real crypto machine, written as the README says, resets in a page. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
	answer,
	approveLabel,
	type BrowserWorld,
	openBrowserWorld,
} from "../../packages/server/test/support/browser-world.ts";
import { needsChromium } from "../../packages/server/test/support/chromium.ts";
import { readIdentity } from "../../packages/server/test/support/published-identity.ts";
import type { LoggedInDevice } from "../../packages/server/test/support/server.ts";
import { cryptoWasm } from "../../packages/server/test/support/wasm-app.ts";
import { createConsumer } from "./consumer.ts";
import { bundle, bundler, servePage } from "./page.ts";

const consumer = createConsumer();
after(() => consumer[Symbol.dispose]());
const machine = "@matrix-org/matrix-sdk-crypto-wasm";

/** Signed in already, as the other application of these tests shows; it goes on with what it finds begun. */
const application = `
import { approvalFromPopup, identityStatus, indexedDbPendingStore, isClientError } from "@countersign/client";
import { prepareIdentityReset, resumeIdentityReset, type IdentityReset, wasmCrypto } from "@countersign/client";
import * as wasm from "${machine}";

const said = document.querySelector("#said")!;
const say = (text: string) => { said.textContent += " " + text; };
const start = document.querySelector<HTMLButtonElement>("#start")!;
const { homeserver, userId, deviceId, accessToken } = JSON.parse(decodeURIComponent(location.hash.slice(1)));

await wasm.initAsync("/app.wasm");
const olmMachine = await wasm.OlmMachine.initialize(new wasm.UserId(userId), new wasm.DeviceId(deviceId), "crypto", "");
for (const { id, type, body } of await olmMachine.outgoingRequests()) {
	const path = type === wasm.RequestType.KeysUpload ? "keys/upload" : "keys/query";
	const headers = { authorization: "Bearer " + accessToken };
	const answer = await fetch(new URL("_matrix/client/v3/" + path, homeserver), { method: "POST", headers, body });
	await olmMachine.markRequestAsSent(id!, type, await answer.text());
}
const session = { homeserver, userId, deviceId, accessToken: async () => accessToken };
const crypto = wasmCrypto(wasm, olmMachine);
const store = indexedDbPendingStore();

async function run(reset: IdentityReset): Promise<void> {
	const over = new AbortController();
	try {
		const { masterKey } = await reset.run({
			poll: "manual",
			present({ url, checkNow }) {
				start.onclick = () => {
					const popup = approvalFromPopup(window, url, { homeserver, checkNow, signal: over.signal });
					say(popup.ok ? "opened" : popup.reason);
				};
				say("asked");
			},
			saveRecoveryKey: async (key) => say(key.startsWith("Es") ? "key" : "no key"),
		});
		say("done " + masterKey + " " + (await identityStatus({ session, crypto })).advice);
	} finally {
		over.abort();
	}
}

try {
	const begun = await resumeIdentityReset({ session, crypto, store });
	if (begun !== undefined) say("resumed " + begun.masterKey);
	await run(begun ?? (await prepareIdentityReset({ session, crypto, store })));
} catch (error) {
	say(isClientError(error) ? error.code : String(error));
}
`;

const skip = bundler.skip || needsChromium.skip || cryptoWasm.skip;

describe("a reset in a page", { skip }, () => {
	let world: BrowserWorld;
	let app: Awaited<ReturnType<typeof servePage>>;

	before(async () => {
		consumer.borrow(machine);
		const script = await bundle(consumer.write("reset.ts", application));
		const wasm = join(consumer.folder, "node_modules", machine, "pkg/matrix_sdk_crypto_wasm_bg.wasm");
		app = await servePage(script, wasm);
		world = await openBrowserWorld();
	});
	after(async () => {
		await app?.[Symbol.asyncDispose]();
		await world?.[Symbol.asyncDispose]();
	});

	const says = async (page: Page, pattern: RegExp) => {
		const text = page.locator("#said").filter({ hasText: pattern });
		await text.waitFor();
		return (await text.textContent()) ?? "";
	};
	const open = (page: Page, device: LoggedInDevice) => {
		const knows = { ...device, homeserver: world.server.url };
		return page.goto(`${app.url}/#${encodeURIComponent(JSON.stringify(knows))}`);
	};

	test("compiles as it stands", () => {
		const options = { module: "preserve", moduleResolution: "bundler", lib: ["es2022", "dom"], noEmit: true };
		assert.equal(
			consumer.compile({ ...options, target: "es2022", strict: true, skipLibCheck: true }, "reset.ts"),
			"",
		);
	});

	test("is kept by the browser: another tab leaves it alone, a reload goes on with the same keys, one approval ends it", async () => {
		const browser = await world.server.register("alice");
		const device = await world.server.loginDevice({ localpart: "alice", browser });
		const page = await world.signedIn("alice");
		await open(page, device);
		assert.match(await says(page, /done/), /^ key done \S+ nothing$/, "a first identity needs nobody");
		const first = (await readIdentity(world.server.url, device)).masterKey;

		await page.reload();
		await says(page, /asked/);
		const tab = await page.context().newPage();
		await open(tab, device);
		const busy = await says(tab, /already-running/);
		await tab.close();
		await page.reload();
		const resumed = await says(page, /asked/);
		const masterKey = resumed.match(/^ resumed (\S+) asked$/)?.[1] ?? "";
		assert.equal(busy, ` resumed ${masterKey} already-running`, "the same keys in every tab");
		assert.equal((await readIdentity(world.server.url, device)).masterKey, first, "nothing has changed");

		const opened = page.waitForEvent("popup");
		await page.locator("#start").click();
		await answer(await opened, approveLabel);
		const done = await says(page, /done/);
		assert.equal(done, ` resumed ${masterKey} asked opened key done ${masterKey} nothing`);
		const published = await readIdentity(world.server.url, device);
		assert.equal(published.masterKey, masterKey);
		assert.deepEqual(published.signedDevices, [device.deviceId]);
		const kept = await page.evaluate<number>(
			"new Promise((resolve) => { indexedDB.open('countersign-reset').onsuccess = ({ target }) => { target.result.transaction('reset').objectStore('reset').count().onsuccess = (counted) => resolve(counted.target.result); }; })",
		);
		assert.equal(kept, 0, "nothing of it is left in the browser");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});
});
