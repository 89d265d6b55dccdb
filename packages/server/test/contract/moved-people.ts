import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type Transactions } from "@countersign/core";
import { asDeviceId, legacyScope } from "@countersign/protocol";
import { pass, planSynapse } from "../../src/moving/index.ts";
import type { Kept, MovedApp, MovedPerson, SynapsePerson, SynapseSource } from "../../src/moving/ports.ts";
import { tokenHash as registrationTokenHash } from "../../src/registration-tokens/index.ts";
import { tokenHash } from "../../src/sessions/index.ts";
import type { Unit } from "../../src/storage/index.ts";
import {
	accessRow,
	anyBcrypt,
	madeAt,
	refreshPair,
	synapsePerson,
	synapseTokens,
} from "../support/moving-people.ts";
import { random } from "../support/people-world.ts";
import { dialect, openTemporaryStorage, tableNames, tableRows } from "../support/storage.ts";

const now = madeAt + 1_000_000;

/** People as Synapse's database would hand them out. */
function sourceOf(people: readonly SynapsePerson[]): SynapseSource {
	return {
		schemaVersion: 94,
		people: async ({ after, limit }) => people.filter(({ userId }) => userId > after).slice(0, limit),
		close: async () => {},
	};
}

interface More {
	readonly apps?: readonly MovedApp[];
	readonly kept?: readonly Kept[];
}

function passInto(storage: Transactions<Unit>, people: readonly SynapsePerson[], { apps, kept }: More = {}) {
	const source = planSynapse(sourceOf(people), { serverName: "example.org", now });
	return pass({
		storage,
		random,
		source: {
			...source,
			...(kept !== undefined && { kept: async () => kept }),
			...(apps !== undefined && {
				apps: async ({ after }: { readonly after: string }) =>
					after === ""
						? apps.map((app) => ({ ok: true as const, id: app.id, name: "", app, note: undefined }))
						: [],
			}),
		},
	});
}

const appOf = (name: string): MovedApp["metadata"] => ({
	application_type: "native",
	client_uri: "https://app.example/",
	client_name: name,
	redirect_uris: [],
	response_types: [],
	grant_types: ["refresh_token"],
	token_endpoint_auth_method: "none",
	localized: {},
});
const service: Kept = { kind: "upstream-provider", id: "P1", body: { issuer: "https://x.org" } };
const token: Kept = { kind: "registration-token", id: "T1", body: { token: "come-in", usage_limit: 5 } };
const session = {
	...{ deviceName: null, scope: legacyScope, createdAt: 1, lastUsedAt: 1, lastAddress: null },
	...{ userAgent: null, access: [], refresh: [] },
} as const;

const [one, two] = refreshPair();
const alice = synapsePerson({
	accessTokens: [accessRow(), accessRow({ token: synapseTokens.access[1], refreshTokenId: 2, used: false })],
	refreshTokens: [one, two],
	threepids: [{ medium: "email", address: "alice@example.org", addedAt: 7 }],
	externalIds: [
		{ provider: "oidc", subject: "alice" },
		{ provider: "saml", subject: "alice@work" },
	],
});

/** So many that several transactions are needed. */
const crowd = Array.from({ length: 110 }, (_, nth) =>
	synapsePerson({ userId: `@p${String(nth).padStart(3, "0")}:example.org`, accessTokens: [] }),
);

const tables = ["accounts", "sessions", "access_tokens", "refresh_tokens", "devices", "account_emails"];

/** Everything that was made, without the ids that are drawn by lot. */
async function sightOf(storage: Awaited<ReturnType<typeof openTemporaryStorage>>) {
	const all = [];
	for (const table of [...tables, "account_links", "moved_accounts"]) {
		const rows = await tableRows(storage.place, table);
		const plain = rows.map(({ id: _, account_id: __, session_id: ___, told_id: ____, ...row }) =>
			JSON.stringify(row),
		);
		all.push([table, plain.toSorted()]);
	}
	return all;
}

