/** A sign-in by OAuth at a server that runs, from the consent on: with an app that registers for it. */
import assert from "node:assert/strict";
import { asDeviceId } from "@countersign/protocol";
import { loadConfig } from "../../src/config/index.ts";
import { operate } from "../../src/operate.ts";
import { nativeClient } from "./authorization-world.ts";

interface Server {
	readonly url: string;
	/** Its settings file. */
	readonly settings: string;
}

/** The id of the app, and the refresh token that it got. */
export async function signInByOAuth({ url, settings }: Server, localpart: string, id: string) {
	const headers = { "content-type": "application/json" };
	const registering = { method: "POST", headers, body: JSON.stringify(nativeClient) };
	const registered = await fetch(new URL("oauth2/registration", url), registering);
	const { client_id: clientId } = (await registered.json()) as { readonly client_id: string };
	const read = loadConfig({}, settings);
	assert.ok(read.ok);
	return operate(read.config, async ({ people, sessions }) => {
		const account = await people.byName(localpart);
		assert.ok(account);
		const [accountId, deviceId] = [account.id, asDeviceId(id)];
		const scope = `urn:matrix:client:api:* urn:matrix:client:device:${id}`;
		const opened = await sessions.open({ accountId, clientId, scope, deviceId }, async () => true);
		assert.ok(opened.ok);
		return { clientId, token: opened.tokens.refreshToken };
	});
}
