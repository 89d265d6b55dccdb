import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createFormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { loginDevice, password } from "../../packages/server/test/support/server.ts";
import { median } from "../measure.ts";
import type { Heap } from "./memory-program.ts";

const runs = 5;

/** Memory of a program that resets, in a process of its own. */
export async function measureMemory(port: number): Promise<string> {
	const url = `http://localhost:${port}/`;
	const heaps: Heap[] = [];
	for (let run = 0; run < runs; run++) heaps.push(await runProgram(url, `memory${run}`));
	const kib = (of: (heap: Heap) => number) => (median(heaps.map(of)) / 1024).toFixed(0);
	return [
		`memory on the heap after a collection, medians of ${runs} programs, KiB more than before:`,
		`  the library loaded: ${kib(({ before, loaded }) => loaded - before)}`,
		`  a reset waiting for its approval, connections included: ${kib(({ loaded, waiting }) => waiting - loaded)}`,
		`  after it was given up: ${kib(({ loaded, over }) => over - loaded)}`,
		"",
	].join("\n");
}

async function runProgram(url: string, localpart: string): Promise<Heap> {
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: localpart, password });
	const { userId, deviceId, accessToken } = await loginDevice(url, { localpart, browser });
	const device = JSON.stringify({ homeserver: url, userId, deviceId, accessToken });
	const program = join(import.meta.dirname, "memory-program.ts");
	const child = spawn(process.execPath, ["--expose-gc", program, device], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let said = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`the program ended with ${code}`);
	return JSON.parse(said);
}