export function movedPeopleContract(): void {
	describe(`people who move in, stored in ${dialect}`, () => {
		test("have programs that end with their token, and where none came along since they were last used", async () => {
			const storage = await openTemporaryStorage("synapse");
			const program = (name: string, access: MovedPerson["sessions"][number]["access"]) => ({
				...{ ...session, id: name, deviceId: asDeviceId(name), lastUsedAt: now - 5, access },
				client: { id: `lasting-token-${name}`, metadata: { ...appOf(name) } },
			});
			const held = { hash: tokenHash("one"), createdAt: 1, used: true };
			const person: MovedPerson = {
				...{ localpart: "zoe", displayName: null, admin: false, createdAt: 1, lockedAt: null },
				...{ deactivatedAt: null, passwordHash: null, emails: [], links: [] },
				sessions: [
					program("WITHOUTTOKEN", []),
					program("WITHANENDAA", [{ ...held, expiresAt: now + 7 }]),
					program("WITHOUTEND0", [{ ...held, hash: tokenHash("two") }]),
					{ ...session, id: "APP", deviceId: asDeviceId("ANAPPAAAAA"), client: { id: "an-app" } },
				],
			};
			const app = { id: "an-app", metadata: appOf("App"), createdAt: 1, isStatic: false };
			await storage.write(async ({ moved }) => {
				await moved.putApps([app]);
				assert.equal(await moved.put(person, { digest: "x", newId: () => "id" }), true);
			});
			const rows = await tableRows(storage.place, "sessions");
			// PostgreSQL's numbers come as text.
			const ends = rows.map(({ id, ends_at: end }) => [id, end === null ? null : Number(end)]);
			assert.deepEqual(Object.fromEntries(ends), {
				...{ WITHOUTTOKEN: now - 5, WITHANENDAA: now + 7, WITHOUTEND0: null, APP: null },
			});
			const made = rows.map(({ id, token_made_at: at }) => [id, at === null ? null : Number(at)]);
			assert.deepEqual(
				Object.fromEntries(made),
				{ WITHOUTTOKEN: now - 5, WITHANENDAA: held.createdAt, WITHOUTEND0: held.createdAt, APP: null },
				"another token lasts as long as this one was to, and not as long as the session",
			);
			await storage.close();
		});

		test("are found by their tokens and their name, with all that came along", async () => {
			const storage = await openTemporaryStorage("synapse");
			const { entries, ofMost } = await passInto(storage, [alice]);
			assert.deepEqual(
				[entries, ofMost],
				[
					[{ user: alice.userId, list: "noted", reasons: ["other-sign-in"], devices: 1, tokens: 4 }],
					{ kind: "bcrypt", cost: 12 },
				],
			);
			const { tokens, accounts, moved } = storage.read;
			const found = await tokens.findAccess(tokenHash(synapseTokens.access[0]));
			assert.deepEqual([found?.localpart, found?.deviceId, found?.clientId], ["alice", "PHONE", "legacy"]);
			assert.deepEqual([found?.expiresAt, found?.used, found?.ended], [undefined, true, false]);
			const half = await tokens.findRefresh(tokenHash(one.token));
			assert.deepEqual([half?.sibling, half?.consumedAt], [tokenHash(two.token), null]);
			assert.equal((await accounts.find({ localpart: "alice" }))?.passwordHash, anyBcrypt);
			assert.deepEqual(await moved.counts(), { people: 1, sessions: 1, accessTokens: 2, refreshTokens: 2 });
			assert.deepEqual(await moved.passwordKinds(), [{ sample: anyBcrypt, people: 1 }]);
			assert.equal(await moved.countOthers(), 0);
			assert.equal(await moved.countTwoFactors(), 0);
			for (const table of await tableNames(storage.place)) {
				const rows = JSON.stringify(await tableRows(storage.place, table));
				for (const token of [...synapseTokens.access, ...synapseTokens.refresh])
					assert.ok(!rows.includes(token), `${table} holds a token in clear`);
			}
			const emails = await tableRows(storage.place, "account_emails");
			assert.deepEqual(
				emails.map(({ address, added_at: at }) => [address, Number(at)]),
				[["alice@example.org", 7]],
			);
			const links = await tableRows(storage.place, "account_links");
			assert.deepEqual(
				links.map(({ provider, subject }) => [provider, subject]),
				[
					["oidc", "alice"],
					["saml", "alice@work"],
				],
			);
			const devices = await tableRows(storage.place, "devices");
			assert.deepEqual(
				devices.map(({ device_id: device, display_name: name }) => [device, name]),
				[["PHONE", "Phone"]],
			);
			const [seen] = await tableRows(storage.place, "sessions");
			assert.deepEqual(
				[Number(seen?.last_used_at), seen?.last_address, seen?.user_agent],
				[madeAt + 9, "192.0.2.1", "App/1"],
			);
			await storage.close();
		});

		test("are written again only where something has changed, and then nothing of before is left", async () => {
			const storage = await openTemporaryStorage("synapse");
			await passInto(storage, [alice, ...crowd]);
			const before = await tableRows(storage.place, "sessions");
			await passInto(storage, [alice, ...crowd]);
			assert.deepEqual(await tableRows(storage.place, "sessions"), before);
			const id = (await storage.read.accounts.find({ localpart: "alice" }))?.id;
			await passInto(storage, [{ ...alice, accessTokens: [], refreshTokens: [], externalIds: [] }, ...crowd]);
			assert.equal((await storage.read.accounts.find({ localpart: "alice" }))?.id, id);
			for (const table of ["sessions", "access_tokens", "refresh_tokens", "devices", "account_links"])
				assert.deepEqual(await tableRows(storage.place, table), [], table);
			assert.equal((await tableRows(storage.place, "accounts")).length, 111);
			await storage.close();
		});

		test("a pass that is broken off at any point is simply made again, to the same end", async () => {
			const whole = await openTemporaryStorage("synapse");
			await passInto(whole, [alice, ...crowd]);
			const wanted = await sightOf(whole);
			await whole.close();
			for (const failsAt of [1, 2]) {
				const storage = await openTemporaryStorage("synapse");
				let writes = 0;
				const failing: Transactions<Unit> = {
					read: storage.read,
					write: (work) =>
						storage.write(async (unit) => {
							const result = await work(unit);
							writes += 1;
							if (writes === failsAt) throw new Error("killed");
							return result;
						}),
				};
				await assert.rejects(passInto(failing, [alice, ...crowd]), /killed/);
				await passInto(storage, [alice, ...crowd]);
				assert.deepEqual(await sightOf(storage), wanted, `at ${failsAt}`);
				await storage.close();
			}
		});

		test("people of application services are left, and counted for each of them with what they are signed in by", async () => {
			const storage = await openTemporaryStorage("synapse");
			const ended = accessRow({ token: "syt_ended", validUntil: now });
			const of = (name: string, changes: Partial<SynapsePerson>) =>
				synapsePerson({ userId: `@${name}:example.org`, accessTokens: [], ...changes });
			const { services, entries } = await passInto(storage, [
				of("signal_1", { appServiceId: "signal", accessTokens: [accessRow(), ended] }),
				of("signal_2", { appServiceId: "signal", refreshTokens: [one, two] }),
				of("irc_1", { appServiceId: "irc" }),
				of("zoe", { accessTokens: [accessRow()] }),
			]);
			assert.deepEqual(services, [
				{ id: "signal", people: 2, tokens: 3 },
				{ id: "irc", people: 1, tokens: 0 },
			]);
			assert.deepEqual(
				entries.map(({ list, tokens }) => [list, tokens]),
				[...Array.from({ length: 3 }, () => ["left", 0]), ["moved", 1]],
			);
			await storage.close();
		});

		test("somebody who has the name here already keeps it, and is not touched", async () => {
			const storage = await openTemporaryStorage("synapse");
			const mine = { id: asAccountId("mine"), localpart: "alice", passwordHash: "mine", createdAt: 1 };
			await storage.write(({ accounts }) => accounts.add(mine));
			const { entries } = await passInto(storage, [alice]);
			assert.deepEqual(
				entries.map(({ list, reasons, devices }) => ({ list, reasons, devices })),
				[{ list: "left", reasons: ["name-taken"], devices: 0 }],
			);
			assert.equal((await storage.read.accounts.find({ localpart: "alice" }))?.passwordHash, "mine");
			assert.equal(await storage.read.moved.countOthers(), 1);
			await storage.close();
		});

		test("are found in the case they are written in, else in another one if that is one person", async () => {
			const storage = await openTemporaryStorage("synapse");
			const named = (name: string) => synapsePerson({ userId: `@${name}:example.org`, accessTokens: [] });
			await passInto(storage, ["ANN", "Ann", "Bert", "carl"].map(named));
			const find = async (name: string) => (await storage.read.accounts.find({ name }))?.localpart;
			assert.deepEqual(await Promise.all(["Ann", "ANN", "ann"].map(find)), ["Ann", "ANN", undefined]);
			assert.deepEqual(await Promise.all(["bert", "BERT", "Carl"].map(find)), ["Bert", "Bert", "carl"]);
			assert.equal(await storage.read.accounts.find({ localpart: "bert" }), undefined);
			await storage.close();
		});

		test("people, sessions and apps keep the ids they have, and what is kept replaces what was", async () => {
			const storage = await openTemporaryStorage("synapse");
			const app = { id: "01APP", metadata: appOf("App"), createdAt: 5, isStatic: false } as const;
			await passInto(storage, [], { apps: [app, { ...app, id: "01STATIC", isStatic: true }], kept: [token] });
			const bot = { id: "lasting-token-1", metadata: { ...appOf("a bot") } };
			const person: MovedPerson = {
				...{ id: "01ANNA", localpart: "anna", displayName: null, admin: false, createdAt: 1 },
				...{ lockedAt: null, deactivatedAt: null, passwordHash: null, emails: [], links: [] },
				sessions: [
					{ ...session, id: "01SESSION", client: { id: app.id }, deviceId: asDeviceId("A") },
					{ ...session, client: bot, deviceId: asDeviceId("B") },
				],
			};
			const put = (changes: Partial<MovedPerson>, digest: string) =>
				storage.write(({ moved }) =>
					moved.put({ ...person, ...changes }, { digest, newId: () => random.token(6) }),
				);
			// Twice: another pass puts the same under the same ids.
			for (const digest of ["1", "2"]) assert.equal(await put({}, digest), true);
			const [anna] = await tableRows(storage.place, "accounts");
			assert.equal(anna?.id, "01ANNA");
			const rows = await tableRows(storage.place, "sessions");
			assert.deepEqual(
				rows.map(({ client_id: client, device_id: device }) => `${client} ${device}`).toSorted(),
				["01APP A", "lasting-token-1 B"],
			);
			assert.ok(rows.some(({ id }) => id === "01SESSION"));
			assert.equal(await put({ id: "01OTHER" }, "3"), false, "the name is of somebody else");
			const renamed = { ...app, metadata: appOf("Renamed") };
			await passInto(storage, [], { apps: [renamed], kept: [{ ...token, id: "T2" }, service] });
			assert.equal((await storage.read.clients.find(app.id))?.metadata.client_name, "Renamed");
			const kept = await tableRows(storage.place, "moved_extras");
			assert.deepEqual(
				kept.map(({ id, body }) => [id, JSON.parse(String(body))]),
				[["P1", service.body]],
			);
			const tokensThere = await storage.read.registrationTokens.list();
			assert.deepEqual(tokensThere, [{ id: "T2", name: "from MAS", uses: 5, used: 0, createdAt: 0 }]);
			const use = { hash: registrationTokenHash("come-in"), localpart: "anybody", now };
			assert.deepEqual(await storage.read.registrationTokens.findGood(use), { id: "T2" });
			const deleted = await storage.write(({ clients }) => clients.deleteUnused(now, 0));
			assert.equal(deleted, 0, "an app that somebody uses, and one that the operator set up, stay");
			await storage.close();
		});

		test("tokens without a device are a session each, however many there are, and end one by one", async () => {
			const storage = await openTemporaryStorage("synapse");
			const accessTokens = synapseTokens.access.map((token) => accessRow({ token, deviceId: null }));
			const { entries } = await passInto(storage, [synapsePerson({ accessTokens })]);
			assert.deepEqual(
				entries.map(({ devices, tokens, reasons }) => [devices, tokens, reasons]),
				[[0, 2, ["no-device"]]],
			);
			assert.deepEqual(await tableRows(storage.place, "devices"), []);
			const [one, other] = synapseTokens.access.map(tokenHash);
			const find = (hash = "") => storage.read.tokens.findAccess(hash);
			const found = await find(one);
			assert.deepEqual([found?.deviceId, found?.localpart, found?.ended], [null, "alice", false]);
			const ended = await storage.write(({ sessions }) =>
				sessions.end({ sessionId: found?.sessionId ?? asSessionId("") }, "signed-out", now),
			);
			assert.deepEqual(
				ended.map(({ deviceId }) => deviceId),
				[null],
			);
			assert.deepEqual([(await find(one))?.ended, (await find(other))?.ended], [true, false]);
			const facts = await storage.read.sessionFacts.find(found?.sessionId ?? asSessionId(""));
			assert.deepEqual([facts?.deviceId, facts?.ended], [null, true]);
			const here = (await storage.read.moved.here({ localparts: ["alice"] }))[0];
			assert.deepEqual(
				here?.sessions.map(({ deviceId, access }) => [deviceId, [...access]]),
				[[null, [other]]],
			);
			await storage.close();
		});

		test("a half of a pair that is used up takes the other along", async () => {
			const storage = await openTemporaryStorage("synapse");
			await passInto(storage, [alice]);
			const here = async () => (await storage.read.moved.here({ localparts: ["alice"] }))[0]?.sessions[0];
			const before = await here();
			assert.deepEqual(
				[...(before?.refresh.values() ?? [])].map(({ isUsed }) => isUsed),
				[false, false],
			);
			assert.equal(before?.access.size, 2);
			await storage.write(async ({ tokens }) => {
				const token = await tokens.findRefresh(tokenHash(one.token));
				assert.equal(await tokens.consumeRefresh(tokenHash(one.token), now), true);
				assert.equal(await tokens.consumeRefresh(token?.sibling ?? "", now), true);
			});
			const after = await here();
			assert.deepEqual(
				[...(after?.refresh.values() ?? [])].map(({ isUsed }) => isUsed),
				[true, true],
			);
			await storage.close();
		});
	});
}
