import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMatrixScope } from "@countersign/protocol";
import { inEnglish } from "../../../test/support/in-english.ts";
import { linkAskingPage } from "./link-asking.ts";

const now = 1_800_000_000_000;
const scope = parseMatrixScope("urn:matrix:client:api:* urn:matrix:client:device:TELEVISION");

function shown(address: string | undefined, browserAddress: string): string {
	assert.ok(scope.ok);
	const client = { id: "client", name: "Television", uri: "https://tv.example/", host: "tv.example" };
	const request = { code: "BCDF-GHJK", client, scope: scope.value, deviceKnown: false, createdAt: now };
	const page = linkAskingPage({
		request: address === undefined ? request : { ...request, address },
		...{
			userId: "@alice:localhost",
			mayAdminister: false,
			browserAddress,
			csrf: "t",
			asks: undefined,
			room: [],
			now,
		},
	});
	return inEnglish(page.body);
}

describe("where the device asked from", () => {
	test("another network is named and warned of as what it may be, and refusing comes first", () => {
		const text = shown("198.51.100.9", "203.0.113.5");
		assert.match(
			text,
			/asked from 198\.51\.100\.9, but you are at 203\.0\.113\.5\. That may be another network/,
		);
		assert.ok(text.indexOf("Look twice") < text.indexOf("<dl>"));
		assert.ok(text.indexOf('value="deny"') < text.indexOf('value="approve"'));
	});

	test("an IPv6 neighbour at home is no reason for alarm", () => {
		const text = shown("2001:db8:1:2::a", "2001:db8:1:2:ffff::1");
		assert.doesNotMatch(text, /Look twice/);
		assert.match(text, /from this browser&#39;s network</);
	});

	test("where it is not known nothing is said of it", () => {
		assert.doesNotMatch(shown(undefined, "203.0.113.5"), /Look twice|network/);
	});
});
