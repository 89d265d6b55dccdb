/** One text, two readings: what was approved must be what is checked, stored and shown. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type AttackWorld,
	decide,
	identityNow,
	openAttackWorld,
	uploadPath,
} from "../support/attack-world.ts";
import { identityOf, signer, withSignature } from "../support/device-crypto.ts";

const names = ["first", "second", "thiefs"];

/** Alice has approved the identity "second"; an upload of exactly that is all that may change anything. */
async function approved() {
	const world = await openAttackWorld();
	const { uiaSession: session } = await world.ask(world.phone, "second");
	const { path } = await world.ask(world.phone, "second");
	await decide(world.alice, path, "approve");
	const body = (name: string) => identityOf(world.phone.userId, name).body;
	const send = (text: string) => world.server.call(world.phone, "POST", uploadPath, text);
	return {
		...{ world, session, send },
		second: body("second"),
		thiefs: body("thiefs"),
		[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
	};
}

async function stands({ server, phone }: AttackWorld, wanted: string): Promise<void> {
	assert.equal(await identityNow(server, phone, names), wanted);
}

/** The text of an object with these members, in this order, duplicates included. */
function objectText(members: readonly (readonly [string, unknown])[]): string {
	return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}

describe("digest malleability", () => {
	test("duplicate keys are refused, whichever of the two was approved, at every depth, however they are spelt", async () => {
		await using it = await approved();
		const { second, thiefs, send, world } = it;
		const members = Object.entries(second);
		const texts = [
			objectText([...members, ["master_key", thiefs.master_key]]),
			objectText([["master_key", thiefs.master_key], ...members]),
			objectText([...members, ...Object.entries(thiefs)]),
			objectText(members).replace(
				'"master_key":',
				`"m\\u0061ster_key":${JSON.stringify(thiefs.master_key)},"master_key":`,
			),
			objectText(members).replace('"usage":["master"]', '"usage":["master"],"usage":["master"]'),
			objectText(members).replace('"keys":{', `"keys":${JSON.stringify(thiefs.master_key.keys)},"keys":{`),
			objectText(members).replace(/"(ed25519:[^"]+)":"([^"]+)"\}/, '"$1":"$2","$1":"$2"}'),
			objectText([...members, ["auth", { session: it.session }], ["auth", {}]]),
		];
		for (const text of texts) {
			const { status, body } = await send(text);
			assert.deepEqual([status, body.errcode], [400, "M_BAD_JSON"], text);
		}
		await stands(world, "first");
	});

	test("extra members of a key are part of what is approved; beside the keys they mean nothing", async () => {
		await using it = await approved();
		const { second, send, world, session } = it;
		const widened = { ...second, master_key: { ...second.master_key, "org.example.extra": 1 } };
		const other = await send(JSON.stringify({ ...widened, auth: { session } }));
		assert.equal(other.status, 401);
		assert.notEqual(other.body.session, session);
		await stands(world, "first");
		assert.equal(
			(await send(JSON.stringify({ ...second, master: 1, "org.example": { a: [] } }))).status,
			200,
		);
		await stands(world, "second");
		const { body } = await world.server.call(world.phone, "POST", "keys/query", {
			device_keys: { [world.phone.userId]: [] },
		});
		assert.deepEqual(body.master_keys[world.phone.userId], { ...second.master_key, signatures: {} });
	});

	test("padding and other spellings of a key are refused, so one key has one digest", async () => {
		await using it = await approved();
		const { second, send, world } = it;
		const [keyId = "", key = ""] = Object.entries(second.master_key.keys)[0] ?? [];
		const respelt = [
			`${key}=`,
			`${key}==`,
			`${key} `,
			`\n${key}`,
			key.replaceAll("+", "-").replaceAll("/", "_").concat("="),
			`${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) + 1)}`,
			`${key}\u0000`,
			`${key}\u200b`,
			key.toLowerCase(),
		];
		for (const other of respelt) {
			for (const keys of [
				{ [`ed25519:${other}`]: other },
				{ [keyId]: other },
				{ [`ed25519:${other}`]: key },
			]) {
				const { status } = await send(
					JSON.stringify({ ...second, master_key: { ...second.master_key, keys } }),
				);
				assert.equal(status, 400, JSON.stringify(keys));
			}
		}
		await stands(world, "first");
	});

	test("__proto__ and constructor carry nothing in", async () => {
		await using it = await approved();
		const { second, thiefs, send, world } = it;
		const evil = JSON.stringify(thiefs);
		const wanted = JSON.stringify(second);
		const prototyped = [
			[`{"__proto__":${evil}}`, 200],
			[`{"constructor":{"prototype":${evil}}}`, 200],
			[
				wanted.replace(
					'"usage":["master"]',
					`"usage":["master"],"__proto__":{"keys":${JSON.stringify(thiefs.master_key.keys)}}`,
				),
				401,
			],
			[wanted.replace('"keys":{', '"keys":{"__proto__":"x",'), 400],
			[wanted.replace('"signatures":{', '"signatures":{"__proto__":{"a":"b"},'), 200],
		] as const;
		for (const [text, status] of prototyped.slice(0, -1)) {
			const answer = await send(text);
			assert.equal(answer.status, status, text);
			await stands(world, "first");
		}
		assert.equal(Object.hasOwn(Object.prototype, "keys"), false);
		assert.equal((await send(prototyped.at(-1)?.[0] ?? "")).status, 200);
		await stands(world, "second");
	});

	test("unicode: what looks or normalizes alike is another request or none", async () => {
		await using it = await approved();
		const { second, send, world } = it;
		const wanted = JSON.stringify(second);
		const invisible = { ...second.master_key, "usage\u200b": ["master"] };
		assert.equal((await send(JSON.stringify({ ...second, master_key: invisible }))).status, 401);
		const texts = [
			wanted.replace('"master_key"', '"ｍaster_key"'),
			wanted.replace("@alice:", "@\u0430lice:"),
			wanted.replace("@alice:", "@alice\u200b:"),
			wanted.replace("@alice:", "@Alice:"),
			wanted.replace('"master"', '"m\u0430ster"'),
			wanted.replace('"usage":["master"]', '"usage":["master"],"x":"\\ud800"'),
			`\ufeff${wanted}`,
		];
		for (const text of texts) assert.equal((await send(text)).status, 400, text);
		await stands(world, "first");
		assert.equal(
			(await send(wanted.replace('"master_key"', '"\\u006daster_key"'))).status,
			200,
			"the same text",
		);
		await stands(world, "second");
	});

	test("numbers that readers understand differently are refused inside keys", async () => {
		await using it = await approved();
		const wanted = JSON.stringify(it.second);
		for (const number of ["1.0", "1e0", "-0", "9007199254740992", "1E400", "0.1", "1e-7"]) {
			const { status } = await it.send(
				wanted.replace('"usage":["master"]', `"usage":["master"],"n":${number}`),
			);
			assert.equal(status, 400, number);
		}
		for (const broken of ["01", "+1", "NaN", "Infinity", "0x1", "undefined", "'x'"]) {
			const { body } = await it.send(
				wanted.replace('"usage":["master"]', `"usage":["master"],"n":${broken}`),
			);
			assert.equal(body.errcode, "M_NOT_JSON", broken);
		}
		await stands(it.world, "first");
	});

	test("the order of members and signatures beside the approved keys open nothing and break nothing", async () => {
		await using it = await approved();
		const { second, send, world } = it;
		const reversed = Object.fromEntries(Object.entries(second).reverse());
		const stranger = signer("a device that is none", "STRANGEDEVICE");
		const adorned = {
			...reversed,
			master_key: withSignature(second.master_key, world.phone.userId, stranger),
		};
		assert.equal((await send(JSON.stringify(adorned, undefined, "\t"))).status, 200);
		await stands(world, "second");
	});

	test("bytes that are not the text: other encodings and compressed bodies are refused", async () => {
		await using it = await approved();
		const { second, world } = it;
		const text = JSON.stringify(second);
		const url = new URL(`_matrix/client/v3/${uploadPath}`, world.server.url);
		const authorization = `Bearer ${world.phone.accessToken}`;
		const latin = Buffer.from(
			text.replace('"usage":["master"]', '"usage":["master"],"x":"\u00ff"'),
			"latin1",
		);
		const bodies: readonly (readonly [
			string | Buffer<ArrayBuffer> | URLSearchParams,
			Record<string, string>,
		])[] = [
			[Buffer.from(text, "utf16le"), { "content-type": "application/json; charset=utf-16" }],
			[latin, {}],
			[text, { "content-encoding": "gzip" }],
			[text, { "content-encoding": "identity, gzip" }],
			[new URLSearchParams({ body: text }), {}],
		];
		for (const [body, headers] of bodies) {
			const answer = await fetch(url, { method: "POST", body, headers: { ...headers, authorization } });
			assert.equal(answer.status, 400, JSON.stringify(headers));
		}
		await stands(world, "first");
	});
});
