import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { createConnections } from "./connections.ts";

test("a /64 may have a thousand connections, a /56 four thousand, a /48 sixteen thousand", () => {
	const connections = createConnections();
	const sockets: Socket[] = [];
	/** How many of so many are let in. */
	const open = (address: string | undefined, count: number) => {
		let opened = 0;
		for (let each = 0; each < count; each++) {
			const socket = new EventEmitter() as Socket;
			if (!connections.opened(socket, address)) continue;
			opened += 1;
			sockets.push(socket);
		}
		return opened;
	};
	for (const wide of ["1", "2", "3", "4"])
		for (const narrow of ["00", "11", "22", "ff"])
			assert.equal(open(`2001:db8:0:${wide}${narrow}::9`, 1_001), 1_000, `${wide}${narrow}`);
	assert.equal(open("2001:db8:0:133::9", 1), 0, "the /56 is full");
	assert.equal(open("2001:db8:0:500::9", 1), 0, "the /48 is full");
	sockets[0]?.emit("close");
	assert.equal(open("2001:db8:0:500::9", 2), 1);
	assert.equal(open("2001:db8:1::9", 1), 1);
	assert.equal(open("192.0.2.1", 1_001), 1_000);
	assert.equal(open("192.0.2.2", 2), 2);
	sockets.at(-1)?.emit("close");
	assert.equal(open("192.0.2.2", 1_000), 999, "the other one still counts");
	assert.equal(open(undefined, 1_001), 1_001, "a proxy that counts itself");
});
