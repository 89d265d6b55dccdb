/**
 * A session ends because its credentials turned up in two places. Nobody knows who of two was the thief, so the device
 * keeps its keys for a day, at Synapse too, and only a new sign-in with consent takes it over.
 */
import assert from "node:assert/strict";
import { after, describe, mock, test } from "node:test";
import { postForm } from "../support/attack-world.ts";
import { deviceKeys, identityOf, signer } from "../support/device-crypto.ts";
import { deviceAt, guardedPath, openGuardWorld } from "../support/guard-world.ts";
import { call, type LoggedInDevice, password } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const cleanUpEveryMs = 600_000;

describe(
	"a device whose credentials turned up in two places, beside a real Synapse",
	needsSynapse,
	async () => {
		if (needsSynapse.skip !== false) return;
		mock.timers.enable({ apis: ["setInterval"] });
		after(() => mock.timers.reset());
		const world = await openGuardWorld();
		after(() => world[Symbol.asyncDispose]());
		const { synapse, server, alice, toSynapse } = world;

		const refresh = ({ clientId: client_id }: LoggedInDevice, refresh_token: string) =>
			postForm(`${server.url}oauth2/token`, { grant_type: "refresh_token", client_id, refresh_token });
		const keysOf = ({ userId, deviceId }: LoggedInDevice) => ({
			device_keys: deviceKeys(userId, deviceId, signer(`alice/${deviceId}`, deviceId)),
		});
		const upload = (device: LoggedInDevice, body: unknown) =>
			call(synapse.base, device.accessToken, { method: "POST", path: "keys/upload", body });

		/** A device of hers with keys, whose session has ended so. */
		async function doubted(deviceId: string): Promise<LoggedInDevice> {
			const device = await world.login(deviceId);
			assert.equal((await upload(device, keysOf(device))).status, 200);
			const { body } = await refresh(device, device.refreshToken);
			await refresh(device, body.refresh_token);
			assert.equal((await refresh(device, device.refreshToken)).status, 503);
			world.advance(60_000);
			assert.equal((await refresh(device, device.refreshToken)).status, 400);
			return device;
		}

		const everybody = (device: LoggedInDevice) => deviceAt(synapse, device);
		const there = { isListed: true, hasKeys: true };
		const gone = async (device: LoggedInDevice) => {
			const { isListed, hasKeys } = await everybody(device);
			return !isListed && !hasKeys;
		};
		const told = ({ deviceId }: LoggedInDevice) =>
			toSynapse.seen.filter(
				({ path, body }) => path.endsWith("/delete_device") && body.includes(`"${deviceId}"`),
			).length;
		/** Has dead rows deleted until this device is gone. */
		const goes = (device: LoggedInDevice) =>
			until(() => {
				mock.timers.tick(cleanUpEveryMs);
				return gone(device);
			});

		test("is signed in by nobody, and keeps its keys for a day; then Synapse forgets it", async () => {
			const device = await doubted("DOUBTEDDEVICE");
			const { body } = identityOf(device.userId, "the thief's");
			const replacing = await server.call(device, "POST", guardedPath, body);
			assert.deepEqual([replacing.status, replacing.body.errcode], [401, "M_UNKNOWN_TOKEN"]);
			world.advance(120_000);
			const later = await doubted("DOUBTEDLATER");
			// The first one's day is over, and the other's not yet: what deletes the one looks at the other too.
			world.advance(dayMs - 120_000);
			await goes(device);
			assert.deepEqual(await everybody(later), there);
			assert.equal(told(later), 0);
			world.advance(120_000);
			await goes(later);
		});

		test("goes on with its keys for who signs in on it, and stays", async () => {
			const device = await doubted("TAKENOVERDEVICE");
			world.advance(hourMs);
			const again = await world.login(device.deviceId);
			const other = await doubted("LEFTDEVICE");
			world.advance(2 * dayMs);
			await goes(other);
			assert.deepEqual(await everybody(again), there);
			assert.equal(told(again), 0);
			const renewed = await world.renew(again);
			const who = await call(synapse.base, renewed.accessToken, { method: "GET", path: "account/whoami" });
			assert.deepEqual([who.status, who.body.device_id], [200, device.deviceId]);
		});

		test("is removed at once by its owner, with the password", async () => {
			const device = await doubted("REMOVEDDEVICE");
			const confirm = await alice.open(`/account/devices/${device.deviceId}?delete=1`);
			assert.match(confirm.text, /Remove this device\?/);
			await alice.press(confirm, "Remove it", { password });
			await until(() => gone(device));
		});

		test("goes when she signs out everywhere", async () => {
			const device = await doubted("LASTDEVICE");
			const confirm = await alice.open("/account/sign-out-everywhere");
			await alice.press(confirm, "Sign out everywhere", { password });
			await until(() => gone(device));
		});
	},
);
