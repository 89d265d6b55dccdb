import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { lastingPort } from "./lasting-port.ts";

const module = JSON.stringify(join(import.meta.dirname, "lasting-port.ts"));

test("no two calls get one port, in one process or in several at once", async () => {
	const program = `import { lastingPort } from ${module};
		const ports = await Promise.all(Array.from({ length: 200 }, lastingPort));
		process.stdout.write(ports.join() + "\\n");
		process.stdin.resume();`;
	const several = Array.from({ length: 3 }, () =>
		spawn(process.execPath, ["--input-type=module", "--eval", program], {
			stdio: ["pipe", "pipe", "inherit"],
		}),
	);
	const lines = await Promise.all(several.map(({ stdout }) => once(stdout.setEncoding("utf8"), "data")));
	for (const child of several) child.kill();
	const ports = lines.flatMap(([line]) => String(line).trim().split(","));
	assert.equal(new Set(ports).size, 600);
});

test("a port is free for a server again and again, and its claim ends with the process", async () => {
	const port = await lastingPort();
	for (let time = 0; time < 3; time++) {
		const server = createServer().listen(port, "127.0.0.1");
		await once(server, "listening");
		await new Promise((resolve) => server.close(resolve));
	}
	const program = `import { lastingPort } from ${module}; process.stdout.write(String(await lastingPort()));`;
	const other = spawn(process.execPath, ["--input-type=module", "--eval", program]);
	const [claimed] = await once(other.stdout, "data");
	await once(other, "close");
	const socket = createSocket("udp4");
	socket.bind({ port: Number(claimed), address: "127.0.0.1", exclusive: true });
	await once(socket, "listening");
	socket.close();
});
