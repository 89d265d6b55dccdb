/** What `proxy` prints is pasted into the settings of a server in front: it is compared whole, in every shape it has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./index.ts";

const printed = join(import.meta.dirname, "..", "..", "test", "printed");

const beside = {
	COUNTERSIGN_SERVER_NAME: "example.org",
	COUNTERSIGN_HOMESERVER_SECRET: "a-secret-that-is-long-enough",
};
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"two-addresses": {
		...beside,
		COUNTERSIGN_PUBLIC_BASE: "https://account.example.org",
		COUNTERSIGN_HOMESERVER_SYNAPSE: "http://127.0.0.1:8018",
	},
	"one-address-unguarded": {
		...beside,
		COUNTERSIGN_PUBLIC_BASE: "https://matrix.example.org",
		COUNTERSIGN_HOMESERVER_PUBLIC_BASE: "https://matrix.example.org",
		COUNTERSIGN_HOMESERVER_SYNAPSE: "https://synapse.example.org",
		COUNTERSIGN_HOMESERVER_GUARD: "no",
		COUNTERSIGN_HOST: "::",
		COUNTERSIGN_TRUSTED_PROXIES: "10.0.0.2",
	},
	alone: { COUNTERSIGN_PUBLIC_BASE: "http://localhost:8010", COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.1" },
	"alone-in-public": { COUNTERSIGN_PUBLIC_BASE: "http://countersign.example.org", COUNTERSIGN_PORT: "8009" },
};

for (const [name, environment] of Object.entries(settings))
	for (const kind of ["nginx", "caddy"])
		test(`for ${kind}, ${name}`, async () => {
			let text = "";
			const code = await run(["proxy", kind], {
				environment,
				out: (words) => {
					text += words;
				},
				complain: (headline, details = []) => assert.fail([headline, ...details].join("\n")),
				readSecret: async () => "",
			});
			assert.equal(code, 0);
			assert.equal(text, readFileSync(join(printed, `${name}.${kind}.txt`), "utf8"));
		});
