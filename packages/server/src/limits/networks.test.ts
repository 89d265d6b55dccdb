import assert from "node:assert/strict";
import { test } from "node:test";
import { networksOf } from "./networks.ts";

test("an IPv4 address is a network of its own", () => {
	assert.deepEqual(networksOf("192.0.2.1"), [{ key: "192.0.2.1", share: 1 }]);
	assert.deepEqual(networksOf("unknown"), [{ key: "unknown", share: 1 }]);
});

test("an IPv6 address counts in its /48, its /56 and its /64, the wider with more", () => {
	assert.deepEqual(networksOf("2001:db8:1:2345:6::7"), [
		{ key: "2001:db8:1:2345::/64", share: 1 },
		{ key: "2001:db8:1:2300::/56", share: 4 },
		{ key: "2001:db8:1::/48", share: 16 },
	]);
});

test("one address in two spellings is one, and neighbours are told apart", () => {
	const keys = (address: string) => networksOf(address).map(({ key }) => key);
	assert.deepEqual(keys("2001:0DB8:0:0::1"), keys("2001:db8::"));
	assert.deepEqual(keys("fe80::1%eth0"), ["fe80:0:0:0::/64", "fe80:0:0:0::/56", "fe80:0:0::/48"]);
	assert.deepEqual(keys("::1"), keys("0:0:0:0:0:0:0:1"));
	assert.notEqual(keys("2001:db8:1:100::")[1], keys("2001:db8:1:200::")[1]);
	assert.notEqual(keys("2001:db8:1:100::")[0], keys("2001:db8:1:101::")[0]);
	assert.notEqual(keys("2001:db8:1::")[2], keys("2001:db8:2::")[2]);
});

test("what is left out of an address is found, wherever it is", () => {
	const narrowest = (address: string) => networksOf(address)[0]?.key;
	assert.equal(narrowest("2001:db8::1:2:3:4:5"), "2001:db8:0:1::/64");
	assert.equal(narrowest("::1:2:3:4:5:6:7"), "0:1:2:3::/64");
	assert.equal(narrowest("2001:db8:3:4:5:6:7:8"), "2001:db8:3:4::/64");
	assert.equal(narrowest("2001:db8:3:4:5:6:7::"), "2001:db8:3:4::/64");
});
