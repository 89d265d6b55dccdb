/** A webhook, as `docs/programs.md` sets it up, in a room of a real Synapse. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openGuardWorld } from "../support/guard-world.ts";
import { makeToken } from "../support/personal-token.ts";
import { blocksOf, openShell } from "../support/programs-page.ts";
import { needsSynapse } from "../support/synapse.ts";

describe("a token for a program, at a real Synapse,", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { server, synapse, phone } = world;
	const ask = async (method: string, path: string, body: object = {}) => {
		const answer = await fetch(new URL(`_matrix/client/v3/${path}`, synapse.base), {
			method,
			headers: { authorization: `Bearer ${phone.accessToken}` },
			...(method !== "GET" && { body: JSON.stringify(body) }),
		});
		return JSON.parse(await answer.text());
	};

	test("sends what a webhook has to say, once however often it tries", async () => {
		const { token } = await makeToken(await server.signIn("alice"));
		const { room_id: room } = await ask("POST", "createRoom");
		using shell = openShell({
			...{ TOKEN: token, HOMESERVER: synapse.base.replace(/\/$/, "") },
			ROOM: encodeURIComponent(room).replaceAll("!", "%21"),
		});
		const sent = [];
		for (const block of [...blocksOf("A webhook, with curl"), blocksOf("A webhook, with curl")[2] ?? ""]) {
			const { code, out, err } = await shell.type(block);
			assert.equal(code, 0, `${block}\n${out}${err}`);
			if (out.includes("event_id")) sent.push(JSON.parse(out).event_id);
		}
		assert.equal(new Set(sent).size, 1);
		const { chunk } = await ask("GET", `rooms/${encodeURIComponent(room)}/messages?dir=b&limit=5`);
		const said = chunk.filter(({ type }: { type: string }) => type === "m.room.message");
		assert.deepEqual(
			said.map(({ content }: { content: { body: string } }) => content.body),
			["The build is green"],
		);
	});

	test("without a device looks, and sends nothing: Synapse fails at that, as the page says", async () => {
		const { token } = await makeToken(await server.signIn("alice"), { device: "" });
		const { room_id: room } = await ask("POST", "createRoom");
		const path = `_matrix/client/v3/rooms/${encodeURIComponent(room)}`;
		const headers = { authorization: `Bearer ${token}` };
		const look = await fetch(new URL(`${path}/joined_members`, synapse.base), { headers });
		assert.equal(look.status, 200);
		const body = JSON.stringify({ msgtype: "m.text", body: "x" });
		const send = new URL(`${path}/send/m.room.message/1`, synapse.base);
		assert.equal((await fetch(send, { method: "PUT", headers, body })).status, 500);
	});

	test("keeps its device when it is replaced, and Synapse takes the new one", async () => {
		const browser = await server.signIn("alice");
		const { token, deviceId, path } = await makeToken(browser);
		const whoami = async (held: string) => {
			const headers = { authorization: `Bearer ${held}` };
			const answer = await fetch(new URL("_matrix/client/v3/account/whoami", synapse.base), { headers });
			return JSON.parse(await answer.text());
		};
		assert.equal((await whoami(token)).device_id, deviceId);
		const page = await browser.open(`${path}/replace`);
		const { text } = await browser.press(page, "Replace the token", {
			lifetime: "30",
			password: "correct horse battery staple",
		});
		const next = /mpt_[0-9A-Za-z]+_[0-9A-Za-z]{6}/.exec(text)?.[0] ?? assert.fail(text);
		assert.equal((await whoami(next)).device_id, deviceId);
		assert.ok(
			(await ask("GET", "devices")).devices.some((one: { device_id: string }) => one.device_id === deviceId),
		);
	});
});
