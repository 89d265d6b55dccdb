/** Two servers on one PostgreSQL while a move is settled: both follow the new key from then on, and know the old one. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { random } from "../../src/installation.ts";
import { type MoveState, settle, writeMove } from "../../src/moving/index.ts";
import { planPerson } from "../../src/moving/plan-person.ts";
import { createSessions, drawSuccessorKey } from "../../src/sessions/index.ts";
import { openPostgres, type Unit } from "../../src/storage/index.ts";
import { synapseToken } from "../support/make-synapse.ts";
import { madeAt, refreshRow, synapsePerson } from "../support/moving-people.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";

describe("two servers when a move is settled", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	const anyDevice = { displayName: "Phone", lastSeen: madeAt, ip: null, userAgent: null };
	const usual = new Uint8Array(32).fill(9);

	/** Somebody of Synapse's, with one refresh token each on so many devices, is here and may still go back. */
	async function openTwo(devices: number) {
		const { url } = await createDatabase(cluster.url("postgres"));
		const broken: unknown[] = [];
		const storages = await Promise.all(
			[1, 2].map(() => openPostgres(url, (error) => broken.push(error), { homeserver: "synapse" })),
		);
		const [one, two] = storages.map((storage) => ({
			storage,
			sessions: createSessions<Unit>({
				...{ storage, clock: Date.now, random, serverName: "localhost", secretKey: usual },
				homeserver: { upsertDevice: async () => ({ ok: true }) },
			}),
		}));
		assert.ok(one !== undefined && two !== undefined);
		const tokens = Array.from({ length: devices }, (_, id) =>
			refreshRow({ id, deviceId: `DEVICE${id}`, token: synapseToken("syr", "mia") }),
		);
		const there = synapsePerson({
			...{ userId: "@mia:localhost", accessTokens: [], refreshTokens: tokens },
			devices: tokens.map(({ deviceId }) => ({ ...anyDevice, deviceId })),
		});
		const { person } = planPerson(there, { serverName: "localhost", now: madeAt });
		assert.equal(person?.sessions.length, devices);
		const own = { kind: "argon2id" } as const;
		const move: MoveState = {
			...{ source: "synapse", state: "switched", passwords: { forNew: own, ofMost: own }, sealTo: null },
			...{ startedAt: 1, passedAt: 1, switchedAt: 1, settledAt: null },
		};
		await one.storage.write(async (unit) => {
			await drawSuccessorKey(unit, { random, now: 1 });
			await unit.moved.put(person, { digest: "d", newId: () => random.token() });
			await writeMove(unit, move);
		});
		const settled = () => settle(one.storage, { now: Date.now(), random, usual });
		return {
			...{ one, two, settled, tokens: tokens.map(({ token }) => token) },
			async [Symbol.asyncDispose]() {
				for (const { sessions, storage } of [one, two]) {
					await sessions.close();
					await storage.close();
				}
				assert.deepEqual(broken, []);
			},
		};
	}

	type Server = Awaited<ReturnType<typeof openTwo>>["one"];

	async function refresh({ sessions }: Server, refreshToken: string): Promise<string> {
		const outcome = await sessions.refreshCompat({ refreshToken });
		assert.ok(outcome.ok, JSON.stringify(outcome));
		return outcome.tokens.refreshToken;
	}

	test("a refresh whose answer was lost at one is answered again at the other, before and after", async () => {
		await using world = await openTwo(1);
		const { one, two, settled, tokens } = world;
		const [token = ""] = tokens;
		const lost = await refresh(one, token);
		assert.equal(await refresh(two, token), lost);
		assert.equal(await settled(), true);
		assert.equal(await refresh(two, token), lost, "by the key of before");
		const next = await refresh(two, lost);
		assert.equal(await refresh(one, lost), next, "by the new one");
		assert.equal(await refresh(one, lost), next);
	});

	test("apps that refresh at both in the middle of it all go on", async () => {
		await using world = await openTwo(8);
		const { one, two, settled, tokens } = world;
		const chains = tokens.map(async (first, at) => {
			let token = first;
			for (let turn = 0; turn < 6; turn += 1) {
				const [here, there] = (at + turn) % 2 === 0 ? [one, two] : [two, one];
				const [next, again] = await Promise.all([refresh(here, token), refresh(there, token)]);
				assert.equal(again, next, "whoever asks twice is told the same, wherever");
				token = next;
			}
			return token;
		});
		const [isSettled, ...last] = await Promise.all([settled(), ...chains]);
		assert.equal(isSettled, true);
		assert.equal(new Set(last).size, tokens.length);
	});
});
