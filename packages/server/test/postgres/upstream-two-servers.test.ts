/** Signing in by another service, and out there, at two servers on one PostgreSQL database: neither keeps it to itself. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { createFormBrowser, type FormBrowser } from "../support/form-browser.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { signInThere } from "../support/upstream-provider.ts";
import { label, openUpstream } from "../support/upstream-world.ts";

describe("a service elsewhere, of two servers on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function opened() {
		const { url: database } = await createDatabase(cluster.url("postgres"));
		const world = await openUpstream({ onLogout: "logout_all" }, { database });
		const [one, two] = world.server.ports().map((port) => `http://localhost:${port}/`);
		assert.ok(one !== undefined && two !== undefined && one !== two);
		/** Begun at the first, and what comes back is taken to the second. */
		const come = async (browser: FormBrowser) => {
			const going = await browser.press(await browser.open("/login"), label);
			const back = await signInThere(world.provider, going);
			const answer = await browser.send(new URL(back.pathname + back.search, two).href);
			return `${answer.status} ${answer.headers.get("location")}`;
		};
		const at = async (url: string, browser: FormBrowser) =>
			(await browser.send(new URL("account/", url).href)).status === 200;
		return { world, one, two, come, at };
	}

	test("a sign-in that is begun at one ends at the other, and is signed in at both", async () => {
		const { world, one, two, come, at } = await opened();
		await using _ = world;
		const browser = createFormBrowser(one);
		assert.equal(await come(browser), "303 /register/elsewhere");
		await browser.press(await browser.open("/register/elsewhere"), "Create account");
		const later = createFormBrowser(one);
		assert.equal(await come(later), "303 /account/");
		for (const url of [one, two]) assert.equal(await at(url, later), true);
	});

	test("a sign-out there that one of them is told ends browsers and apps at both, once", async () => {
		const { world, one, two, come, at } = await opened();
		await using _ = world;
		await world.register(world.server.browser());
		const browser = createFormBrowser(one);
		await come(browser);
		const letIn = world.server.browser();
		await world.come(letIn);
		const app = await world.server.loginDevice({
			localpart: "alice",
			browser: letIn,
			deviceId: "PHONEALICE",
		});
		const works = async (url: string) =>
			(
				await fetch(new URL("_matrix/client/v3/account/whoami", url), {
					headers: { authorization: `Bearer ${app.accessToken}` },
				})
			).status;
		assert.deepEqual([await works(one), await works(two)], [200, 200]);
		for (const url of [one, two]) assert.equal(await at(url, browser), true);
		const body = new URLSearchParams({ logout_token: await world.provider.logoutToken({ sub: "s-1" }) });
		const tell = async (url: string) =>
			(await fetch(new URL("upstream/backchannel-logout/company", url), { method: "POST", body })).status;
		const told = await Promise.all([one, two, one, two].map(tell));
		assert.deepEqual(told.toSorted(), [200, 400, 400, 400]);
		for (const url of [one, two]) assert.equal(await at(url, browser), false);
		assert.deepEqual([await works(one), await works(two)], [401, 401]);
	});
});
