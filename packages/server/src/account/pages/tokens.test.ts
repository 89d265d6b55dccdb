import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { replaceTokenPage, shownTokenPage, tokenPage } from "./tokens.ts";

const now = 1_800_000_000_000;
const api = "urn:matrix:client:api:*";
const device = "urn:matrix:client:device:BOTDEVICE1";
const token: DeviceSession = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("BOTDEVICE1") },
	...{ lasting: true, compat: false, scope: `${api} ${device}`, createdAt: now, lastUsedAt: now },
};

const pages: Readonly<Record<string, (scope: string) => ReturnType<typeof outline>>> = {
	"of one token": (scope) => outline(tokenPage({ ...token, scope }, now)),
	"that asks whether to replace one": (scope) =>
		outline(
			replaceTokenPage({
				...{ token: { ...token, scope }, csrf: "token", lifetimes: [90], lifetime: 90 },
				...{ asks: undefined, problem: undefined },
			}),
		),
	"that shows a new one": (scope) =>
		outline(
			shownTokenPage({
				...{ token: "mpt_x", sessionId: "S", userId: "@a:b", deviceId: "BOTDEVICE1", scope },
				homeserverBase: "https://b/",
			}),
		),
};

for (const [which, at] of Object.entries(pages))
	describe(`the page ${which} says what it may`, () => {
		const may = (scope: string) => {
			const [, ...told] = at(scope)
				.join("\n")
				.split(/\n(?=May\n)/);
			return told
				.join()
				.split(/\n(?:Device ID\n|If you lose)/)[0]
				?.split("\n");
		};

		test("of the Matrix API, by either name", () => {
			for (const scope of [
				`${api} ${device}`,
				"urn:matrix:org.matrix.msc2967.client:api:* urn:matrix:org.matrix.msc2967.client:device:BOTDEVICE1",
			])
				assert.deepEqual(may(scope), ["May", "Read and write in your rooms"]);
		});

		test("of what administers, apart, and each of it", () => {
			const homeserver = "The homeserver: every room and every person on it urn:synapse:admin:*";
			const accounts = "The accounts of this server: everybody’s urn:mas:admin";
			const read = ["May", "Read and write in your rooms"];
			assert.deepEqual(may(`${api} urn:synapse:admin:* ${device}`), [...read, "May administer", homeserver]);
			assert.deepEqual(may(`${api} urn:mas:admin`), [...read, "May administer", accounts]);
			assert.deepEqual(may(`${api} urn:mas:admin urn:synapse:admin:*`), [
				...read,
				"May administer",
				homeserver,
				accounts,
			]);
		});

		test("of everything else, as it is where there are no words for it", () => {
			assert.deepEqual(may(`${api} openid urn:example:new`), [
				"May",
				"Read and write in your rooms",
				"See your user ID",
				"urn:example:new",
			]);
		});
	});
