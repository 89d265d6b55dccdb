/** The security log says of everything who did it: each kind of them, in what people and apps really do. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { operatorOf } from "../../src/cli/operator-of.ts";
import { decide, openAttackWorld, postForm } from "../support/attack-world.ts";
import { openCompatWorld, passwordLogin } from "../support/compat-world.ts";
import { allowDevice, waitingDevice } from "../support/device-grant.ts";
import { password, type RunningServer } from "../support/server.ts";

interface Line {
	readonly kind: string;
	readonly by: string;
}

/** Every line there is, in no order. */
async function linesOf(server: RunningServer): Promise<readonly Line[]> {
	const rows = await server.rows("security_events");
	return rows.map(({ kind, actor, actor_detail }) => ({
		kind: String(kind),
		by: actor_detail === null ? String(actor) : `${actor} ${actor_detail}`,
	}));
}

/** Who did what is called so, each once. */
function by(lines: readonly Line[], kind: string): readonly string[] {
	return [...new Set(lines.filter((line) => line.kind === kind).map((line) => line.by))];
}

async function command(server: RunningServer, ...words: readonly string[]): Promise<string> {
	let said = "";
	const code = await run(words, {
		environment: {
			COUNTERSIGN_DATA: server.dataDirectory,
			...(server.database !== undefined && { COUNTERSIGN_DATABASE: server.database }),
		},
		out(text) {
			said += text;
		},
		complain: (headline) => assert.fail(headline),
		readSecret: async () => password,
	});
	assert.equal(code, 0, words.join(" "));
	return said;
}

const operator = `operator ${operatorOf(process.env).name}`;

describe("who did it", () => {
	test("a person in a browser, the app of a device, somebody unknown, and the server when a time is over", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone } = world;
		const app = `app ${phone.clientId}`;
		const over = await world.ask(phone, "second");
		world.advance(16 * 60_000);
		const renewed = await world.renew(phone);
		assert.match((await alice.open(over.path)).text, /expired|over|too long/i);
		const { path } = await world.ask(renewed, "third");
		await decide(alice, path, "approve");
		assert.equal((await world.upload(renewed, "third")).status, 200);
		await decide(alice, (await world.ask(renewed, "fourth")).path, "deny");
		const stranger = server.browser();
		await stranger.press(await stranger.open("/login"), "Sign in", { username: "alice", password: "wrong" });
		const device = await waitingDevice({ url: server.url });
		await allowDevice(alice, device.userCode);
		const linked = await device.poll();
		assert.equal(linked.status, 200);
		const metadata = await server.metadata();
		await postForm(metadata.revocation_endpoint ?? "", {
			token: renewed.accessToken,
			client_id: phone.clientId,
		});
		const lines = await linesOf(server);
		for (const kind of [
			"account-registered",
			"signed-in",
			"reset-approved",
			"reset-denied",
			"device-allowed",
		])
			assert.deepEqual(by(lines, kind), ["person"], kind);
		for (const kind of ["identity-created", "reset-asked", "identity-replaced", "device-signed-out"])
			assert.deepEqual(by(lines, kind), [app], kind);
		assert.ok(by(lines, "device-signed-in").includes(app));
		assert.deepEqual(by(lines, "sign-in-refused"), ["somebody"]);
		assert.deepEqual(by(lines, "reset-expired"), ["server expiry"]);
		assert.ok(
			lines.every((line) => !line.by.startsWith("null")),
			JSON.stringify(lines),
		);
	});

	test("the operator, by the name of their system user, for each of their commands", async () => {
		await using world = await openAttackWorld();
		const { server } = world;
		await command(server, "users", "create", "bob");
		await command(server, "tokens", "issue", "--user=alice", "--device=BRIDGEDEVICE", "--name=Bridge");
		await command(server, "sessions", "end", "alice", "--device=BRIDGEDEVICE");
		await command(server, "users", "promote", "alice");
		await command(server, "users", "demote", "alice");
		await command(server, "users", "set-password", "alice");
		await command(server, "users", "lock", "bob");
		await command(server, "users", "unlock", "bob");
		await command(server, "users", "deactivate", "bob", "--yes");
		await command(server, "users", "reactivate", "bob");
		const lines = await linesOf(server);
		assert.deepEqual(by(lines, "account-registered").toSorted(), [operator, "person"].toSorted());
		for (const kind of [
			...["token-issued", "device-signed-out", "admin-granted", "admin-withdrawn", "password-reset"],
			...["account-locked", "account-unlocked", "account-deactivated", "account-reactivated"],
		])
			assert.deepEqual(by(lines, kind), [operator], kind);
	});

	test("a person who closes their account ends its devices; apps of the older login API are apps", async () => {
		await using world = await openCompatWorld();
		const { server } = world;
		const login = await world.ask("POST", "login", { body: passwordLogin("alice") });
		assert.equal(login.status, 200);
		assert.equal((await world.ask("POST", "logout", { token: login.body.access_token })).status, 200);
		assert.equal((await world.logIn("bob")).status, 200);
		const bob = await server.signIn("bob");
		const page = await bob.open("/account/deactivate");
		await bob.press(page, "Deactivate for good", { username: "bob", password });
		const lines = await linesOf(server);
		assert.deepEqual(by(lines, "device-signed-in"), ["app legacy"]);
		assert.deepEqual(by(lines, "device-signed-out").toSorted(), ["app legacy", "person"]);
		assert.deepEqual(by(lines, "account-deactivated"), ["person"]);
	});
});
