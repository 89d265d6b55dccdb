import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createPrograms } from "./index.ts";

test("an app that came with a secret which somebody chose administers with another one of 256 bits, once allowed", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const programs = createPrograms({ storage, clock, random, publicBase: "https://account.example/" });
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
	const allowed = await programs.allow("c");
	assert.match(allowed?.secret ?? "", /^[\w-]{43}$/);
	assert.equal(await programs.allow("c"), undefined);
	assert.equal(await programs.allow("nobody"), undefined);
	const known = (await storage.read.programs.find("c"))?.secretHash;
	assert.equal(known, hash("sha256", allowed?.secret ?? "", "base64url"));
});
