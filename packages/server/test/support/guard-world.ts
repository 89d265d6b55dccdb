import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverAuthMetadata, processRefreshResponse, refreshRequest } from "@countersign/client";
import { appServiceTokens, registrationFile } from "../../src/homeserver/synapse/index.ts";
import { type Asked, uploadPath } from "./attack-world.ts";
import { type Between, startBetween } from "./between.ts";
import { deviceKeys, identityOf, onlySignature, signer } from "./device-crypto.ts";
import type { FormBrowser } from "./form-browser.ts";
import { lastingPort } from "./lasting-port.ts";
import {
	type Answer,
	approve,
	call,
	type LoggedInDevice,
	type RunningServer,
	startServer,
} from "./server.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

export const secret = "the-secret-of-both-of-them";
export const guardedPath = "/_matrix/client/v3/keys/device_signing/upload";

/**
 * The whole server before a real, unmodified Synapse, and Alice: her browser, her phone, and the identity "first" at
 * Synapse. Uploads of keys go to the server, everything else straight to Synapse, as a reverse proxy would have it.
 */
export interface GuardWorld {
	readonly server: RunningServer;
	readonly synapse: RunningSynapse;
	/** Between the server and Synapse: what the server asks Synapse. */
	readonly toSynapse: Between;
	/** Between Synapse and the server: what Synapse asks about tokens. */
	readonly toServer: Between;
	readonly alice: FormBrowser;
	readonly phone: LoggedInDevice;
	/** Another device of hers. */
	login(deviceId?: string): Promise<LoggedInDevice>;
	/** The same device with fresh tokens. */
	renew(device: LoggedInDevice): Promise<LoggedInDevice>;
	/** Moves the server's clock on. Access tokens expire by it. */
	advance(ms: number): void;
	/** Uploads the identity of that name through the guard, with these members of the body instead. */
	upload(device: LoggedInDevice, identity: string, instead?: Members): Promise<Answer>;
	/** The same straight to Synapse, past the guard. */
	uploadPast(device: LoggedInDevice, identity: string, instead?: Members): Promise<Answer>;
	/** Uploads an identity that needs an approval, and has Alice approve it on its page. */
	askAndApprove(device: LoggedInDevice, identity: string): Promise<Asked>;
	ask(device: LoggedInDevice, identity: string): Promise<Asked>;
	/** Which of these identities everybody is shown by Synapse, by its three keys; `mixed` where they are of several. */
	identityNow(names: readonly string[]): Promise<string | undefined>;
	/** Signs the device with the identity, as an app does after its upload. */
	finish(device: LoggedInDevice, identity: string): Promise<Answer>;
	[Symbol.asyncDispose](): Promise<void>;
}

type Members = Readonly<Record<string, unknown>>;

export interface GuardWorldOptions {
	/** Default true. */
	readonly guard?: boolean;
	/** Whether the server itself may fail at something. Default false. */
	readonly mayFail?: boolean;
	/** Registrations of other application services. */
	readonly services?: readonly unknown[];
}

