import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../../test/support/in-english.ts";
import { html } from "../../pages/index.ts";
import { askedFrom, isSameNetwork } from "./network.ts";

test("devices of one IPv6 subnet are in one network, those of the next are not", () => {
	assert.equal(isSameNetwork("2001:db8:1:2::a", "2001:db8:1:2:ffff::1"), true);
	assert.equal(isSameNetwork("2001:db8:1:2::a", "2001:db8:1:3::a"), false);
});

test("IPv4 addresses are a network each, also where they are written as IPv6", () => {
	assert.equal(isSameNetwork("203.0.113.5", "203.0.113.5"), true);
	assert.equal(isSameNetwork("203.0.113.5", "203.0.113.6"), false);
	assert.equal(isSameNetwork("::ffff:203.0.113.5", "::ffff:198.51.100.9"), false);
	assert.equal(isSameNetwork("203.0.113.5", "2001:db8:1:2::a"), false);
});

test("what is no address is nobody's neighbour", () => {
	for (const text of ["", "unknown", "::1", "fe80::1%eth0"]) {
		assert.equal(isSameNetwork(text, "2001:db8:1:2::a"), false, text);
		assert.equal(isSameNetwork("2001:db8:1:2::a", text), false, text);
	}
});

test("an address is called this browser's network only where it is", () => {
	const asked = (address: string | undefined, browserAddress: string) =>
		inEnglish(askedFrom(html`then`, { address, browserAddress }));
	assert.equal(asked("2001:db8:1:2::a", "2001:db8:1:2::b"), "then, from this browser&#39;s network");
	assert.equal(asked("203.0.113.5", "203.0.113.6"), "then from 203.0.113.5");
	assert.equal(asked(undefined, "203.0.113.6"), "then");
});
