/** A server whose log is kept line by line, and everything that went over the wire that would open something. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { startCountersign } from "../../src/compose.ts";
import type { SynapseConfig } from "../../src/config/index.ts";
import { createLog } from "../../src/log/index.ts";
import { tokenKind } from "../../src/sessions/index.ts";
import { createDatabase } from "./postgres.ts";
import { password } from "./server.ts";
import { dialect } from "./storage.ts";

export const wrongPassword = "wrong horse battery staple";
const databasePassword = "battery-staple-of-the-database";

/** In the dialect of this run. PostgreSQL lets the tests in by any password, and so it is never wrong to have one. */
export async function openPlace() {
	const folder = await mkdtemp(join(tmpdir(), "countersign-logs-"));
	after(() => rm(folder, { recursive: true }));
	if (dialect === "SQLite") return { dataDirectory: folder, database: undefined };
	const url = new URL((await createDatabase()).url);
	url.password = databasePassword;
	return { dataDirectory: folder, database: url.href };
}
export type Place = Awaited<ReturnType<typeof openPlace>>;

/** Everything that went over the wire and that would open something for who knows it. */
export function collectSecrets() {
	const found = new Map<string, string>([
		[password, "the password"],
		[wrongPassword, "a password typed wrongly"],
		[databasePassword, "the password of the database"],
	]);
	const note = (what: string, pattern: RegExp, text: string) => {
		for (const [, one, value = one ?? ""] of text.matchAll(pattern)) {
			// What it was when it was handed out, not where it turned up again.
			if (value.length >= 8 && !found.has(decodeURIComponent(value)))
				found.set(decodeURIComponent(value), what);
		}
	};
	const read = (text: string) => {
		for (const [word] of text.matchAll(/\b[a-z]{3}_[0-9A-Za-z]+_[0-9A-Za-z]+\b/g)) {
			const kind = tokenKind(word);
			if (kind !== undefined) found.set(word, `a token: ${kind}`);
		}
		note("a form token", /name="csrf" value="([^"]+)"/g, text);
		note("a form token", /(?:^|&)csrf=([^&]+)/g, text);
		note("a user code", /"user_code":"([^"]+)"/g, text);
		// Shown in two halves, and kept as one.
		note("a user code", /"user_code":"([^"]+)"/g, text.replaceAll(/(?<="user_code":"[A-Z]+)-/g, ""));
		note("a code", /[?&]code=([^&"]+)/g, text);
		note("a verifier", /(?:^|&)code_verifier=([^&]+)/g, text);
		note("a device code", /"device_code":"([^"]+)"|(?:^|&)device_code=([^&]+)/g, text);
		note("an app's state", /[?&]state=([^&"]+)/g, text);
		note("an interaction", /\/(?:interaction|authorize)\/([A-Za-z0-9_-]+)/g, text);
	};
	const { fetch } = globalThis;
	globalThis.fetch = async (input, init) => {
		const response = await fetch(input, init);
		read(`${input}`);
		if (init?.body !== undefined && init.body !== null) read(`${init.body}`);
		read(response.headers.get("location") ?? "");
		note("a cookie", /^[^=]+=([^;]+)/gm, response.headers.getSetCookie().join("\n"));
		read(await response.clone().text());
		return response;
	};
	return {
		found,
		read,
		stop() {
			globalThis.fetch = fetch;
		},
	};
}

export async function startLogged(place: Place, homeserver?: SynapseConfig) {
	const lines: string[] = [];
	const log = createLog({ destination: { write: (line) => void lines.push(line) } });
	const { dataDirectory, database } = place;
	const config = { host: "127.0.0.1", port: 0, dataDirectory, openRegistration: true };
	const started = await startCountersign(
		{
			...{ ...config, metricsAllow: ["127.0.0.1"], trustedProxies: [] },
			...(database !== undefined && { database }),
			...(homeserver !== undefined && { homeserver, serverName: "localhost" }),
		},
		{ log },
	);
	assert.ok(started.ok);
	return { lines, server: started.countersign };
}
