/** Every limit of attempts there is, by its value: as the server asks for it where attempts are counted. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createMetrics } from "../../src/metrics/index.ts";
import { createParts } from "../../src/parts.ts";
import { atEmbedded, besideSynapse, type LimitRow, ofAddresses } from "../support/address-limits.ts";
import { absentService } from "../support/forms-elsewhere.ts";
import { random } from "../support/people-world.ts";
import { openTemporaryStorage } from "../support/storage.ts";

/** Of a person, a browser, or a person and an address. */
const ofPeople: readonly LimitRow[] = [
	["code", 5, 60],
	["codes", 20, 3600],
	["codes day", 60, 86_400],
	["directory", 5, 3600],
	["letters of", 10, 3600],
	["letters to", 5, 3600],
	["losses of", 5, 86_400],
	["pair", 5, 60],
	["passkey prompt", 20, 60],
	["person", 50, 3600],
	["prompt", 5, 60],
	["prompts", 20, 3600],
	["recovery", 60, 60],
	["recovery of", 5, 3600],
	["registration letters to", 5, 3600],
	["registration letters day", 10, 86_400],
	["shared pair", 5, 60],
	["shared person", 50, 3600],
];

/** Of everybody together. */
const ofAll: readonly LimitRow[] = [
	["short tokens", 300, 3600],
	["short tokens day", 1000, 86_400],
];

function withWiderNetworks(rows: readonly LimitRow[]): readonly LimitRow[] {
	return rows.flatMap(([name, points, seconds]) => [
		[name, points, seconds],
		[`${name} x4`, points * 4, seconds],
		[`${name} x16`, points * 16, seconds],
	]);
}

async function limitsOf(kind: "embedded" | "synapse"): Promise<readonly LimitRow[]> {
	const storage = await openTemporaryStorage(kind);
	const asked = new Map<string, LimitRow>();
	const publicBase = "http://localhost:8008/";
	const beside = {
		synapse: "http://127.0.0.1:9/",
		secret: "a-secret-of-both-sides",
		publicBase,
		guard: true,
	};
	const parts = await createParts({
		storage: {
			...storage,
			newRateLimiter(limit) {
				const row = [limit.keyPrefix, limit.points, limit.duration] as const;
				assert.ok(!asked.has(limit.keyPrefix), `two counts are called ${limit.keyPrefix}`);
				asked.set(limit.keyPrefix, row);
				return storage.newRateLimiter(limit);
			},
		},
		...{ clock: () => 1_800_000_000_000, random, masterKey: new Uint8Array(32).fill(7) },
		log: { info() {}, warn() {}, error() {} },
		...{ metrics: createMetrics(() => 0), metricsAllow: [], introspectionSecret: "unused" },
		...{ publicBase, homeserverBase: publicBase, serverName: "localhost", openRegistration: true },
		...{ registration: { needsAddress: true }, signInByEmail: true },
		captcha: { kind: "turnstile", siteKey: "unused", secret: "unused" },
		upstream: [absentService],
		...(kind === "synapse" && { homeserver: beside }),
	});
	await parts.close();
	await storage.close();
	return [...asked.values()];
}

const sorted = (rows: readonly LimitRow[]) => rows.map((row) => row.join(" ")).sort();

test("with the embedded homeserver these are the limits, and no others", async () => {
	const expected = [...withWiderNetworks([...ofAddresses, ...atEmbedded]), ...ofPeople, ...ofAll];
	assert.deepEqual(sorted(await limitsOf("embedded")), sorted(expected));
});

test("beside Synapse these are the limits, and no others", async () => {
	const expected = [...withWiderNetworks([...ofAddresses, ...besideSynapse]), ...ofPeople, ...ofAll];
	assert.deepEqual(sorted(await limitsOf("synapse")), sorted(expected));
});

const units = new Map([
	[60, "a minute"],
	[300, "in five minutes"],
	[600, "in ten minutes"],
	[3600, "an hour"],
	[86_400, "a day"],
]);

test("operators read the same figures in the docs", () => {
	const docs = readFileSync(join(import.meta.dirname, "../../../../docs/operating.md"), "utf8");
	const [, section = ""] = /### What one address may\n([\s\S]*?)\n## /.exec(docs) ?? [];
	const told = [...section.matchAll(/(\d+) (a minute|in five minutes|in ten minutes|an hour|a day)/g)];
	const all = [...ofAddresses, ...ofPeople, ...ofAll, ...atEmbedded, ...besideSynapse];
	assert.deepEqual(
		told.map(([phrase]) => phrase).sort(),
		all.map(([, points, seconds]) => `${points} ${units.get(seconds)}`).sort(),
	);
});
