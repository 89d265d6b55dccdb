/** Administrators by what another service says: given and taken away by it alone, and never unless the operator asks it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { UpstreamConfig } from "../../src/config/index.ts";
import { letterLink } from "../support/letter-link.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { password } from "../support/server.ts";
import { signInThere } from "../support/upstream-provider.ts";
import { openUpstream } from "../support/upstream-world.ts";

const asked = { adminClaims: { groups: ["matrix-admins"] } };

async function opened(instead: Partial<UpstreamConfig> = asked) {
	const world = await openUpstream(instead, { email: mailNowhere });
	return {
		...world,
		groups(...groups: readonly string[]) {
			world.provider.people.set("s-1", { preferred_username: "alice", groups });
		},
		isAdmin: async () => (await world.rows("accounts"))[0]?.admin === 1,
		lines: async () =>
			(await world.rows("security_events"))
				.filter(({ kind }) => String(kind).startsWith("admin-"))
				.toSorted((a, b) => Number(a.at) - Number(b.at))
				.map(({ kind, actor, actor_detail, detail }) => [kind, actor, actor_detail, detail]),
	};
}

describe("an administrator by a claim", () => {
	test("is one from the first sign-in with it, and none from the first without, apps that could administer included", async () => {
		await using world = await opened();
		world.groups("staff", "matrix-admins");
		const browser = world.server.browser();
		await world.register(browser);
		assert.equal(await world.isAdmin(), true);
		const said = JSON.stringify({ provider: "company" });
		assert.deepEqual(await world.lines(), [["admin-granted", "server", "upstream", said]]);
		const login = { localpart: "alice", browser, deviceId: "PHONEALICE" };
		const plain = await world.server.loginDevice(login);
		await world.server.change(`UPDATE sessions SET scope = scope || ' urn:synapse:admin:*'`);
		const other = await world.server.loginDevice({ ...login, deviceId: "OTHERALICE" });
		// Again with it: nothing is new.
		await world.come(world.server.browser());
		assert.equal((await world.lines()).length, 1);
		world.groups("staff");
		await world.come(world.server.browser());
		assert.equal(await world.isAdmin(), false);
		assert.deepEqual((await world.lines()).at(1), ["admin-withdrawn", "server", "upstream", said]);
		const live = (await world.rows("sessions")).filter(({ ended_at }) => ended_at === null);
		assert.deepEqual(
			live.map(({ device_id }) => device_id),
			[other.deviceId],
		);
		assert.notEqual(plain.deviceId, other.deviceId);
		world.groups("matrix-admins");
		await world.come(world.server.browser());
		assert.equal(await world.isAdmin(), true);
	});

	test("is none whom the service says nothing of any more", async () => {
		await using world = await opened();
		world.groups("matrix-admins");
		await world.register(world.server.browser());
		world.provider.people.set("s-1", { preferred_username: "alice" });
		await world.come(world.server.browser());
		assert.equal(await world.isAdmin(), false);
	});

	test("is none who is let in no more, though the service names them one still", async () => {
		await using world = await opened({ ...asked, requiredClaims: { groups: ["staff"] } });
		world.groups("staff", "matrix-admins");
		await world.register(world.server.browser());
		assert.equal(await world.isAdmin(), true);
		world.groups("matrix-admins");
		assert.equal((await world.come(world.server.browser())).title, "You may not sign in here");
		assert.equal(await world.isAdmin(), false);
	});

	test("that the operator made stays one, whatever the service says, and another service takes nothing away", async () => {
		await using world = await opened();
		world.groups("staff");
		await world.register(world.server.browser());
		for (const by of ["NULL", "'other'"]) {
			await world.server.change(`UPDATE accounts SET admin = 1, admin_by = ${by}`);
			await world.come(world.server.browser());
			assert.equal(await world.isAdmin(), true);
		}
		assert.deepEqual(await world.lines(), []);
	});

	/** Alice has a password, has linked the service and is an administrator by it, with an app that can administer. */
	async function linked() {
		const world = await opened();
		world.groups("matrix-admins");
		const browser = await world.server.register("alice");
		const asks = await browser.press(await browser.open("/account/links"), "Link Company", { password });
		await browser.open((await signInThere(world.provider, asks)).href);
		assert.equal(await world.isAdmin(), false);
		await world.come(world.server.browser());
		assert.equal(await world.isAdmin(), true);
		await world.server.loginDevice({ localpart: "alice", browser, deviceId: "PHONEALICE" });
		await world.server.change(`UPDATE sessions SET scope = scope || ' urn:synapse:admin:*'`);
		const apps = async () =>
			(await world.rows("sessions")).filter(({ ended_at }) => ended_at === null).length;
		const unlink = async () => {
			const links = await browser.open("/account/links");
			const [, path = ""] = /href="(\/account\/links\/[\w-]+)"/.exec(links.text) ?? [];
			await browser.press(await browser.open(path), "Unlink", { password });
			assert.deepEqual(await world.rows("account_links"), []);
		};
		return { ...world, browser, unlink, apps };
	}

	test("is none without the link: the service could never say that they are none", async () => {
		await using world = await linked();
		await world.unlink();
		assert.equal(await world.isAdmin(), false);
		const said = JSON.stringify({ provider: "company" });
		assert.deepEqual((await world.lines()).at(-1), ["admin-withdrawn", "person", null, said]);
		assert.equal(await world.apps(), 0);
	});

	test("is none once it was said that linking it was not them", async () => {
		await using world = await linked();
		const line = (await world.rows("security_events")).find(({ kind }) => kind === "link-added");
		const stranger = world.server.browser();
		const page = await stranger.open(await letterLink(world.server, String(line?.id)));
		await stranger.press(page, "This was not me");
		assert.deepEqual(await world.rows("account_links"), []);
		assert.equal(await world.isAdmin(), false);
		assert.equal(await world.apps(), 0);
	});

	test("whom the operator has made one since stays one, link or not, whatever the service says", async () => {
		await using world = await linked();
		await world.server.change("UPDATE accounts SET admin_by = NULL");
		world.groups("staff");
		await world.come(world.server.browser());
		assert.equal(await world.isAdmin(), true);
		await world.unlink();
		assert.equal(await world.isAdmin(), true);
		assert.equal(await world.apps(), 1);
	});

	for (const [what, instead, claims] of [
		["the operator asks for no claim", {}, { groups: ["matrix-admins"], admin: true }],
		["a value only begins as one", asked, { groups: ["matrix-admins-of-nothing", "matrix"] }],
		["a value is no text", asked, { groups: [["matrix-admins"], { name: "matrix-admins" }] }],
		["one of two claims is there", { adminClaims: { groups: ["a"], role: ["b"] } }, { groups: ["a"] }],
	] as const)
		test(`is nobody where ${what}`, async () => {
			await using world = await opened(instead);
			world.provider.people.set("s-1", { preferred_username: "alice" });
			world.provider.tricks.claims = (said) => ({ ...said, ...claims });
			await world.register(world.server.browser());
			await world.come(world.server.browser());
			assert.equal(await world.isAdmin(), false);
		});

	test("is nobody by linking, or by showing that they are there", async () => {
		await using world = await opened();
		world.groups("staff");
		const browser = world.server.browser();
		await world.register(browser);
		world.groups("matrix-admins");
		const asks = await browser.open("/login?fresh=1&next=/account/devices");
		const page = await world.comeBy(browser, asks, "Confirm at Company");
		assert.equal(page.url.pathname, "/account/devices");
		assert.equal(await world.isAdmin(), false);
	});
});
