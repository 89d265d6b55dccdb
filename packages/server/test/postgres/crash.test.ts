/** PostgreSQL dies and comes back while apps are at work. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { type AttackWorld, openAttackWorld, postForm } from "../support/attack-world.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import type { Answer, LoggedInDevice } from "../support/server.ts";

const devices = 6;
const crashes = 3;

describe("PostgreSQL that is killed under load", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	test("signs nobody out, and loses nothing that was acknowledged", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		await using world = await openAttackWorld({ database: url, mayFail: true });
		const apps = await Promise.all(
			Array.from({ length: devices }, async (_, at) =>
				// One browser for all: signing in so often at once would meet the limiter.
				createApp(
					world,
					await world.server.loginDevice({
						localpart: "alice",
						deviceId: `APPNUMBER${at}`,
						browser: world.alice,
					}),
				),
			),
		);
		const stop = new AbortController();
		const running = apps.map((app) => app.run(stop.signal));
		for (let time = 0; time < crashes; time++) {
			const before = apps.map(({ done }) => done());
			await cluster.crash();
			// Everybody has been through it once more.
			while (apps.some(({ done }, at) => done() <= (before[at] ?? 0) + 1)) await pause(20);
		}
		stop.abort();
		await Promise.all(running);
		for (const app of apps) await app.check();
		assert.ok(
			apps.some(({ failures }) => failures() > 0),
			"no request met the failure",
		);
	});
});

/** An app that renews its tokens and writes, over and over, and tries again when it is told to. */
function createApp({ server }: AttackWorld, signedIn: LoggedInDevice) {
	let device = signedIn;
	let [acknowledged, tried, failed] = [0, 0, 0];
	const path = `user/${encodeURIComponent(device.userId)}/account_data/org.example.${device.deviceId}`;

	async function insist(ask: () => Promise<Answer>): Promise<Answer> {
		for (;;) {
			const answer = await ask();
			if (answer.status === 200) return answer;
			const { error, errcode } = answer.body;
			assert.equal(answer.status, 503, JSON.stringify(answer.body));
			assert.ok(error === "temporarily_unavailable" || errcode === "M_UNKNOWN", JSON.stringify(answer.body));
			assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
			failed += 1;
			await pause(20);
		}
	}

	async function renew(): Promise<void> {
		const { token_endpoint: url } = metadata;
		const { clientId, refreshToken } = device;
		const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
		const { body } = await insist(() => postForm(url, form));
		device = { ...device, accessToken: body.access_token, refreshToken: body.refresh_token };
	}

	let metadata: Awaited<ReturnType<typeof server.metadata>>;
	return {
		done: () => acknowledged,
		failures: () => failed,
		async run(signal: AbortSignal): Promise<void> {
			metadata = await server.metadata();
			while (!signal.aborted) {
				await renew();
				tried += 1;
				await insist(() => server.call(device, "PUT", path, { count: tried }));
				acknowledged = tried;
			}
		},
		async check(): Promise<void> {
			await renew();
			const { body } = await insist(() => server.call(device, "GET", path));
			assert.equal(body.count, acknowledged);
		},
	};
}
