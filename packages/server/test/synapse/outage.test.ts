/** People, their apps and the operator while a real Synapse is there, and while it is not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import type { CountersignClientError } from "@countersign/client";
import { postForm } from "../support/attack-world.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { type OutageWorld, openOutageWorld } from "../support/outage-world.ts";
import { allow, call, fillSignIn } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

describe("beside a real Synapse", needsSynapse, () => {
	let world: OutageWorld;
	before(async () => {
		world = await openOutageWorld();
	});
	after(() => world?.[Symbol.asyncDispose]());

	/** Says something to Synapse past the server. */
	const mas = async (name: string, body: object): Promise<number> => {
		const headers = { authorization: "Bearer a-secret-of-both-sides", "content-type": "application/json" };
		const url = new URL(`_synapse/mas/${name}`, world.synapse.base);
		return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).status;
	};
	const devicesOf = async (accessToken: string): Promise<readonly string[]> => {
		const asked = { method: "GET", path: "devices" };
		const { body } = await call(world.synapse.base, accessToken, asked);
		return body.devices.map(({ device_id }: { readonly device_id: string }) => device_id);
	};

	test("while it is down nobody is logged out, no code is lost, and it is told the rest when it is back", async () => {
		const { page } = await world.register("alice");
		assert.equal(page.url.pathname, "/account/");
		const [phone, laptop] = [await world.login("alice"), await world.login("alice")];
		for (const { accessToken } of [phone, laptop])
			assert.equal((await world.whoami(accessToken)).body.user_id, "@alice:localhost");
		const app = await world.app();
		const { left } = await allow(createFormBrowser(world.url), app.url, "alice");
		await world.synapse.kill();

		await assert.rejects(app.exchange(left.href), (error: CountersignClientError) => {
			assert.deepEqual([error.status, error.oauth?.error], [503, "temporarily_unavailable"]);
			return true;
		});
		const { clientId: client_id, refreshToken: refresh_token } = phone;
		const form = { grant_type: "refresh_token", client_id, refresh_token };
		const refreshed = await postForm(`${world.url}oauth2/token`, form);
		assert.equal(refreshed.status, 200, "an app goes on with its tokens");
		const ended = await postForm(`${world.url}oauth2/revoke`, {
			token: laptop.accessToken,
			client_id: laptop.clientId,
		});
		assert.equal(ended.status, 200, "and another signs out");
		const late = await world.register("late");
		assert.equal(late.page.status, 503);
		assert.match(late.page.text, /homeserver does not answer/);
		assert.ok((await world.metric('countersign_homeserver_tasks{state="waiting"}')) > 0);

		await world.synapse.restart();
		const tablet = await app.exchange(left.href);
		assert.equal((await world.whoami(tablet.accessToken)).status, 200, "the same code, as it was");
		assert.equal((await world.whoami((refreshed.body as Tokens).access_token)).status, 200);
		await world.settled();
		assert.equal((await world.whoami(laptop.accessToken)).body.errcode, "M_UNKNOWN_TOKEN");
		assert.equal((await world.register("late")).page.url.pathname, "/account/");
	});

	test("a token that was signed out fails there at once, not when its memory of it ends", async () => {
		await world.register("bob");
		const { accessToken, clientId: client_id } = await world.login("bob");
		assert.equal((await world.whoami(accessToken)).status, 200);
		await postForm(`${world.url}oauth2/revoke`, { token: accessToken, client_id });
		await world.settled();
		assert.deepEqual((await world.whoami(accessToken)).status, 401);
	});

	test("a code that was spent while the homeserver was asked for the device is refused, though the device went too", async () => {
		const { page } = await world.register("erin");
		assert.equal(page.url.pathname, "/account/");
		const app = await world.app();
		const { left } = await allow(createFormBrowser(world.url), app.url, "erin");
		let asked = 0;
		const held = world.between.hold(({ path }) => path.endsWith("upsert_device") && ++asked === 1);
		const isRefused = (error: CountersignClientError) => {
			assert.deepEqual([error.status, error.oauth?.error], [400, "invalid_grant"]);
			return true;
		};
		const slow = assert.rejects(app.exchange(left.href), isRefused);
		await held.arrived;
		const { accessToken } = await app.exchange(left.href);
		await assert.rejects(app.exchange(left.href), isRefused);
		held.release();
		await slow;
		await world.settled();
		assert.equal((await world.whoami(accessToken)).status, 401);
	});

	test("whom it has, nobody becomes by registering; the operator adopts them", async () => {
		assert.equal(await mas("provision_user", { localpart: "carol", set_displayname: "Carol of old" }), 201);
		for (const device_id of ["STOLENPHONE", "OLDLAPTOP"])
			assert.equal(await mas("upsert_device", { localpart: "carol", device_id }), 201);
		const { page } = await world.register("carol");
		assert.equal(page.status, 400);
		assert.match(page.text, /taken/);
		const refused = await world.type("users create carol");
		assert.equal(refused.code, 1);
		assert.match(refused.err, /--adopt/);
		const stranger = await world.type("users create nobody --adopt");
		assert.equal(stranger.code, 1);
		assert.match(stranger.err, /knows nobody of exactly this name/);
		assert.deepEqual(await world.type("users create carol --adopt"), {
			...{ code: 0, err: "" },
			out: "@carol:localhost can sign in now. The devices they had are removed: they could do nothing any more.\n",
		});
		const { accessToken, deviceId } = await world.login("carol");
		assert.equal((await world.whoami(accessToken)).body.user_id, "@carol:localhost");
		assert.deepEqual(await devicesOf(accessToken), [deviceId], "nobody could sign the old ones out");
		const again = await world.type("users create carol --adopt");
		assert.match(again.err, /taken/);
	});

	test("who has upper case in the name is adopted under exactly that name, and signs in", async () => {
		// Synapse itself makes no such name any more: it has them from before.
		const database = new DatabaseSync(join(world.synapse.dataDirectory, "homeserver.db"), { timeout: 5_000 });
		database.exec(
			`INSERT INTO users (name, creation_ts, admin, is_guest, deactivated) VALUES ('@Ursula:localhost', 1, 0, 0, 0);
			INSERT INTO profiles (user_id, full_user_id) VALUES ('Ursula', '@Ursula:localhost')`,
		);
		database.close();
		const { code, out } = await world.type("users create @Ursula:localhost --adopt");
		assert.equal(code, 0);
		assert.match(out, /^@Ursula:localhost can sign in now/);
		const { accessToken } = await world.login("Ursula");
		assert.equal((await world.whoami(accessToken)).body.user_id, "@Ursula:localhost");
		assert.match((await world.type("users create Ursula --adopt")).err, /taken/);
		assert.match((await world.type("users create ursula --adopt")).err, /nobody of exactly this name/);
	});

	test("whom it has closed, the operator adopts only by saying that they are to be opened again", async () => {
		assert.equal(await mas("provision_user", { localpart: "heidi" }), 201);
		assert.equal(await mas("upsert_device", { localpart: "heidi", device_id: "OLDLAPTOP" }), 201);
		assert.equal(await mas("provision_user", { localpart: "heidi", locked: true }), 200);
		assert.equal(await mas("delete_user", { localpart: "heidi", erase: false }), 200);
		const refused = await world.type("users create heidi --adopt");
		assert.equal(refused.code, 1);
		assert.match(refused.err, /closed the account.*--adopt --reopen/);
		assert.equal((await world.type("users create heidi --reopen")).code, 2);
		assert.match((await world.type("users list")).out, /^(?![\s\S]*heidi)/);
		assert.equal((await world.type("users create heidi --adopt --reopen")).code, 0);
		const { accessToken, deviceId } = await world.login("heidi");
		assert.equal((await world.whoami(accessToken)).body.user_id, "@heidi:localhost");
		assert.deepEqual(await devicesOf(accessToken), [deviceId]);
		await world.settled();
		assert.equal(await world.metric('countersign_homeserver_tasks{state="refused"}'), 0);
	});

	test("a device that only Synapse has, as after data were restored, is removed by the operator, and by its id", async () => {
		await world.register("frank");
		const { accessToken, deviceId } = await world.login("frank");
		assert.equal(await mas("upsert_device", { localpart: "frank", device_id: "SINCETHEBACKUP" }), 201);
		assert.deepEqual(await world.type("sessions end frank --device=SINCETHEBACKUP"), {
			...{ code: 0, err: "" },
			out: "No such device is signed in. If Synapse has one, it is removed there.\n",
		});
		await until(async () => (await devicesOf(accessToken)).length === 1);
		assert.deepEqual(await devicesOf(accessToken), [deviceId]);
		assert.equal((await world.type(`sessions end frank --device=${deviceId}`)).out, "Signed out: 1.\n");
		assert.equal((await world.type("sessions end frank --device=")).code, 1);
	});

	test("a lock, its end, closing and opening again are told by whoever runs, though a command caused them", async () => {
		await world.register("dave");
		const { accessToken } = await world.login("dave");
		for (const [command, locked] of [
			["lock", true],
			["unlock", false],
		] as const) {
			assert.equal((await world.type(`users ${command} dave`)).code, 0);
			await world.settled();
			const told = world.between.seen.findLast(({ path }) => path.endsWith("provision_user"));
			assert.deepEqual(JSON.parse(told?.body ?? ""), { localpart: "dave", locked });
		}
		assert.match((await world.type("users reactivate dave")).err, /not deactivated/);
		assert.equal((await world.type("users deactivate dave --yes --erase")).code, 0);
		await world.settled();
		assert.equal((await world.whoami(accessToken)).status, 401);
		assert.equal((await world.type("users reactivate dave")).code, 0);
		const browser = world.browser();
		const page = await fillSignIn(browser, await browser.open("/login"), "dave");
		assert.equal(page.url.pathname, "/account/");
		const anew = await world.login("dave");
		assert.equal((await world.whoami(anew.accessToken)).body.device_id, anew.deviceId);
		assert.equal((await world.whoami(accessToken)).status, 401, "what was signed in before stays out");
	});

	test("data of an installation with Synapse serve no built-in homeserver", async () => {
		const said: string[] = [];
		const { run } = await import("../../src/cli/index.ts");
		const code = await run(["users", "list"], {
			environment: { COUNTERSIGN_DATA: world.dataDirectory },
			out: (text) => void said.push(text),
			complain: (text) => void said.push(text),
			readSecret: async () => "",
		});
		assert.equal(code, 1);
		assert.match(said.join(), /the other kind of homeserver/);
	});
});

interface Tokens {
	readonly access_token: string;
}
