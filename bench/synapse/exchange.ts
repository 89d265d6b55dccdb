import { createHash } from "node:crypto";
import { createDeviceId } from "@countersign/client";
import { createFormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { allow, password } from "../../packages/server/test/support/server.ts";
import { openConnection, type Wanted } from "../connection.ts";
import { clientId } from "../seed.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { compared, inTurn, rateOf, timed } from "./timing.ts";
import type { World } from "./world.ts";

const connections = 8;
const localpart = "exchanger";
const redirectUri = "https://app.example.org/callback";
const verifier = "v".repeat(64);
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** Apps exchange codes for tokens: the device exists at Synapse before a token leaves. */
export async function measureExchange(world: World, { codes }: Sizes): Promise<string> {
	const { countersign, synapse, secret } = world;
	const exchanges = await allowAll(countersign.port, codes);
	const upsert = () => masRequest(secret, "upsert_device", { localpart, device_id: createDeviceId() });
	// Of the very first one the rest says nothing.
	const half = exchanges.length / 2;
	const [ours, theirs] = await Promise.all(
		[countersign.port, synapse.port].map((port) => openConnection(port)),
	);
	if (ours === undefined || theirs === undefined) throw new Error("not connected");
	await timed(ours, exchanges.shift() ?? upsert(), 200);
	const pair = await inTurn(
		half - 1,
		(number) => timed(ours, exchanges[number] ?? upsert(), 200),
		() => timed(theirs, upsert(), 201),
	);
	ours.close();
	theirs.close();
	const at = { connections, statuses: [200, 201] };
	const rate = await rateOf(countersign.port, exchanges.slice(half - 1), at);
	const straight = await rateOf(synapse.port, Array.from({ length: half }, upsert), at);
	return [
		compared({ what: "one at a time", one: "code exchange", other: "upsert_device alone" }, [
			{ name: "a device and its tokens", pair },
		]),
		`${connections} at once: ${rate.toFixed(0)} exchanges a second, upsert_device alone ${straight.toFixed(0)} (${(rate / straight).toFixed(2)})\n`,
	].join("\n");
}

/** Somebody allows an app on so many new devices, one after another, on the pages. Returns the exchanges of the codes. */
async function allowAll(port: number, count: number): Promise<Wanted[]> {
	const url = `http://localhost:${port}/`;
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: localpart, password });
	const exchanges: Wanted[] = [];
	for (let number = 0; number < count; number++) {
		const { left } = await allow(browser, authorizationUrl(url), localpart);
		exchanges.push(exchangeOf(left.searchParams.get("code") ?? ""));
	}
	return exchanges;
}

function authorizationUrl(url: string): string {
	const asked = new URLSearchParams({
		...{ client_id: clientId, redirect_uri: redirectUri, response_type: "code", response_mode: "query" },
		scope: `urn:matrix:client:api:* urn:matrix:client:device:${createDeviceId()}`,
		...{ state: "state", code_challenge: challenge, code_challenge_method: "S256" },
	});
	return `${url}authorize?${asked}`;
}

function exchangeOf(code: string): Wanted {
	const fields = { grant_type: "authorization_code", client_id: clientId, code, redirect_uri: redirectUri };
	return {
		method: "POST",
		path: "/oauth2/token",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: `${new URLSearchParams({ ...fields, code_verifier: verifier })}`,
	};
}
