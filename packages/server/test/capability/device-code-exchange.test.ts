/** Fetching what was allowed, while the homeserver or the account stands in the way. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import {
	type AuthorizationWorld,
	freshDevice,
	openAuthorizationWorld,
	scope,
} from "../support/authorization-world.ts";
import { deviceGrantType } from "../support/device-grant.ts";
import { seedProof } from "../support/seed-proof.ts";
import { alice } from "../support/session-world.ts";

describe("a device that was allowed", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register({
			client_name: "Television",
			client_uri: "https://tv.example/",
			response_types: [],
			grant_types: [deviceGrantType, "refresh_token"],
			token_endpoint_auth_method: "none",
		});
	});
	after(() => world.close());

	/** The form with which it asks. */
	async function allowed(deviceId = freshDevice()) {
		const body = new URLSearchParams({ client_id: client, scope: scope(deviceId) });
		const response = await fetch(`${world.base}oauth2/device`, { method: "POST", body });
		const codes = (await response.json()) as { device_code: string; user_code: string };
		const proof = await seedProof(world.storage, "allow-device", { accountId: alice, now: world.clock() });
		const decision = { to: "approved", proof, address: "127.0.0.1" } as const;
		assert.deepEqual(await world.authorization.links.decide(codes.user_code, decision), { ok: true });
		return { grant_type: deviceGrantType, client_id: client, device_code: codes.device_code };
	}

	test("finds the homeserver unreachable: a passing fault, and the permission is still good afterwards", async () => {
		const form = await allowed();
		world.homeserver.unavailable = true;
		const { status, headers, body } = await world.exchange(form);
		world.homeserver.unavailable = false;
		assert.deepEqual([status, body.error], [503, "temporarily_unavailable"]);
		assert.equal(headers.get("retry-after"), "5");
		assert.equal((await world.exchange(form)).status, 200);
	});

	test("is refused in words when its id is one of the person's keys", async () => {
		const publicKey = "B".repeat(43);
		const key = { slot: "master", publicKey, signed: "{}", object: {} } as const;
		await world.storage.write((unit) => unit.keys.replace(alice, [key], world.clock()));
		const { status, body } = await world.exchange(await allowed(publicKey));
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.match(String(body.error_description), /device id/);
	});

	test("is refused in words beyond what an account may have, and the permission is still good", async () => {
		const form = await allowed();
		const full = Array.from({ length: 200 }, (_, at) => asDeviceId(`FULL${at}`));
		await world.storage.write(async ({ devices }) => {
			for (const deviceId of full) await devices.add({ accountId: alice, deviceId, createdAt: 1 });
		});
		const { status, body } = await world.exchange(form);
		await world.storage.write(async ({ homeserver }) => {
			for (const deviceId of full) await homeserver.removeDevice(alice, deviceId, 1);
		});
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.match(String(body.error_description), /as many devices as it may/);
		assert.equal((await world.exchange(form)).status, 200);
	});

	test("is not allowed by who was thrown out meanwhile, and no line says that it was", async () => {
		const body = new URLSearchParams({ client_id: client, scope: scope(freshDevice()) });
		const asked = await fetch(`${world.base}oauth2/device`, { method: "POST", body });
		const { user_code } = (await asked.json()) as { user_code: string };
		const seeded = { accountId: alice, now: world.clock() };
		const outdated = await seedProof(world.storage, "allow-device", seeded);
		await world.storage.write((unit) => unit.accounts.raiseGeneration(alice));
		const gone = await seedProof(world.storage, "allow-device", seeded);
		await world.storage.write((unit) => unit.browserSessions.end(gone.browser));
		const lines = () => world.rows("SELECT kind FROM security_events WHERE kind LIKE 'device-%'").length;
		const before = lines();
		for (const proof of [outdated, gone])
			for (const to of ["approved", "refused"] as const)
				assert.deepEqual(
					await world.authorization.links.decide(user_code, { to, proof, address: "127.0.0.1" }),
					{ ok: false, reason: "not-open" },
				);
		assert.equal(lines(), before);
		assert.ok(
			await world.authorization.links.waiting(user_code, alice),
			"it waits for an answer that counts",
		);
	});

	test("is refused while the account is locked", async () => {
		const form = await allowed();
		world.lock(alice, 1);
		const { status, body } = await world.exchange(form);
		world.lock(alice, null);
		assert.deepEqual([status, body.error], [400, "access_denied"]);
	});

	test("leaves no device behind at the homeserver when another request was first", async () => {
		const form = await allowed("TELEVISION");
		const answers = await Promise.all(Array.from({ length: 20 }, () => world.exchange(form)));
		assert.equal(answers.filter(({ status }) => status === 200).length, 1);
		const live = world.rows("SELECT id FROM sessions WHERE device_id = 'TELEVISION' AND ended_at IS NULL");
		assert.equal(live.length, 1);
		assert.equal(world.rows("SELECT device_id FROM devices WHERE device_id = 'TELEVISION'").length, 1);
	});

	test("repeats no parameter, and a body that is too long is refused", async () => {
		const form = await allowed();
		for (const body of [`${new URLSearchParams(form)}&device_code=x`, `device_code=${"x".repeat(200_000)}`]) {
			const headers = { "content-type": "application/x-www-form-urlencoded" };
			const response = await fetch(`${world.base}oauth2/token`, { method: "POST", body, headers });
			assert.equal(response.status, 400);
		}
		assert.equal((await world.exchange(form)).status, 200);
	});
});
