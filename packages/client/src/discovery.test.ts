import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import { discoverHomeserver, processVersionsResponse, processWellKnownResponse } from "./index.ts";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe("the well-known document", () => {
	test("names the homeserver", async () => {
		const answer = json({ "m.homeserver": { base_url: "https://matrix.example.org/" } });
		assert.equal(await processWellKnownResponse(answer), "https://matrix.example.org/");
	});

	test("may be absent", async () => {
		assert.equal(
			await processWellKnownResponse(new Response("<h1>Not found</h1>", { status: 404 })),
			undefined,
		);
	});

	for (const [what, answer] of [
		["without a base URL", () => json({ "m.homeserver": {} })],
		["that is not JSON", () => new Response("<html>")],
		["with a status other than 200", () => json({ "m.homeserver": { base_url: "https://a.example" } }, 403)],
		["that downgrades to http", () => json({ "m.homeserver": { base_url: "http://a.example" } })],
		["that names a script", () => json({ "m.homeserver": { base_url: "javascript:alert(1)" } })],
		["that hides another host", () => json({ "m.homeserver": { base_url: "https://a.example@b.example" } })],
		[
			"whose base URL is inherited",
			() => new Response('{"__proto__":{"m.homeserver":{"base_url":"https://x.y"}}}'),
		],
	] as const) {
		test(`${what} is refused`, async () => {
			await expectCode(processWellKnownResponse(answer()), "no-homeserver");
		});
	}
});

describe("finding a homeserver", () => {
	test("a base URL is taken as it is, and asked for its versions", async (t) => {
		const versions = ["v1.1", "v1.17"];
		const body = { versions, unstable_features: { "org.example": true, junk: "yes" } };
		const server = await scriptedServer(t, [{ status: 200, body }]);
		const found = await discoverHomeserver(`${server.url}/`);
		assert.deepEqual(found, {
			homeserver: `${server.url}/`,
			versions,
			unstableFeatures: { "org.example": true },
		});
		assert.equal(server.seen[0]?.path, "/_matrix/client/versions");
	});

	test("a user id leads to its server's own name when there is no document", async () => {
		const asked: string[] = [];
		const fetch = async (url: string) => {
			asked.push(url);
			return url.includes("well-known") ? json({}, 404) : json({ versions: [] });
		};
		const { homeserver } = await discoverHomeserver("@alice:example.org:8448", { fetch });
		assert.equal(homeserver, "https://example.org:8448");
		assert.deepEqual(asked, [
			"https://example.org:8448/.well-known/matrix/client",
			"https://example.org:8448/_matrix/client/versions",
		]);
	});

	test("a document that leads to something else is not believed", async (t) => {
		const server = await scriptedServer(t, [{ status: 200, body: "<html>welcome</html>" }]);
		const error = await expectCode(discoverHomeserver(server.url), "no-homeserver");
		assert.ok(error.cause instanceof Error);
	});

	test("a server that is away is a network failure, not a wrong name", async (t) => {
		const server = await scriptedServer(t, ["drop"]);
		await expectCode(discoverHomeserver(server.url), "network");
	});

	for (const name of [
		"",
		"a b",
		"example.org/path",
		"user@example.org",
		"example.org#x",
		"ftp://example.org",
	]) {
		test(`"${name}" is not a server name`, () => assert.rejects(discoverHomeserver(name), TypeError));
	}
});

test("versions keep only what the specification names", async () => {
	await expectCode(processVersionsResponse(json({ versions: [1] })), "malformed-answer");
	await expectCode(processVersionsResponse(json([])), "malformed-answer");
	const error = await expectCode(processVersionsResponse(json({ retry_after_ms: 5 }, 429)), "rate-limited");
	assert.equal(error.retryAfterMs, 5);
});
