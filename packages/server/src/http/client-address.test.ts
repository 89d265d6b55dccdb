import assert from "node:assert/strict";
import { test } from "node:test";
import { createClientAddress, plainAddress } from "./client-address.ts";

const proxies = ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"];

function seen(remoteAddress: string, forwarded?: string, trusted: readonly string[] = proxies): string {
	return createClientAddress(trusted).addressOf(plainAddress(remoteAddress), forwarded);
}

test("nobody's header is believed unless their proxy is trusted", () => {
	assert.equal(seen("198.51.100.1", "203.0.113.9"), "198.51.100.1");
	assert.equal(seen("127.0.0.1", "203.0.113.9", []), "127.0.0.1");
	assert.equal(seen("11.0.0.1", "203.0.113.9"), "11.0.0.1");
	assert.equal(plainAddress(undefined), "unknown");
	assert.equal(plainAddress("64:ff9b::ffff:192.0.2.1"), "64:ff9b::ffff:192.0.2.1");
});

test("what a client writes in front is not believed, through one proxy and through two", () => {
	assert.equal(seen("127.0.0.1", "203.0.113.9"), "203.0.113.9");
	assert.equal(seen("127.0.0.1", "192.0.2.66, 203.0.113.9"), "203.0.113.9");
	assert.equal(seen("127.0.0.1", "192.0.2.66, 203.0.113.9, 10.0.0.7"), "203.0.113.9");
	assert.equal(seen("127.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.7"), "203.0.113.9");
	assert.equal(seen("127.0.0.1", "127.0.0.1,,203.0.113.9"), "203.0.113.9");
});

test("where only proxies speak, the farthest one is who asks", () => {
	assert.equal(seen("127.0.0.1"), "127.0.0.1");
	assert.equal(seen("127.0.0.1", "10.0.0.8, 10.0.0.7"), "10.0.0.8");
});

test("an entry that is no address ends the walk at the last good one", () => {
	assert.equal(seen("127.0.0.1", "unknown"), "127.0.0.1");
	assert.equal(seen("127.0.0.1", ""), "127.0.0.1");
	assert.equal(seen("127.0.0.1", "192.0.2.66, nonsense, 10.0.0.7"), "10.0.0.7");
	assert.equal(seen("127.0.0.1", "192.0.2.66, , 10.0.0.7"), "10.0.0.7");
	for (const bad of [
		"1.2.3",
		"01.2.3.4",
		"1.2.3.4:port",
		"1.2.3.4 5.6.7.8",
		"[::1",
		"::1]:80",
		"fe80::1%eth0",
	]) {
		assert.equal(seen("127.0.0.1", bad), "127.0.0.1", bad);
	}
});

test("ports, brackets and spellings of IPv6 make no difference", () => {
	assert.equal(seen("127.0.0.1", "1.2.3.4:5678"), "1.2.3.4");
	assert.equal(seen("127.0.0.1", "203.0.113.9, [::1]:80"), "203.0.113.9");
	assert.equal(seen("::1", "[2001:DB8:0::9]:443"), "2001:db8::9");
	assert.equal(seen("::1", "2001:db8:0:0:0:0:0:9"), "2001:db8::9");
	assert.equal(seen("::1", "2001:db8::9, fd00::7"), "2001:db8::9");
	assert.equal(seen("::ffff:10.1.2.3", "::ffff:203.0.113.9"), "203.0.113.9");
	assert.equal(seen("::ffff:10.1.2.3", "192.0.2.66, 203.0.113.9, ::ffff:a00:7"), "203.0.113.9");
});

test("proxies may be named by networks, also by those of IPv4 in the notation of IPv6", () => {
	assert.equal(seen("10.1.2.3", "203.0.113.9", ["::ffff:10.0.0.0/104"]), "203.0.113.9");
	assert.equal(seen("11.1.2.3", "203.0.113.9", ["::ffff:10.0.0.0/104"]), "11.1.2.3");
	assert.equal(seen("10.1.2.3", "203.0.113.9", ["::ffff:10.1.2.3"]), "203.0.113.9");
	assert.equal(seen("203.0.113.1", "192.0.2.66, 203.0.113.9", ["0.0.0.0/0"]), "192.0.2.66");
});

test("a header of ten kilobytes is read from its end", () => {
	const padding = "192.0.2.66, ".repeat(900);
	assert.equal(seen("127.0.0.1", `${padding}203.0.113.9`), "203.0.113.9");
	assert.equal(seen("127.0.0.1", `${"10.0.0.7,".repeat(1_200)}10.0.0.9`), "10.0.0.7");
	assert.equal(seen("127.0.0.1", "1".repeat(10_000)), "127.0.0.1");
});
