import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createPrograms } from "./index.ts";

const by = { kind: "operator", name: "root" } as const;

test("an app that came with a secret which somebody chose administers with another one of 256 bits, once allowed", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const programs = createPrograms({
		...{ storage, clock, random, publicBase: "https://account.example/", serverName: "example.org" },
		endIssued: async () => [],
	});
	const chosen = hash("sha256", "hunter2", "base64url");
	const metadata = {
		application_type: "web",
		client_uri: "https://a.org/",
		redirect_uris: [],
		localized: {},
		response_types: [],
		grant_types: [],
		token_endpoint_auth_method: "client_secret_basic",
		client_secret_hash: chosen,
	} as const;
	await storage.write(({ clients }) => clients.register({ id: "c", metadata, createdAt: 1 }));
	const allowed = await programs.allow("c", by);
	assert.match(allowed?.secret ?? "", /^[\w-]{43}$/);
	assert.equal(await programs.allow("c", by), undefined);
	assert.equal(await programs.allow("nobody", by), undefined);
	const known = (await storage.read.programs.find("c"))?.secretHash;
	assert.equal(known, hash("sha256", allowed?.secret ?? "", "base64url"));
});

test("each administrator who can sign in reads that a program administers, and that it does no more, and by whom", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const programs = createPrograms({
		...{ storage, clock, random, publicBase: "https://account.example/", serverName: "example.org" },
		endIssued: async () => [],
	});
	const idOf = (name: string) => asAccountId(`id-${name}`);
	for (const name of ["alice", "bob", "locked", "plain"])
		await storage.write(async ({ accounts }) => {
			await accounts.add({ id: idOf(name), localpart: name, passwordHash: null, createdAt: 1 });
			if (name !== "plain") await accounts.setAdmin(idOf(name), true);
			if (name === "locked") await accounts.lock(idOf(name), 1);
		});
	const { id } = await programs.create("night job", by);
	assert.deepEqual(await programs.revoke(id, by), { links: 0, tokens: 0 });
	assert.equal(await programs.revoke(id, by), undefined);
	const lines = async (name: string) =>
		(await storage.read.events.list(idOf(name), { limit: 9 })).map(({ kind, actor, detail }) => ({
			...{ kind, actor, detail },
		}));
	const detail = { program: `night job (${id})` };
	for (const name of ["alice", "bob"])
		assert.deepEqual(
			new Set(await lines(name)),
			new Set([
				{ kind: "program-revoked", actor: by, detail },
				{ kind: "program-allowed", actor: by, detail },
			]),
		);
	for (const name of ["locked", "plain"]) assert.deepEqual(await lines(name), []);
});
