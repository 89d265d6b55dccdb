import { randomInt } from "node:crypto";
import type { Connection, Got, Wanted } from "../connection.ts";
import type { Operation } from "../measure.ts";
import type { Seeded, SeededDevice } from "../seed.ts";

/** An app that goes on where it was: its newest tokens, and how far it has synced. */
interface App {
	readonly userId: string;
	readonly deviceId: string;
	accessToken: string;
	refreshToken: string;
	since: string;
	/** One-time keys uploaded so far. */
	keys: number;
}

const form = { "content-type": "application/x-www-form-urlencoded" };

/** What apps and their homeserver ask, in parts of a hundred; a sign-in or reset is none of it. */
const parts: readonly (readonly [hundredths: number, name: keyof Requests])[] = [
	[66, "introspect"],
	[10, "sync"],
	[8, "refresh"],
	[4, "uploadKey"],
	[4, "claimKey"],
	[3, "send"],
	[3, "writeAccountData"],
	[2, "whoami"],
];

type Requests = ReturnType<typeof createRequests>;

export function createMix(seeded: Seeded, port: number): { next(): Operation } {
	const requests = createRequests(seeded, port);
	// Who was renewed longest ago is first; who is busy is in neither list.
	const apps = seeded.devices.map(appOf);
	const busy = new Set<App>();
	let oldest = 0;
	const free = (from: number) => {
		for (let step = 0; step < apps.length; step++) {
			const app = apps[(from + step) % apps.length];
			if (app !== undefined && !busy.has(app)) return app;
		}
		throw new Error("every app waits for an answer");
	};
	return {
		next: () => async (connection) => {
			const name = pick();
			const app = free(name === "refresh" ? oldest++ : randomInt(apps.length));
			busy.add(app);
			try {
				await requests[name](app, connection);
			} finally {
				busy.delete(app);
			}
		},
	};
}

function pick(): keyof Requests {
	let at = randomInt(100);
	for (const [hundredths, name] of parts) {
		at -= hundredths;
		if (at < 0) return name;
	}
	return "introspect";
}

function appOf({ userId, deviceId, accessToken, refreshToken }: SeededDevice): App {
	return { userId, deviceId, accessToken, refreshToken, since: "", keys: 0 };
}

function createRequests({ clientId, introspectionSecret }: Seeded, port: number) {
	const asked = { ...form, authorization: `Bearer ${introspectionSecret}` };
	let sends = 0;
	const ask = async (
		{ exchange }: Connection,
		app: App,
		[method, path, body]: readonly [Wanted["method"], string, unknown?],
	) => {
		const headers = { authorization: `Bearer ${app.accessToken}`, "content-type": "application/json" };
		const text = body === undefined ? "" : JSON.stringify(body);
		return expect(await exchange({ method, path, headers, body: text }), path);
	};
	const v3 = "/_matrix/client/v3/";
	return {
		async introspect({ accessToken }: App, { exchange }: Connection) {
			const path = "/oauth2/introspect";
			const got = await exchange({ method: "POST", path, headers: asked, body: `token=${accessToken}` });
			if (!expect(got, path).body.includes('"active":true')) throw new Error("a token is not active");
		},
		async refresh(app: App, { exchange }: Connection) {
			const fields = {
				grant_type: "refresh_token",
				client_id: clientId,
				refresh_token: app.refreshToken,
			};
			const path = "/oauth2/token";
			const body = `${new URLSearchParams(fields)}`;
			const got = expect(await exchange({ method: "POST", path, headers: form, body }), path);
			const tokens = JSON.parse(got.body) as { access_token: string; refresh_token: string };
			app.accessToken = tokens.access_token;
			app.refreshToken = tokens.refresh_token;
		},
		async sync(app: App, connection: Connection) {
			const since = app.since === "" ? "" : `&since=${app.since}`;
			const got = await ask(connection, app, ["GET", `${v3}sync?timeout=0${since}`]);
			app.since = /"next_batch":"([^"]+)"/.exec(got.body)?.[1] ?? "";
		},
		async uploadKey(app: App, connection: Connection) {
			const name = `signed_curve25519:${port}n${app.keys++}`;
			const keys = { one_time_keys: { [name]: { key: `key${app.keys}`, signatures: {} } } };
			await ask(connection, app, ["POST", `${v3}keys/upload`, keys]);
		},
		async claimKey(app: App, connection: Connection) {
			const wanted = { [app.userId]: { [app.deviceId]: "signed_curve25519" } };
			await ask(connection, app, ["POST", `${v3}keys/claim`, { one_time_keys: wanted }]);
		},
		async send(app: App, connection: Connection) {
			const messages = { [app.userId]: { [app.deviceId]: { body: "x".repeat(500) } } };
			const path = `${v3}sendToDevice/m.test/${sends++}`;
			await ask(connection, app, ["PUT", path, { messages }]);
		},
		async writeAccountData(app: App, connection: Connection) {
			const path = `${v3}user/${encodeURIComponent(app.userId)}/account_data/org.example.soak`;
			await ask(connection, app, ["PUT", path, { at: Date.now(), text: "x".repeat(500) }]);
		},
		async whoami(app: App, connection: Connection) {
			await ask(connection, app, ["GET", `${v3}account/whoami`]);
		},
	};
}

function expect(got: Got, path: string): Got {
	if (got.status !== 200) throw new Error(`${got.status} at ${path.split("?")[0]}: ${got.body}`);
	return got;
}
