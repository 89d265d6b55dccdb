/** Settings, Synapse's or Countersign's, are wrong, or one of them does not run: doctor names the line and the cure. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { names } from "../support/doctor-command.ts";
import { type DoctorWorld, openDoctorWorld } from "../support/doctor-world.ts";
import { needsNginx } from "../support/nginx.ts";
import { needsSynapse } from "../support/synapse.ts";

describe("beside Synapse, doctor", { skip: needsSynapse.skip || needsNginx.skip }, () => {
	let world: DoctorWorld;
	before(async () => {
		world = await openDoctorWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const block = () => ({ enabled: true, endpoint: world.own, secret: world.secret });

	const synapses: readonly {
		readonly name: string;
		readonly change?: () => Readonly<Record<string, unknown>>;
		readonly registration?: (text: string) => string;
		readonly wrong: readonly string[];
		readonly cure: RegExp;
	}[] = [
		{
			name: "Synapse has another secret",
			change: () => ({ matrix_authentication_service: { ...block(), secret: "another secret, as long" } }),
			wrong: ["problem shared-secret"],
			cure: /homeserver\.secret.*matrix_authentication_service\.secret.*403.*the two secrets differ.*restart Synapse/,
		},
		{
			name: "Synapse has no registration",
			change: () => ({ app_service_config_files: [] }),
			wrong: ["problem app-service"],
			cure: /app_service_config_files.*401 M_UNKNOWN_TOKEN.*countersign-registration\.yaml/,
		},
		{
			name: "the registration was made with another secret",
			registration: (text) => text.replace(/as_token: .*/, 'as_token: "another"'),
			wrong: ["problem app-service"],
			cure: /made with another secret/,
		},
		{
			name: "the registration covers another server's people",
			registration: (text) => text.replace(":localhost", ":example\\.org"),
			wrong: ["problem app-service-namespace"],
			cure: /namespaces in countersign-registration\.yaml.*403/,
		},
		{
			name: "Synapse asks at a wrong address",
			change: () => ({ matrix_authentication_service: { ...block(), endpoint: "http://127.0.0.1:9/" } }),
			wrong: ["problem synapse-endpoint"],
			cure: /matrix_authentication_service\.endpoint.*503.*endpoint: "http:\/\/127\.0\.0\.1:\d+\/"/,
		},
		{
			name: "Synapse asks at the public address, where introspection is closed",
			change: () => ({ matrix_authentication_service: { ...block(), endpoint: world.publicBase } }),
			wrong: ["problem synapse-endpoint"],
			cure: /whoami -> 503 M_UNKNOWN.*endpoint: "http:\/\/127\.0\.0\.1:\d+\/"/,
		},
		{
			name: "Synapse signs people in itself",
			change: () => ({ matrix_authentication_service: { enabled: false } }),
			wrong: ["problem delegation"],
			cure: /matrix_authentication_service in Synapse's homeserver\.yaml.*404 M_UNRECOGNIZED.*enabled: true/,
		},
		{
			name: "Synapse was told no address of itself, and takes its server name for one",
			change: () => ({ public_baseurl: undefined }),
			wrong: ["problem synapse-public-baseurl"],
			cure: /public_baseurl in Synapse's.*calls itself https:\/\/localhost\/; apps reach it at http:\/\/localhost:\d+\/.*QR.*public_baseurl: "http:\/\/localhost:\d+\/"/,
		},
		{
			name: "Synapse tells apps another address of itself",
			change: () => ({ public_baseurl: "https://old.example/" }),
			wrong: ["problem well-known"],
			cure: /base_url is https:\/\/old\.example\/.*public_baseurl: "http:\/\/localhost:\d+\/"/,
		},
	];

	for (const { name, change, registration, wrong, cure } of synapses) {
		test(`names what is wrong where ${name}`, async () => {
			await world.reconfigureSynapse(change?.(), registration);
			names(await world.doctor(), wrong, cure);
		});
	}

	test("finds nothing any more once all of that is mended", async () => {
		await world.reconfigureSynapse();
		const { wrong, text } = await world.doctor();
		assert.deepEqual(wrong, [], text);
	});

	test("names metadata that Synapse read before the public address changed", async () => {
		await world.startCountersign((text) =>
			text.replace(/public_base: \S+/, "public_base: http://localhost:1/"),
		);
		await world.synapse.restart();
		await fetch(`${world.synapse.base}_matrix/client/v1/auth_metadata`);
		await world.startCountersign();
		const stale = await world.doctor();
		await world.synapse.restart();
		names(
			stale,
			["problem metadata"],
			/issuer http:\/\/localhost:1\/, not http:\/\/localhost:\d+\/ \| restart Synapse/,
		);
		assert.deepEqual((await world.doctor()).wrong, []);
	});

	const settings: readonly {
		readonly name: string;
		readonly edit: (text: string) => string;
		readonly wrong: readonly string[];
		readonly cure: RegExp;
	}[] = [
		{
			name: "no proxy is trusted",
			edit: (text) => text.replace(/trusted_proxies: .*/, "trusted_proxies: []"),
			wrong: ["warning trusted-proxies"],
			cure: /trusted_proxies in \S+\.yaml.*trusted_proxies: \[127\.0\.0\.1\]/,
		},
		{
			name: "everybody is a trusted proxy",
			edit: (text) => text.replace(/trusted_proxies: .*/, "trusted_proxies: [0.0.0.0/0]"),
			wrong: ["problem trusted-proxies"],
			cure: /everybody can claim any address/,
		},
		{
			name: "the server still runs with other settings",
			edit: (text) => text.replace(/^public_base: \S+/m, "public_base: http://localhost:1/"),
			wrong: ["problem running-settings"],
			cure: /calls itself http:\/\/localhost:\d+\/, the settings say http:\/\/localhost:1\/ \| restart Countersign/,
		},
		{
			name: "the settings lead to other data",
			edit: (text) => text.replace("data: data", "data: elsewhere"),
			wrong: ["problem database"],
			cure: /There are no data in \S+elsewhere/,
		},
		{
			name: "Synapse is looked for in the wrong place",
			edit: (text) => text.replace(/synapse: \S+/, "synapse: http://127.0.0.1:9/"),
			wrong: ["problem synapse"],
			cure: /homeserver\.synapse.*no answer \(unreachable \(ECONNREFUSED\)\)/,
		},
		{
			name: "the secret was changed here alone",
			edit: (text) => text.replace(/secret: \S+/, "secret: somebody-elses-secret"),
			wrong: ["problem shared-secret", "problem introspection"],
			cure: /the two secrets differ.*restart Countersign/s,
		},
	];

	for (const { name, edit, wrong, cure } of settings) {
		test(`names what is wrong where ${name}`, async () => {
			names(await world.doctorWith(edit), wrong, cure);
		});
	}

	test("says what it means to have no guard", async () => {
		const unguarded = (text: string) => `${text}  guard: no\n`;
		await world.startCountersign(unguarded);
		const printed = await world.printed("nginx", unguarded);
		await world.proxy(() => printed);
		const examined = await world.doctorWith(unguarded);
		await Promise.all([world.startCountersign(), world.proxy()]);
		names(examined, ["warning guard"], /guard: no.*ten minutes.*guard: yes/);
		assert.equal(examined.code, 0);
	});

	test("finds nothing wrong behind a proxy that lets nobody ask often, and takes its time", async () => {
		await world.proxy(
			(text) =>
				`limit_req_zone $binary_remote_addr zone=visitors:1m rate=5r/s;\nlimit_req zone=visitors burst=4 nodelay;\n${text}`,
		);
		const examined = await world.doctor();
		await world.proxy();
		assert.deepEqual(examined.wrong, [], examined.text);
	});

	test("names another server name than Synapse's", async () => {
		const other = (text: string) =>
			text
				.replace("server_name: localhost", "server_name: other.localhost")
				.replace("data: data", "data: other");
		await world.startCountersign(other);
		const examined = await world.doctorWith(other);
		await world.startCountersign();
		names(examined, ["problem server-name"], /Synapse is localhost, Countersign is other\.localhost/);
	});

	test("names a Countersign that does not run", async () => {
		await world.stopCountersign();
		const examined = await world.doctor();
		await world.startCountersign();
		names(examined, ["problem server"], /host and port.*ECONNREFUSED.*start Countersign/);
	});

	test("names a Synapse that does not run", async () => {
		await world.synapse.stop();
		const examined = await world.doctor();
		await world.synapse.restart();
		names(examined, ["problem synapse"], /homeserver\.synapse.*ECONNREFUSED.*start Synapse/);
	});

	test("names a clock that is wrong", async () => {
		const late = createServer((incoming, outgoing) => {
			const { method, url, headers } = incoming;
			const onward = request(new URL(url ?? "", world.synapse.base), { method, headers }, (answer) => {
				const date = new Date(Date.now() - 90_000).toUTCString();
				outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
				answer.pipe(outgoing);
			});
			incoming.pipe(onward);
		});
		await once(late.listen(0, "127.0.0.1"), "listening");
		const { port } = late.address() as AddressInfo;
		const examined = await world.doctorWith((text) =>
			text.replace(/synapse: \S+/, `synapse: http://127.0.0.1:${port}/`),
		);
		late.close();
		names(examined, ["problem clock"], /the clock of Synapse.*behind this machine's/);
	});

	test("names who was closed in Synapse and is open here, and the command", async () => {
		const tell = async (call: string, body: object) => {
			const answer = await fetch(new URL(`_synapse/mas/${call}`, world.synapse.base), {
				method: "POST",
				headers: { authorization: `Bearer ${world.secret}`, "content-type": "application/json" },
				body: JSON.stringify(body),
			});
			assert.ok(answer.ok, `${call}: ${answer.status}`);
		};
		for (const localpart of ["carl", "dora"]) {
			await tell("provision_user", { localpart });
			await world.addAccount(localpart);
		}
		await world.addAccount("newcomer");
		await tell("delete_user", { localpart: "carl", erase: false });
		names(
			await world.doctor(),
			["warning closed-there"],
			/1 closed in Synapse: carl\b.*npx countersign users deactivate NAME --yes/s,
		);
		await world.closeAccount("carl");
		names(await world.doctor(), [], /^$/);
	});

	test("names what Synapse was not told for long, and what it will not take", async () => {
		const at = Date.now() - 12 * 60_000;
		await world.addTask({ kind: "delete-device", at, failure: "HTTP 500" });
		names(
			await world.doctor(),
			["problem outbox"],
			/1 waiting, the oldest for 12 minutes; the last answer: HTTP 500/,
		);
		await world.addTask({ kind: "set-display-name", at, failure: "too-long", refused: true });
		names(await world.doctor(), ["problem outbox", "warning outbox-refused"], /1 refused for good/);
	});
});