export async function openGuardWorld({
	guard = true,
	mayFail = false,
	services = [],
}: GuardWorldOptions = {}): Promise<GuardWorld> {
	let ahead = 0;
	const port = await lastingPort();
	const synapseBase = `http://127.0.0.1:${port}/`;
	const toSynapse = await startBetween(() => synapseBase);
	const homeserver = { synapse: toSynapse.url, secret, publicBase: synapseBase, guard };
	const server = await startServer({ clock: () => Date.now() + ahead, homeserver, mayFail });
	const toServer = await startBetween(() => server.url);
	const folder = await mkdtemp(join(tmpdir(), "countersign-registrations-"));
	const registrations = [
		registrationFile({ serverName: "localhost", secret }),
		...services.map((one) => JSON.stringify(one)),
	];
	const files = registrations.map((_, at) => join(folder, `${at}.yaml`));
	await Promise.all(registrations.map((text, at) => writeFile(files[at] ?? "", text)));
	const extraConfig = { app_service_config_files: files };
	const synapse = await startSynapse({ masEndpoint: toServer.url, secret, extraConfig, port });
	const alice = await server.register("alice");
	const login = (deviceId?: string) =>
		server.loginDevice({
			...{ localpart: "alice", browser: alice, homeserver: synapse.base },
			...(deviceId !== undefined && { deviceId }),
		});
	const phone = await login("PHONEALICE");
	const body = (device: LoggedInDevice, identity: string, instead: Members = {}) => ({
		...identityOf(device.userId, identity).body,
		...instead,
	});
	const world: Omit<GuardWorld, "askAndApprove" | typeof Symbol.asyncDispose> = {
		...{ server, synapse, toSynapse, toServer, alice, phone, login },
		advance(ms) {
			ahead += ms;
		},
		async renew(device) {
			const { clientId, refreshToken } = device;
			const metadata = await discoverAuthMetadata(synapse.base);
			const answer = await processRefreshResponse(await refreshRequest(metadata, { clientId, refreshToken }));
			assert.ok(answer.refreshToken !== undefined);
			return { ...device, accessToken: answer.accessToken, refreshToken: answer.refreshToken };
		},
		upload: (device, identity, instead) =>
			server.call(device, "POST", uploadPath, body(device, identity, instead)),
		uploadPast: (device, identity, instead) =>
			call(synapse.base, device.accessToken, {
				...{ method: "POST", path: uploadPath, body: body(device, identity, instead) },
			}),
		async ask(device, identity) {
			const { status, body: answer } = await world.upload(device, identity);
			assert.equal(status, 401, JSON.stringify(answer));
			return { uiaSession: answer.session, path: new URL(answer.params["m.oauth"].url).pathname };
		},
		identityNow: (names) => identityAt(synapse, phone.userId, names),
		async finish(device, identity) {
			const { userId, deviceId } = device;
			const keys = deviceKeys(userId, deviceId, signer(`alice/${deviceId}`, deviceId));
			const signed = onlySignature(keys, userId, identityOf(userId, identity).selfSigning);
			return call(synapse.base, device.accessToken, {
				...{ method: "POST", path: "keys/signatures/upload", body: { [userId]: { [deviceId]: signed } } },
			});
		},
	};
	const { userId, deviceId } = phone;
	const keys = deviceKeys(userId, deviceId, signer(`alice/${deviceId}`, deviceId));
	const published = await call(synapse.base, phone.accessToken, {
		...{ method: "POST", path: "keys/upload", body: { device_keys: keys } },
	});
	assert.equal(published.status, 200, JSON.stringify(published.body));
	if (guard) assert.equal((await world.upload(phone, "first")).status, 200);
	else assert.equal((await world.uploadPast(phone, "first")).status, 200);
	return {
		...world,
		async askAndApprove(device, identity) {
			const asked = await world.ask(device, identity);
			const page = await approve(alice, asked.path, "alice");
			assert.equal(page.status, 200, page.text);
			return asked;
		},
		async [Symbol.asyncDispose]() {
			await synapse[Symbol.asyncDispose]();
			await toServer[Symbol.asyncDispose]();
			await toSynapse[Symbol.asyncDispose]();
			await server.close();
			await rm(folder, { recursive: true });
		},
	};
}

/** Which of these identities Synapse shows; `mixed` where its keys are of several. Asked by the application service's right: the token of a device may have expired by the server's clock. */
export async function identityAt(
	synapse: RunningSynapse,
	userId: string,
	names: readonly string[],
): Promise<string | undefined> {
	const { status, body } = await call(synapse.base, appServiceTokens(secret).asToken, {
		method: "POST",
		path: `keys/query?user_id=${encodeURIComponent(userId)}`,
		body: { device_keys: { [userId]: [] } },
	});
	assert.equal(status, 200, JSON.stringify(body));
	const shown = (part: string) => Object.keys(body[part]?.[userId]?.keys ?? {});
	const ofName = (part: string, key: "master" | "selfSigning" | "userSigning") =>
		names.find((name) => shown(part).includes(identityOf(userId, name)[key].keyId));
	const found = [
		ofName("master_keys", "master"),
		ofName("self_signing_keys", "selfSigning"),
		ofName("user_signing_keys", "userSigning"),
	];
	return new Set(found).size === 1 ? found[0] : "mixed";
}

/** What everybody is shown of a device by Synapse. Asked by the application service's right, as above. */
export async function deviceAt(
	synapse: RunningSynapse,
	{ userId, deviceId }: Pick<LoggedInDevice, "userId" | "deviceId">,
): Promise<{ readonly isListed: boolean; readonly hasKeys: boolean }> {
	const ask = (method: string, path: string, body?: unknown) =>
		call(synapse.base, appServiceTokens(secret).asToken, {
			...{ method, path: `${path}?user_id=${encodeURIComponent(userId)}`, body },
		});
	const shown = await ask("POST", "keys/query", { device_keys: { [userId]: [] } });
	return {
		isListed: (await ask("GET", `devices/${deviceId}`)).status === 200,
		hasKeys: Object.hasOwn(shown.body.device_keys[userId] ?? {}, deviceId),
	};
}
