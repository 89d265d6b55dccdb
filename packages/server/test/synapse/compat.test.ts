/** Apps of the older login API against an unmodified Synapse, behind the proxy as it is printed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { LoginResponse, MatrixClient } from "matrix-js-sdk";
import { identityOf } from "../support/device-crypto.ts";
import { jsSdk, loadSdk, quiet } from "../support/js-sdk-library.ts";
import { type Answer, approve, fillSignIn, password } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import { until } from "../support/until.ts";

const { skip } = needsSynapseBehind("nginx");

describe("beside a real Synapse, an app of the older login API", { skip: skip || jsSdk.skip }, () => {
	let world: SynapseWorld;
	let ahead = 0;
	before(async () => {
		world = await openSynapseWorld({ clock: () => Date.now() + ahead });
		await world.register("alice");
	});
	after(() => world[Symbol.asyncDispose]());

	const asPerson = { type: "m.login.password", identifier: { type: "m.id.user", user: "alice" }, password };
	const app = async (signedIn: Parameters<typeof clientOf>[1] = {}) => clientOf(world.homeserver, signedIn);
	const logIn = async (members: object = {}): Promise<LoginResponse> =>
		(await app()).loginRequest({ ...asPerson, ...members });
	const whoAmI = (accessToken: string): Promise<Answer> =>
		world.call({ accessToken }, "GET", "account/whoami");
	/** Not when Synapse's memory of it ends, which is later than anybody waits here. */
	const failsSoon = async (accessToken: string): Promise<void> => {
		await until(async () => (await whoAmI(accessToken)).status !== 200);
		const { status, body } = await whoAmI(accessToken);
		assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
	};

	test("made with matrix-js-sdk finds its ways in, logs in with a password, and is known to Synapse", async () => {
		const client = await app();
		const { flows } = await client.loginFlows();
		assert.deepEqual(
			flows.map(({ type }) => type),
			["m.login.password", "m.login.sso", "m.login.token"],
		);
		const login = await logIn({ device_id: "an old laptop", initial_device_display_name: "Laptop" });
		assert.deepEqual([login.user_id, login.device_id], ["@alice:localhost", "an old laptop"]);
		assert.equal(login.well_known?.["m.homeserver"]?.base_url, world.homeserver);
		const { body } = await whoAmI(login.access_token);
		assert.deepEqual([body.user_id, body.device_id], ["@alice:localhost", "an old laptop"]);
		const own = await app({
			userId: login.user_id,
			deviceId: login.device_id,
			accessToken: login.access_token,
		});
		const { devices } = await own.getDevices();
		assert.equal(devices.find(({ device_id }) => device_id === login.device_id)?.display_name, "Laptop");
	});

	test("keeps its lasting token through months and a restart of Synapse", async () => {
		const { access_token: token } = await logIn();
		ahead += 90 * 24 * 3_600_000;
		await world.synapse.restart();
		assert.equal((await whoAmI(token)).status, 200);
	});

	test("renews its token when Synapse no longer takes the old one", async () => {
		const login = await logIn({ refresh_token: true });
		const { refresh_token: refreshToken, access_token: accessToken } = login;
		assert.ok(refreshToken !== undefined && login.expires_in_ms === 300_000);
		const client = await app({ userId: login.user_id, deviceId: login.device_id, accessToken });
		ahead += 301_000;
		await assert.rejects(client.whoami(), { errcode: "M_UNKNOWN_TOKEN" });
		const next = await client.refreshToken(refreshToken);
		client.setAccessToken(next.access_token);
		assert.equal((await client.whoami()).device_id, login.device_id);
		const afterLostAnswer = await client.refreshToken(refreshToken);
		assert.equal(afterLostAnswer.refresh_token, next.refresh_token);
	});

	test("replaces the session of a device: an earlier token replaces no keys any more, and is worth nothing once Synapse has forgotten it", async () => {
		const first = await logIn({ device_id: "REPLACED" });
		assert.equal((await whoAmI(first.access_token)).status, 200);
		const unseen = await logIn({ device_id: "REPLACED" });
		const last = await logIn({ device_id: "REPLACED" });
		const upload = ["POST", "keys/device_signing/upload", identityOf(first.user_id, "any").body] as const;
		for (const { access_token: accessToken } of [first, unseen]) {
			const { status, body } = await world.call({ accessToken }, ...upload);
			assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"], "the guard remembers nothing");
		}
		assert.equal((await whoAmI(unseen.access_token)).status, 401, "what Synapse never saw, it asks about");
		// What it has seen it asks about again after two minutes, or a restart.
		await world.synapse.restart();
		assert.equal((await whoAmI(first.access_token)).status, 401);
		assert.equal((await whoAmI(last.access_token)).body.device_id, "REPLACED");
	});

	test("signs out, and its token fails at Synapse at once", async () => {
		const login = await logIn();
		assert.equal((await whoAmI(login.access_token)).status, 200);
		const client = await app({ userId: login.user_id, accessToken: login.access_token });
		await client.logout();
		await failsSoon(login.access_token);
	});

	test("signs everything out, apps of OAuth too, and every token fails at Synapse at once", async () => {
		const browser = await world.register("bob");
		const oauth = await world.loginDevice({ localpart: "bob", browser });
		const identifier = { type: "m.id.user", user: "@bob:localhost" };
		const [one, another] = [await logIn({ identifier }), await logIn({ identifier })];
		const tokens = [oauth.accessToken, one.access_token, another.access_token];
		for (const token of tokens) assert.equal((await whoAmI(token)).status, 200);
		const all = await world.call({ accessToken: one.access_token }, "POST", "logout/all", {});
		assert.equal(all.status, 200);
		for (const token of tokens) await failsSoon(token);
	});

	test("signs in through the browser, from the library's own link to its login token", async () => {
		const client = await app();
		const start = client.getSsoLoginUrl("https://app.example/#/login");
		assert.ok(start.startsWith(world.homeserver));
		const sent = await fetch(start, { redirect: "manual" });
		assert.equal(sent.status, 302);
		const browser = world.browser();
		const page = await fillSignIn(browser, await browser.open(sent.headers.get("location") ?? ""), "alice");
		const { left } = await browser.press(page, "Continue");
		const token = left?.searchParams.get("loginToken") ?? "";
		const login = await client.loginRequest({ type: "m.login.token", token });
		assert.equal((await whoAmI(login.access_token)).body.user_id, "@alice:localhost");
		await assert.rejects(client.loginRequest({ type: "m.login.token", token }), { errcode: "M_FORBIDDEN" });
	});

	test("is told the reason, as the library reads it", async () => {
		const client = await app();
		await assert.rejects(client.loginRequest({ ...asPerson, password: "not the right one" }), {
			errcode: "M_FORBIDDEN",
			httpStatus: 403,
		});
		await assert.rejects(client.refreshToken("mcr_of_nobody"), {
			errcode: "M_UNKNOWN_TOKEN",
			httpStatus: 401,
		});
	});

	test("takes a device id that is a cross-signing key of the person for refused", async () => {
		const login = await logIn();
		const { master, body } = identityOf(login.user_id, "identity of Alice");
		const upload = await world.call(
			{ accessToken: login.access_token },
			...(["POST", "keys/device_signing/upload", body] as const),
		);
		assert.equal(upload.status, 200, JSON.stringify(upload.body));
		await assert.rejects(logIn({ device_id: master.publicKey }), { errcode: "M_FORBIDDEN", httpStatus: 403 });
	});

	test("replaces the identity like any other, by an approval for its own upload and nobody else's", async () => {
		const browser = await world.register("carol");
		const identifier = { type: "m.id.user", user: "carol" };
		const [own, stolen] = [await logIn({ identifier }), await logIn({ identifier })];
		const upload = ({ access_token: accessToken }: LoginResponse, identity: string) =>
			world.call(
				{ accessToken },
				...(["POST", "keys/device_signing/upload", identityOf(own.user_id, identity).body] as const),
			);
		assert.equal((await upload(own, "Carol's first")).status, 200);
		const asked = await upload(own, "Carol's second");
		assert.equal(asked.status, 401, JSON.stringify(asked.body));
		const page = await approve(browser, asked.body.params["m.oauth"].url, "carol");
		assert.equal(page.status, 200);
		assert.equal((await upload(stolen, "Carol's second")).status, 401, "another session's token");
		assert.equal((await upload(own, "Carol's third")).status, 401, "other keys");
		assert.equal((await upload(own, "Carol's second")).status, 200);
		assert.equal((await upload(stolen, "Carol's third")).status, 401, "it was for one upload");
	});

	test("waits while Synapse is away, and nothing is lost", async () => {
		await world.synapse.stop();
		await assert.rejects(logIn({ device_id: "DURINGOUTAGE" }), { httpStatus: 503 });
		await world.synapse.restart();
		const login = await logIn({ device_id: "DURINGOUTAGE" });
		assert.equal((await whoAmI(login.access_token)).status, 200);
	});
});

async function clientOf(
	baseUrl: string,
	signedIn: Omit<Parameters<Awaited<ReturnType<typeof loadSdk>>["createClient"]>[0], "baseUrl">,
): Promise<MatrixClient> {
	const { createClient } = await loadSdk();
	return createClient({ ...signedIn, baseUrl, logger: quiet });
}
