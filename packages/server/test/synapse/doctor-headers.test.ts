/** A proxy that changes what stands in the headers: every page opens, and no app works, or addresses are anybody's. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { names } from "../support/doctor-command.ts";
import { type DoctorWorld, type Edit, openDoctorWorld } from "../support/doctor-world.ts";
import { needsNginx } from "../support/nginx.ts";
import { needsSynapse } from "../support/synapse.ts";

const caller = "proxy_set_header X-Forwarded-For $remote_addr;";
const version = "proxy_http_version 1.1;";

describe("behind a proxy that changes headers, doctor", {
	skip: needsSynapse.skip || needsNginx.skip,
}, () => {
	let world: DoctorWorld;
	before(async () => {
		world = await openDoctorWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const behind = async (edit: Edit, ...words: string[]) => {
		await world.proxy(edit);
		const examined = await world.doctor(...words);
		await world.proxy();
		return examined;
	};
	const both = (verdict: string) => [`${verdict} forwarded-for`, `${verdict} forwarded-for`];

	test("names one that takes the access tokens of apps away", async () => {
		const examined = await behind((text) =>
			text.replaceAll(version, `${version}\nproxy_set_header Authorization "";`),
		);
		const cure =
			/proxy in front of http:\/\/localhost:\d+\/ .*whoami -> 401 M_MISSING_TOKEN.*upload -> 401 M_MISSING_TOKEN.*Authorization/s;
		names(examined, ["problem access-tokens"], cure);
	});

	test("names one by which everybody says themselves where they come from", async () => {
		const examined = await behind((text) => text.replaceAll(caller, ""));
		names(examined, both("problem"), /doctor wrote 192\.0\.2\.66, and Countersign takes that.*\$remote_addr/);
		assert.equal(examined.code, 1);
	});

	test("names one that does so at one of two addresses", async () => {
		const { wrong, text } = await behind((printed) => printed.replace(caller, ""));
		assert.deepEqual(wrong, ["problem forwarded-for"], text);
		assert.ok(text.includes(`proxy in front of ${world.homeserverBase}`), text);
	});

	test("names one that does not say who called", async () => {
		const examined = await behind((text) => text.replaceAll(caller, 'proxy_set_header X-Forwarded-For "";'));
		names(examined, both("warning"), /no X-Forwarded-For, so everybody seems to come from 127\.0\.0\.1/);
		assert.equal(examined.code, 0);
	});

	test("names one that says who called, but not where apps come for tokens, as a header set there has nginx do", async () => {
		const signIn = `location ^~ /oauth2/keys.json { proxy_set_header Host $host; proxy_pass ${world.own.slice(0, -1)}; }`;
		const examined = await behind((text) => text.replaceAll("location / {", `${signIn}\nlocation / {`));
		names(examined, ["problem forwarded-for"], /doctor wrote 192\.0\.2\.66, and Countersign takes that/);
	});

	test("finds nothing where the proxy adds the address to what a visitor claims", async () => {
		const { wrong, text } = await behind((printed) =>
			printed.replaceAll(caller, "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"),
		);
		assert.deepEqual(wrong, [], text);
	});

	test("names a running server that trusts another proxy than the one there is", async () => {
		await world.startCountersign((text) =>
			text.replace(/trusted_proxies: .*/, "trusted_proxies: [10.9.9.9]"),
		);
		const examined = await world.doctor();
		await world.startCountersign();
		names(examined, ["warning forwarded-for"], /calls from 127\.0\.0\.1.*trusted_proxies: \[127\.0\.0\.1\]/);
	});

	test("says that it cannot tell where the proxy takes its question away", async () => {
		const examined = await behind((text) =>
			text.replaceAll(version, `${version}\nproxy_set_header X-Countersign-Doctor "";`),
		);
		names(examined, both("warning"), /health -> 200, without the header x-countersign-address/);
	});

	test("names another way that was named, and nothing where it does not lead to Countersign", async () => {
		const port = await world.freePort();
		const also = `http://localhost:${port}/`;
		const second = (inside: string) => (text: string) =>
			`${text}server { listen 127.0.0.1:${port}; location / { ${inside} } }`;
		const toOwn = `proxy_pass ${world.own.slice(0, -1)};`;
		const examined = await behind(second(toOwn), "--also", also);
		assert.ok(examined.wrong.includes("problem forwarded-for"), examined.text);
		const { wrong, text } = await behind(second("return 404;"), "--also", also);
		assert.deepEqual(wrong, [], text);
	});

	test("is told what nobody without the secret is told", async () => {
		const now = Math.floor(Date.now() / 1000);
		const [nonce, mac] = ["n".repeat(22), "m".repeat(43)];
		for (const proof of ["", "1", world.secret, `${now}.${nonce}.${mac}`, `${now}.${nonce}.`]) {
			const headers = { "x-countersign-doctor": proof };
			const answer = await fetch(new URL("health", world.own), { headers });
			assert.equal(answer.status, 200);
			assert.equal(answer.headers.get("x-countersign-address"), null, proof);
		}
	});
});
