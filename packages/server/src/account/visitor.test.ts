import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { openPagesWorld } from "../../test/support/pages-world.ts";
import type { Env } from "../http/index.ts";
import { asksProof, needsNoProof, signedInPost } from "./signed-in-post.ts";

test("a form whose last byte comes after its browser was signed out does nothing", async () => {
	await using world = await openPagesWorld();
	const accountId = await world.add("alice");
	const browser = world.browser();
	let done = 0;
	const deed = signedInPost<undefined>(world, {
		find: () => undefined,
		purpose: () => "deed",
		choose: ({ c }) =>
			needsNoProof(async () => {
				done++;
				return c.text("done");
			}),
		again: ({ visitor }) => visitor.expired(),
	});
	world.app.route(
		"/",
		new Hono<Env>().all("/deed", async (c) => {
			const met = await world.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			if (c.req.method === "GET") return c.text(met.visitor.csrf("deed"));
			return deed(c);
		}),
	);
	await browser.signIn("alice");
	const form = { csrf: (await browser.get("/deed")).text };
	assert.equal((await browser.post("/deed", form)).status, 200);
	const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
	const body = new ReadableStream(
		{
			async pull(controller) {
				await world.browserSessions.endAllOf(accountId);
				controller.enqueue(new TextEncoder().encode(new URLSearchParams(form).toString()));
				controller.close();
			},
		},
		{ highWaterMark: 0 },
	);
	const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
	const late = new Request("http://localhost/deed", { method: "POST", headers, body, duplex: "half" });
	const answer = await world.app.fetch(late, { address: "192.0.2.7" });
	assert.equal(answer.status, 403);
	assert.equal(done, 1);
});

test("a password entered in the future proves nothing: the clock was put back since", async () => {
	await using world = await openPagesWorld();
	await world.add("alice");
	const browser = world.browser();
	world.app.route(
		"/",
		new Hono<Env>().get("/proof", async (c) => {
			const met = await world.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			return c.text(String((await asksProof(world, "sign-out-device", met.visitor)) === undefined));
		}),
	);
	await browser.signIn("alice");
	const proves = async () => (await browser.get("/proof")).text;
	assert.equal(await proves(), "true");
	world.advance(-5_000);
	assert.equal(await proves(), "true", "another server's clock may be a little behind");
	world.advance(-1);
	assert.equal(await proves(), "false");
	world.advance(5_001 + 5 * 60_000);
	assert.equal(await proves(), "true");
	world.advance(1);
	assert.equal(await proves(), "false");
});
