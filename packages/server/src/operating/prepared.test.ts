import assert from "node:assert/strict";
import { test } from "node:test";
import { type AccountId, asSessionId } from "@countersign/core";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, type PeopleWorld, random } from "../../test/support/people-world.ts";
import type { Operator } from "../audit/index.ts";
import { endIssuedAdministering } from "../sessions/index.ts";
import { createAdministrators, createOperatorLinks, createPrograms } from "./index.ts";
import type { EndIssued } from "./prepared.ts";

type Unit = Parameters<Parameters<PeopleWorld["storage"]["write"]>[0]>[0];

const endIssued: EndIssued<Unit> = (unit, issued, how) =>
	endIssuedAdministering(unit, issued, { ...how, random });

async function open() {
	const world = await openPeopleWorld();
	const { storage, clock } = world;
	const deps = {
		...{ storage, clock, random, serverName: "example.org", publicBase: "https://account.example/" },
		endIssued,
		endAdministering: async () => 0,
	};
	const links = createOperatorLinks(deps);
	return {
		...{ world, programs: createPrograms(deps), administrators: createAdministrators(deps) },
		link: async (accountId: AccountId, by: Operator) => {
			world.advance(1);
			await links.make([accountId], by);
		},
		/** A session whose token this one issued. */
		async issue(
			id: string,
			{
				accountId,
				by,
				scope = "urn:mas:admin",
			}: {
				readonly accountId: AccountId;
				readonly by: Operator;
				readonly scope?: string;
			},
		) {
			world.advance(1);
			const [sessionId, at] = [asSessionId(id), clock()];
			const metadata = {
				application_type: "web",
				client_uri: "https://a.org/",
				redirect_uris: [],
				localized: {},
			};
			await storage.write(async (unit) => {
				await unit.clients.register({
					id,
					metadata: { ...metadata, response_types: [], grant_types: [] } as never,
					createdAt: at,
				});
				const session = { accountId, clientId: id, deviceId: null, scope, createdAt: at };
				await unit.sessions.add({ id: sessionId, ...session });
				const line = { id: random.token(), accountId, at, sessionId, actor: by, detail: {} };
				await unit.events.record({ ...line, kind: "token-issued" });
			});
		},
		live: async (accountId: AccountId) =>
			(await storage.read.sessions.live({ accountId })).map(({ id }) => id).sort(),
		unused: () =>
			Number(world.rows(`SELECT count(*) AS n FROM password_links WHERE expires_at > ${clock()}`)[0]?.n),
		[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
	};
}

test("of a program that is revoked, nothing it prepared opens anything, and nothing else ends", async () => {
	await using all = await open();
	const [bob, carol, dave] = [
		await all.world.add("bob"),
		await all.world.add("carol"),
		await all.world.add("dave"),
	];
	const { id } = await all.programs.create("Deploy", byOperator);
	const by = { kind: "program", name: `Deploy (${id})` } as const;
	await all.issue("of-the-program", { accountId: bob, by });
	await all.issue("matrix", { accountId: bob, by, scope: "urn:matrix:client:api:*" });
	await all.issue("of-another", { accountId: bob, by: { ...by, name: "Deploy (another)" } });
	await all.link(carol, by);
	await all.link(dave, { kind: "administrator", name: by.name });
	assert.deepEqual(await all.programs.revoke(id, byOperator), { links: 1, tokens: 1 });
	assert.deepEqual(await all.live(bob), ["matrix", "of-another"]);
	assert.equal(all.unused(), 1);
	assert.equal(await all.programs.revoke(id, byOperator), undefined);
});

test("whoever is demoted hides a token for another behind nothing, and uses none to prepare under the other's name", async () => {
	await using all = await open();
	const [boss, bob, carol, dave] = [
		...[await all.world.add("boss"), await all.world.add("bob")],
		...[await all.world.add("carol"), await all.world.add("dave")],
	];
	const by = { kind: "administrator", name: "@boss:example.org" } as const;
	const bobs = { kind: "administrator", name: "@bob:example.org" } as const;
	assert.ok(boss && bob && carol && dave);
	await all.administrators.promote(boss, byOperator);
	await all.link(dave, bobs);
	await all.issue("hidden", { accountId: bob, by });
	await all.world.storage.write(async (unit) => {
		for (let nth = 0; nth < 1001; nth++)
			await unit.events.record({
				...{ id: random.token(), accountId: bob, at: all.world.clock() + 1, kind: "token-issued" },
				...{ actor: by, detail: {}, sessionId: asSessionId(`gone ${nth}`) },
			});
	});
	await all.link(carol, bobs);
	const { links, tokens } = (await all.administrators.demote(boss, byOperator)) ?? {};
	assert.deepEqual([links, tokens], [1, 1], "what Bob made before that token was there stays");
	assert.deepEqual(await all.live(bob), []);
	assert.equal(all.unused(), 1);
});
