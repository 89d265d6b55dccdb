import { bridge, type MoveWorld, type MovingDevice } from "./move-world.ts";
import { call } from "./server.ts";

/** Among them one with capitals in the name, one locked, one closed, a guest, one of a bridge, a bot and an administrator. */
export async function makeTenPeople(world: MoveWorld) {
	for (const name of ["alice", "bert", "carol", "locky", "gone", "bot"]) await world.addPerson(name);
	await world.addPerson("root", { admin: true });
	await rename(world, "bert", "Bob.Old");
	const signIn = world.signIn;
	const devices = {
		alice: await signIn("alice"),
		desktop: await signIn("alice"),
		odd: await signIn("alice", { deviceId: "an odd/device id ä" }),
		bert: await signIn("bert"),
		left: await signIn("bert"),
		bob: await signIn("Bob.Old"),
		bobsOther: await signIn("Bob.Old"),
		bobsThird: await signIn("Bob.Old"),
		carol: await signIn("carol", { refresh: true }),
		half: await signIn("carol", { refresh: true }),
		busy: await signIn("carol", { refresh: true, deviceId: "BUSYBUSYBUSY" }),
		busier: await signIn("carol", { refresh: true, deviceId: "BUSIERBUSIER" }),
		root: await signIn("root"),
		rootsOther: await signIn("root"),
		locky: await signIn("locky"),
		gone: await signIn("gone"),
	};
	const admin = (method: string, path: string, body?: unknown) =>
		call(world.url, devices.root.accessToken, { method, path: `/_synapse/admin/${path}`, body });
	await expectOk(admin("PUT", "v2/users/@locky:localhost", { locked: true }));
	await expectOk(admin("POST", "v1/deactivate/@gone:localhost", {}));
	const puppet = await expectOk(admin("POST", "v1/users/@alice:localhost/login", {}));
	const guest = await expectOk(
		call(world.url, "", { method: "POST", path: "register?kind=guest", body: {} }),
	);
	const bridged = { type: "m.login.application_service", username: "bridge_one", inhibit_login: true };
	await expectOk(call(world.url, bridge.as_token, { method: "POST", path: "register", body: bridged }));
	return {
		devices,
		admin,
		tokens: {
			bot: await withoutDevice(world, await signIn("bot")),
			botsOther: await withoutDevice(world, await signIn("bot")),
			puppet: String(puppet.access_token),
			guest: String(guest.access_token),
		},
		/** Whether the bridge may speak for one of its people. */
		bridged: () =>
			call(world.url, bridge.as_token, {
				...{ method: "GET", path: "account/whoami?user_id=@bridge_one:localhost" },
			}),
	};
}

/** Synapse makes no name with capitals any more, and has those of before. */
async function rename(world: MoveWorld, like: string, name: string): Promise<void> {
	await world.change(
		`INSERT INTO users (name, password_hash, creation_ts, admin, is_guest, deactivated)
		SELECT ?, password_hash, creation_ts, 0, 0, 0 FROM users WHERE name = ?`,
		`@${name}:localhost`,
		`@${like}:localhost`,
	);
	const profile = "INSERT INTO profiles (user_id, full_user_id) VALUES (?, ?)";
	await world.change(profile, name, `@${name}:localhost`);
}

/** As scripts have it that got theirs before there were devices. It must not have been used yet. */
async function withoutDevice(world: MoveWorld, { accessToken }: MovingDevice): Promise<string> {
	await world.change("UPDATE access_tokens SET device_id = NULL WHERE token = ?", accessToken);
	return accessToken;
}

async function expectOk(answering: ReturnType<typeof call>) {
	const { status, body } = await answering;
	if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
	return body as Readonly<Record<string, unknown>>;
}
