/**
 * A device is signed out while uploads of its keys are on their way. Synapse asks who somebody is when a request comes;
 * at the end of an upload it makes the device that it finds missing, and its token is then as good as before for as
 * long as Synapse remembers it.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { postForm } from "../support/attack-world.ts";
import type { Passing } from "../support/between.ts";
import { deviceKeys, identityOf, signer } from "../support/device-crypto.ts";
import { deviceAt, guardedPath, openGuardWorld, secret } from "../support/guard-world.ts";
import { type Answer, call, type LoggedInDevice } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

/** When Synapse remembers no token of a session any more that has just ended, and some seconds. */
const forgottenMs = 150_000;

describe("a device that was signed out beside a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { synapse, server, toSynapse } = world;

	const atSynapse = (device: LoggedInDevice, path: string, body?: unknown): Promise<Answer> =>
		call(synapse.base, device.accessToken, { method: body === undefined ? "GET" : "POST", path, body });
	const isTaken = async (device: LoggedInDevice) =>
		(await atSynapse(device, "account/whoami")).status === 200;
	const keysOf = ({ userId, deviceId }: LoggedInDevice) => ({
		device_keys: deviceKeys(userId, deviceId, signer(`alice/${deviceId}`, deviceId)),
	});
	const everybody = (device: Pick<LoggedInDevice, "userId" | "deviceId">) => deviceAt(synapse, device);
	const gone = { isListed: false, hasKeys: false };
	const isGone = async (device: LoggedInDevice) => {
		const { isListed, hasKeys } = await everybody(device);
		return !isListed && !hasKeys;
	};
	const signOut = async ({ accessToken: token, clientId: client_id }: LoggedInDevice) =>
		assert.equal((await postForm(`${server.url}oauth2/revoke`, { token, client_id })).status, 200);
	const names =
		(call: string) =>
		({ deviceId }: LoggedInDevice) =>
		({ path, body }: Passing) =>
			path.endsWith(`/${call}`) && body.includes(`"${deviceId}"`);
	const isRemoval = names("delete_device");
	const isLook = names("update_device_display_name");

	/** What Synapse does at the end of an upload that it let in before. */
	async function makeAnew({ deviceId }: LoggedInDevice): Promise<void> {
		const answer = await fetch(new URL("_synapse/mas/upsert_device", synapse.base), {
			method: "POST",
			headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
			body: JSON.stringify({ localpart: "alice", device_id: deviceId }),
		});
		assert.equal(answer.status, 201, "it was not there");
	}

	test("is gone for good, though an upload that was under way made it anew, twice", async () => {
		const device = await world.login("HONESTDEVICE");
		assert.equal(await isTaken(device), true);
		const look = toSynapse.hold(isLook(device));
		const isAnew = Promise.withResolvers<void>();
		toSynapse.afterNext(isRemoval(device), async () => {
			await makeAnew(device);
			isAnew.resolve();
		});
		await signOut(device);
		await isAnew.promise;
		assert.equal((await atSynapse(device, "keys/upload", keysOf(device))).status, 200, "it remembers");
		assert.deepEqual(await everybody(device), { isListed: true, hasKeys: true });
		look.release();
		await until(() => isGone(device));
		assert.equal(await isTaken(device), false);

		await makeAnew(device);
		world.advance(forgottenMs);
		await until(() => isGone(device));
		const about = toSynapse.seen.filter((each) => isRemoval(device)(each) || isLook(device)(each));
		assert.deepEqual(
			about.map(({ path }) => path.split("/").at(-1)),
			[
				...["delete_device", "update_device_display_name"],
				...["delete_device", "update_device_display_name", "delete_device"],
			],
		);
	});

	test("is asked about, and not removed again, where nothing made it anew", async () => {
		const device = await world.login("QUIETDEVICE");
		await signOut(device);
		const looks = () => toSynapse.seen.filter(isLook(device)).length;
		await until(async () => {
			const [row] = (await server.rows("homeserver_tasks")).filter(
				({ detail }) => detail === device.deviceId,
			);
			return Number(row?.next_at) - Number(row?.created_at) === forgottenMs;
		});
		assert.equal(looks(), 1);
		world.advance(forgottenMs);
		await until(() => looks() === 2);
		assert.equal(toSynapse.seen.filter(isRemoval(device)).length, 1);
	});

	test("is left alone once it is signed in again", async () => {
		const device = await world.login("BACKAGAINDEVICE");
		await signOut(device);
		const again = await world.login("BACKAGAINDEVICE");
		const other = await world.login("ANOTHERDEVICE");
		const before = toSynapse.seen.length;
		world.advance(forgottenMs);
		await signOut(other);
		// Of one person what is due longer is told first.
		await until(() => toSynapse.seen.slice(before).some(isLook(other)));
		const about = toSynapse.seen.slice(before);
		assert.deepEqual(
			about.filter((each) => isRemoval(again)(each) || isLook(again)(each)),
			[],
		);
		assert.equal((await everybody(again)).isListed, true);
	});

	test("is gone with the thief's keys, though the thief uploaded keys all the while", async () => {
		for (let round = 1; ; round++) {
			const thief = await world.login(`THIEFDEVICE${round}`);
			const { stop, uploaded } = uploadWithoutPause(thief, 6);
			await until(() => uploaded() > 20);
			await signOut(thief);
			const uploads = uploaded();
			// Synapse has answered the removal, and takes more keys nevertheless, or it takes none any more.
			await until(async () => uploaded() > uploads + 20 || !(await isTaken(thief)));
			const { body } = identityOf(thief.userId, "the thief's");
			const replacing = await server.call(thief, "POST", guardedPath, body);
			assert.deepEqual([replacing.status, replacing.body.errcode], [401, "M_UNKNOWN_TOKEN"]);
			await stop();
			const { isListed } = await everybody(thief);
			world.advance(forgottenMs);
			await until(() => isGone(thief));
			assert.equal(await isTaken(thief), false);
			if (isListed) break;
			assert.ok(round < 10, "the attack has not come off once");
		}
	});

	/** Uploads other keys for the device again and again, in so many lines at once. */
	function uploadWithoutPause(device: LoggedInDevice, lines: number) {
		let [isOver, uploaded, number] = [false, 0, 0];
		const one = async () => {
			while (!isOver) {
				const { device_keys: keys } = keysOf(device);
				const body = { device_keys: { ...keys, unsigned: { number: number++ } } };
				const { status } = await atSynapse(device, "keys/upload", body);
				if (status === 200) uploaded++;
			}
		};
		const ended = Promise.all(Array.from({ length: lines }, one));
		return {
			uploaded: () => uploaded,
			async stop() {
				isOver = true;
				await ended;
			},
		};
	}

	test("nothing of this is left to be told", async () => {
		await until(async () => (await server.rows("homeserver_tasks")).every((row) => row.told_at !== null));
		world.advance(forgottenMs);
		await until(async () => (await server.rows("homeserver_tasks")).length === 0);
		assert.deepEqual(await everybody({ ...world.phone, deviceId: "THIEFDEVICE1" }), gone);
	});
});
