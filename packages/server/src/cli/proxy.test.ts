import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../config/index.ts";
import { caddySnippet } from "./proxy-caddy.ts";
import { nginxSnippet } from "./proxy-nginx.ts";
import { planProxy } from "./proxy-plan.ts";

function plan(environment: Readonly<Record<string, string>>) {
	const read = readConfig({
		COUNTERSIGN_PUBLIC_BASE: "https://account.example.org",
		COUNTERSIGN_SERVER_NAME: "example.org",
		COUNTERSIGN_HOMESERVER_SYNAPSE: "http://127.0.0.1:8018",
		COUNTERSIGN_HOMESERVER_SECRET: "a-secret-that-is-long-enough",
		...environment,
	});
	assert.ok(read.ok, JSON.stringify(read));
	const planned = planProxy(read.config);
	assert.ok(planned.ok);
	return planned.plan;
}

test("public addresses are served with TLS to everybody, those of this machine to itself alone", () => {
	const open = nginxSnippet(plan({}));
	assert.match(open, /listen 443 ssl;\n\tlisten \[::\]:443 ssl;/);
	assert.match(open, /# listen 8448 ssl;/);
	assert.match(open, /ssl_certificate \/etc\/letsencrypt\/live\/account\.example\.org\/fullchain\.pem;/);
	const here = nginxSnippet(plan({ COUNTERSIGN_PUBLIC_BASE: "http://account.localhost:8010" }));
	assert.match(here, /listen 127\.0\.0\.1:8010;\n\tserver_name account\.localhost;/);
	const caddy = caddySnippet(plan({ COUNTERSIGN_PUBLIC_BASE: "http://localhost:8010" }));
	assert.match(caddy, /^https:\/\/example\.org \{$/m);
	assert.match(caddy, /^http:\/\/localhost:8010 \{\n\tbind 127\.0\.0\.1$/m);
});

test("Countersign is called where it listens, also when that is everywhere", () => {
	const to = (host: string) => nginxSnippet(plan({ COUNTERSIGN_HOST: host, COUNTERSIGN_PORT: "8009" }));
	assert.match(to("0.0.0.0"), /proxy_pass http:\/\/127\.0\.0\.1:8009;/);
	assert.match(to("::"), /proxy_pass http:\/\/\[::1\]:8009;/);
	assert.match(to("10.0.0.5"), /proxy_pass http:\/\/10\.0\.0\.5:8009;/);
});

test("what the settings leave undone, or open, is said where the operator reads it", () => {
	for (const snippet of [nginxSnippet, caddySnippet]) {
		assert.match(snippet(plan({})), /^# Set trusted_proxies in the settings/m);
		assert.doesNotMatch(snippet(plan({ COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.1" })), /Set trusted_proxies/);
		assert.doesNotMatch(snippet(plan({})), /homeserver\.guard is no/);
		assert.match(snippet(plan({ COUNTERSIGN_HOMESERVER_GUARD: "no" })), /homeserver\.guard is no/);
		const elsewhere = plan({ COUNTERSIGN_HOMESERVER_PUBLIC_BASE: "https://matrix.example.org" });
		assert.match(snippet(elsewhere), /Apps begin at https:\/\/example\.org\/\.well-known\/matrix\/client/);
		assert.doesNotMatch(snippet(plan({})), /Apps begin at/);
	}
});

test("nothing secret is printed", () => {
	for (const snippet of [nginxSnippet, caddySnippet]) assert.ok(!snippet(plan({})).includes("long-enough"));
});
