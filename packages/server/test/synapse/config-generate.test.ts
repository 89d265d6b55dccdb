import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { appServiceTokens } from "../../src/homeserver/synapse/index.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { needsSynapse, startSynapse } from "../support/synapse.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-generated-"));
after(() => rm(folder, { recursive: true }));

async function generate(synapsePort: number): Promise<void> {
	const words = [
		...["config", "generate", folder, "--synapse", `http://127.0.0.1:${synapsePort}`],
		...["--server-name", "localhost", "--public-base", "http://account.localhost:8010"],
	];
	const complain = (headline: string, details: readonly string[] = []) =>
		assert.fail([headline, ...details].join("\n"));
	const code = await run(words, { environment: {}, out() {}, complain, readSecret: async () => "" });
	assert.equal(code, 0);
}

test(
	"Synapse starts with what is generated, also where it signed people in itself before",
	needsSynapse,
	async () => {
		const port = await lastingPort();
		await generate(port);
		const secret = (await readFile(join(folder, "homeserver-secret"), "utf8")).trim();
		await using synapse = await startSynapse({
			...{ port, masEndpoint: "http://127.0.0.1:1/", secret: "another-secret-than-the-generated" },
			moreConfigFiles: [join(folder, "synapse", "countersign.yaml")],
			extraConfig: {
				...{ enable_registration: true, enable_registration_without_verification: true },
				password_config: { enabled: true },
			},
		});
		const made = await fetch(`${synapse.base}_synapse/mas/provision_user`, {
			method: "POST",
			headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
			body: JSON.stringify({ localpart: "alice" }),
		});
		assert.equal(made.status, 201, synapse.logTail());
		const { asToken } = appServiceTokens(secret);
		const whoami = (user: string) =>
			fetch(`${synapse.base}_matrix/client/v3/account/whoami?user_id=${encodeURIComponent(user)}`, {
				headers: { authorization: `Bearer ${asToken}` },
			});
		const alice = await whoami("@alice:localhost");
		assert.deepEqual(
			[alice.status, await alice.json()],
			[200, { user_id: "@alice:localhost", is_guest: false }],
		);
		assert.notEqual((await whoami("@alice:localhost.example")).status, 200);
		assert.equal((await whoami("@_countersign:localhost")).status, 200);
	},
);
