/** What every check asks, after which others it stands, and what it says where nobody answers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Config } from "../../config/index.ts";
import type { Question, Reply } from "../question.ts";
import { setupOf } from "../setup.ts";
import { checks } from "./index.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const config: Config = {
	...{ host: "127.0.0.1", port: 8080, dataDirectory: "/data", openRegistration: false },
	...{ publicBase: "https://account.example.org/", serverName: "example.org", trustedProxies: ["127.0.0.1"] },
	homeserver: {
		...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
		...{ secret: "a-secret-of-two-servers", guard: true },
	},
};
const setup = setupOf(config, {
	...{ settingsFile: "/etc/c.yaml", also: ["https://also.example.org/"], unknownToken: "mat_unknown" },
	...{ proxyRules: new Map(), asToken: () => "as-token", clock: () => now },
});
const silence: Reply = { ok: false, why: "unreachable (ECONNREFUSED)", timedOut: false };

/** Many are the same paths at one place after the other. */
function shown(questions: readonly Question[]): readonly string[] {
	const each = questions.map(({ method, url, headers, body }) => {
		const more = [headers, body].filter((part) => part !== undefined && JSON.stringify(part) !== "{}");
		return [`${method} ${url}`, ...more.map((part) => JSON.stringify(part))]
			.join(" ")
			.replace(/"x-countersign-doctor":"[^"]+"/, '"x-countersign-doctor":"a proof"');
	});
	if (each.length < 12) return each;
	const places = new Map<string, string[]>();
	for (const line of each) {
		const [, before = "", place = "", path = ""] = /^(\w+ )(https?:\/\/[^/]+)(.*)$/.exec(line) ?? [];
		places.set(before + path, [...(places.get(before + path) ?? []), place]);
	}
	return [...places].map(([what, at]) => `${what} at ${at.join(" ")}`);
}

function findingsOf(check: (typeof checks)[number], reply: () => Reply): readonly string[] {
	const found = check.judge({ setup, reply, certificates: new Map(), data: { ok: true }, now }) ?? [];
	return found.flatMap(({ verdict, what, found, fix }) => [`${verdict} ${what}`, found, fix]);
}

/** In their order. */
const known: Readonly<
	Record<
		string,
		{ readonly after: readonly string[]; readonly asks: readonly string[]; readonly says: readonly string[] }
	>
> = {
	database: {
		after: [],
		asks: [],
		says: [],
	},
	server: {
		after: [],
		asks: ["GET http://127.0.0.1:8080/health"],
		says: [
			"problem host and port in /etc/c.yaml",
			"GET http://127.0.0.1:8080/health -> no answer (unreachable (ECONNREFUSED))",
			'start Countersign ("npx countersign serve") and read what it complains of, or correct host and port in /etc/c.yaml',
		],
	},
	"running-settings": {
		after: ["server"],
		asks: ["GET http://127.0.0.1:8080/.well-known/openid-configuration"],
		says: [
			"problem public_base in /etc/c.yaml",
			"the running server calls itself nothing, the settings say https://account.example.org/",
			"restart Countersign with these settings, or give doctor the file that it runs with (--config FILE)",
		],
	},
	https: {
		after: [],
		asks: [],
		says: [],
	},
	certificate: {
		after: [],
		asks: [],
		says: [],
	},
	"public-base": {
		after: ["server", "running-settings", "certificate"],
		asks: ["GET http://127.0.0.1:8080/oauth2/keys.json", "GET https://account.example.org/oauth2/keys.json"],
		says: [
			"problem the proxy in front of https://account.example.org/, or public_base in /etc/c.yaml",
			"GET https://account.example.org/oauth2/keys.json -> no answer (unreachable (ECONNREFUSED))",
			"start the proxy for https://account.example.org/ and open its port; it has to be reached from this machine, too",
		],
	},
	synapse: {
		after: [],
		asks: ["GET http://127.0.0.1:8008/_matrix/client/versions"],
		says: [
			"problem homeserver.synapse in /etc/c.yaml",
			"GET http://127.0.0.1:8008/_matrix/client/versions -> no answer (unreachable (ECONNREFUSED))",
			'start Synapse, or write homeserver.synapse: with the address and port of its listener that has the resource "client"',
		],
	},
	"synapse-version": {
		after: ["synapse"],
		asks: ["GET http://127.0.0.1:8008/_synapse/admin/v1/server_version"],
		says: [],
	},
	delegation: {
		after: ["synapse"],
		asks: [
			"GET http://127.0.0.1:8008/_matrix/client/v1/auth_metadata",
			'GET http://127.0.0.1:8008/_synapse/mas/query_user?localpart=_countersign.doctor {"authorization":"Bearer a-secret-of-two-servers"}',
		],
		says: [],
	},
	"shared-secret": {
		after: ["synapse", "delegation"],
		asks: [
			'GET http://127.0.0.1:8008/_synapse/mas/query_user?localpart=_countersign.doctor {"authorization":"Bearer a-secret-of-two-servers"}',
		],
		says: [
			"problem homeserver.secret or homeserver.secret_file in /etc/c.yaml and matrix_authentication_service.secret or secret_path in Synapse's homeserver.yaml",
			"GET http://127.0.0.1:8008/_synapse/mas/query_user?localpart=_countersign.doctor -> no answer (unreachable (ECONNREFUSED))",
			"read Synapse's log: it refuses to speak with an authentication service",
		],
	},
	introspection: {
		after: ["server"],
		asks: [
			'POST http://127.0.0.1:8080/oauth2/introspect {"content-type":"application/x-www-form-urlencoded","authorization":"Bearer a-secret-of-two-servers"} "token=mat_unknown&token_type_hint=access_token"',
			'POST http://127.0.0.1:8080/oauth2/introspect {"content-type":"application/x-www-form-urlencoded","authorization":"Bearer xxxxxxxxxxxxxxxxxxxxxxx"} "token=mat_unknown&token_type_hint=access_token"',
		],
		says: [
			"problem homeserver.secret or homeserver.secret_file in /etc/c.yaml",
			"with this secret POST http://127.0.0.1:8080/oauth2/introspect -> no answer (unreachable (ECONNREFUSED))",
			"restart Countersign: it still runs with other settings, or something else answers in its place",
		],
	},
	"synapse-endpoint": {
		after: ["server", "synapse", "delegation", "shared-secret", "introspection"],
		asks: [
			"GET http://127.0.0.1:8008/_matrix/client/v1/auth_metadata",
			'GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami {"authorization":"Bearer mat_unknown"}',
		],
		says: [
			"problem matrix_authentication_service.endpoint in Synapse's homeserver.yaml",
			"GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami -> no answer (unreachable (ECONNREFUSED))",
			'write endpoint: "http://127.0.0.1:8080/" there, or the address at which Synapse\'s machine reaches this one, and restart Synapse',
		],
	},
	metadata: {
		after: ["server", "running-settings", "synapse", "delegation", "synapse-endpoint"],
		asks: [
			"GET http://127.0.0.1:8080/.well-known/openid-configuration",
			"GET http://127.0.0.1:8008/_matrix/client/v1/auth_metadata",
		],
		says: [
			"problem what Synapse remembers of Countersign",
			"GET http://127.0.0.1:8008/_matrix/client/v1/auth_metadata -> issuer none, not https://account.example.org/",
			'restart Synapse: it reads the metadata once. If that does not help, matrix_authentication_service.endpoint in its homeserver.yaml names another server; write endpoint: "http://127.0.0.1:8080/"',
		],
	},
	"app-service": {
		after: ["synapse", "delegation", "shared-secret", "synapse-endpoint"],
		asks: ['GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami {"authorization":"Bearer as-token"}'],
		says: [
			"problem app_service_config_files in Synapse's homeserver.yaml",
			"GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami -> no answer (unreachable (ECONNREFUSED)): Countersign's registration is missing there, or was made with another secret",
			'"npx countersign config generate DIR ..." writes countersign-registration.yaml; name it in app_service_config_files of homeserver.yaml and restart Synapse',
		],
	},
	"server-name": {
		after: ["app-service"],
		asks: ['GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami {"authorization":"Bearer as-token"}'],
		says: [],
	},
	"app-service-namespace": {
		after: ["app-service", "server-name"],
		asks: [
			'GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami?user_id=%40countersign.doctor%3Aexample.org {"authorization":"Bearer as-token"}',
			'GET http://127.0.0.1:8008/_matrix/client/v3/account/whoami {"authorization":"Bearer as-token"}',
		],
		says: [],
	},
	"homeserver-public-base": {
		after: ["synapse", "certificate"],
		asks: [
			"GET http://127.0.0.1:8008/_matrix/client/versions",
			"GET https://matrix.example.org/_matrix/client/versions",
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/, or homeserver.public_base in /etc/c.yaml",
			"GET https://matrix.example.org/_matrix/client/versions -> no answer (unreachable (ECONNREFUSED))",
			"start the proxy for https://matrix.example.org/ and open its port; it has to be reached from this machine, too",
		],
	},
	"public-metadata": {
		after: ["metadata", "homeserver-public-base"],
		asks: [
			"GET http://127.0.0.1:8008/_matrix/client/v1/auth_metadata",
			"GET https://matrix.example.org/_matrix/client/v1/auth_metadata",
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/",
			"GET https://matrix.example.org/_matrix/client/v1/auth_metadata -> no answer (unreachable (ECONNREFUSED)), which is not what Synapse answers",
			"pass /_matrix/client/v1/auth_metadata on to http://127.0.0.1:8008/, and keep no copy of it in the proxy (proxy_cache)",
		],
	},
	"well-known": {
		after: ["homeserver-public-base", "metadata", "server-name"],
		asks: ["GET https://example.org/.well-known/matrix/client"],
		says: [
			"problem https://example.org/.well-known/matrix/client",
			"GET https://example.org/.well-known/matrix/client -> no answer (unreachable (ECONNREFUSED))",
			'serve {"m.homeserver": {"base_url": "https://matrix.example.org/"}} there with Access-Control-Allow-Origin: *; where Synapse serves it, write public_baseurl: "https://matrix.example.org/" in homeserver.yaml and restart it',
		],
	},
	"synapse-public-baseurl": {
		after: ["synapse", "delegation", "well-known"],
		asks: [
			"GET http://127.0.0.1:8008/_matrix/client/v3/auth/m.login.terms/fallback/web?session=countersign.doctor",
		],
		says: [],
	},
	guard: {
		after: ["server"],
		asks: [
			'POST http://127.0.0.1:8080/_matrix/client/v3/keys/device_signing/upload {"content-type":"application/json"} "{}"',
		],
		says: [
			"problem homeserver.guard in /etc/c.yaml",
			"POST http://127.0.0.1:8080/_matrix/client/v3/keys/device_signing/upload -> no answer (unreachable (ECONNREFUSED)), not by the guard",
			"restart Countersign: it still runs with other settings",
		],
	},
	"guarded-uploads": {
		after: ["server", "guard", "certificate"],
		asks: [
			'POST /_matrix/client/v3/keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/unstable/keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/r0/keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST //_matrix/client/v3/keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/v3//keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/v3/keys/device%5Fsigning/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/%763/keys/device_signing/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST /_matrix/client/v3/keys/device_signing/upload/ {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
			'POST //_matrix/client/unstable/keys/device%5fsigning/upload {"content-type":"application/json"} "{}" at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448',
		],
		says: [
			"problem --also https://also.example.org/",
			"no answer (unreachable (ECONNREFUSED)), so nothing can be said of it",
			"leave it out if nothing listens there",
		],
	},
	"undo-routes": {
		after: ["server", "homeserver-public-base", "guarded-uploads"],
		asks: [
			"GET /_matrix/client/v3/room_keys/version at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/r0/room_keys/version at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/unstable/room_keys/version at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/v3/user/%40countersign.doctor%3Aexample.org/account_data/m.secret_storage.default_key at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/r0/user/%40countersign.doctor%3Aexample.org/account_data/m.secret_storage.default_key at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/unstable/user/%40countersign.doctor%3Aexample.org/account_data/m.secret_storage.default_key at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/v3/user/%40countersign.doctor%3Aexample.org/account_data/m.cross_signing.master at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"GET /_matrix/client/v3/user/%40countersign.doctor%3Aexample.org/account_data/m.megolm_backup.v1 at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"DELETE /_matrix/client/v3/room_keys/keys?version=0 at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"DELETE /_matrix/client/r0/room_keys/keys?version=0 at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
			"DELETE /_matrix/client/unstable/room_keys/keys?version=0 at https://matrix.example.org https://also.example.org https://matrix.example.org:8448 http://matrix.example.org https://example.org https://example.org:8448",
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/",
			"what apps remove before a reset gets past the guard, and is gone when the reset is refused:\nGET https://matrix.example.org/_matrix/client/v3/room_keys/version -> no answer (unreachable (ECONNREFUSED))\nGET https://matrix.example.org/_matrix/client/r0/room_keys/version -> no answer (unreachable (ECONNREFUSED))\nGET https://matrix.example.org/_matrix/client/unstable/room_keys/version -> no answer (unreachable (ECONNREFUSED))\nand 6 more",
			"put into the proxy in front of https://matrix.example.org/ what is printed by: npx countersign proxy nginx, or npx countersign proxy caddy\nmissing, for nginx:\nmissing, for Caddy:",
			"problem the proxy in front of https://matrix.example.org/",
			"what apps remove before a reset gets past the guard, and is gone when the reset is refused:\nDELETE https://matrix.example.org/_matrix/client/v3/room_keys/keys?version=0 -> no answer (unreachable (ECONNREFUSED))\nDELETE https://matrix.example.org/_matrix/client/r0/room_keys/keys?version=0 -> no answer (unreachable (ECONNREFUSED))\nDELETE https://matrix.example.org/_matrix/client/unstable/room_keys/keys?version=0 -> no answer (unreachable (ECONNREFUSED))",
			"put into the proxy in front of https://matrix.example.org/ what is printed by: npx countersign proxy nginx, or npx countersign proxy caddy\nmissing, for nginx:\nmissing, for Caddy:",
		],
	},
	"compat-routes": {
		after: ["server", "homeserver-public-base"],
		asks: [
			"GET /_matrix/client/api/v1/login at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/api/v1/login/sso/redirect at http://127.0.0.1:8080 https://matrix.example.org",
			'POST /_matrix/client/api/v1/logout {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/api/v1/logout/all {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/api/v1/refresh {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			"GET /_matrix/client/r0/login at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/r0/login/sso/redirect at http://127.0.0.1:8080 https://matrix.example.org",
			'POST /_matrix/client/r0/logout {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/r0/logout/all {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/r0/refresh {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			"GET /_matrix/client/v3/login at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/v3/login/sso/redirect at http://127.0.0.1:8080 https://matrix.example.org",
			'POST /_matrix/client/v3/logout {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/v3/logout/all {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/v3/refresh {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			"GET /_matrix/client/unstable/login at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/unstable/login/sso/redirect at http://127.0.0.1:8080 https://matrix.example.org",
			'POST /_matrix/client/unstable/logout {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/unstable/logout/all {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
			'POST /_matrix/client/unstable/refresh {"content-type":"application/json"} "{}" at http://127.0.0.1:8080 https://matrix.example.org',
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/",
			"not answered by Countersign:\nGET https://matrix.example.org/_matrix/client/api/v1/login -> no answer (unreachable (ECONNREFUSED))\nGET https://matrix.example.org/_matrix/client/api/v1/login/sso/redirect -> no answer (unreachable (ECONNREFUSED))\nPOST https://matrix.example.org/_matrix/client/api/v1/logout -> no answer (unreachable (ECONNREFUSED))\nand 17 more",
			"put into the proxy in front of https://matrix.example.org/ what is printed by: npx countersign proxy nginx, or npx countersign proxy caddy\nmissing, for nginx:\nmissing, for Caddy:",
		],
	},
	"fallback-page": {
		after: ["server", "homeserver-public-base"],
		asks: [
			"GET /_matrix/client/r0/auth/m.oauth/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/r0/auth/org.matrix.cross_signing_reset/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/v3/auth/m.oauth/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/v3/auth/org.matrix.cross_signing_reset/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/unstable/auth/m.oauth/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
			"GET /_matrix/client/unstable/auth/org.matrix.cross_signing_reset/fallback/web at http://127.0.0.1:8080 https://matrix.example.org",
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/",
			"not answered by Countersign:\nGET https://matrix.example.org/_matrix/client/r0/auth/m.oauth/fallback/web -> no answer (unreachable (ECONNREFUSED))\nGET https://matrix.example.org/_matrix/client/r0/auth/org.matrix.cross_signing_reset/fallback/web -> no answer (unreachable (ECONNREFUSED))\nGET https://matrix.example.org/_matrix/client/v3/auth/m.oauth/fallback/web -> no answer (unreachable (ECONNREFUSED))\nand 3 more",
			"put into the proxy in front of https://matrix.example.org/ what is printed by: npx countersign proxy nginx, or npx countersign proxy caddy\nmissing, for nginx:\nmissing, for Caddy:",
		],
	},
	"synapse-private": {
		after: ["homeserver-public-base"],
		asks: [
			"GET https://matrix.example.org/_synapse/mas/query_user?localpart=_countersign.doctor",
			"GET https://also.example.org/_synapse/mas/query_user?localpart=_countersign.doctor",
			"GET https://matrix.example.org:8448/_synapse/mas/query_user?localpart=_countersign.doctor",
			"GET http://matrix.example.org/_synapse/mas/query_user?localpart=_countersign.doctor",
			"GET https://example.org/_synapse/mas/query_user?localpart=_countersign.doctor",
			"GET https://example.org:8448/_synapse/mas/query_user?localpart=_countersign.doctor",
		],
		says: [],
	},
	"synapse-admin-private": {
		after: ["homeserver-public-base"],
		asks: [
			"GET https://matrix.example.org/_synapse/admin/v1/server_version",
			"GET https://also.example.org/_synapse/admin/v1/server_version",
			"GET https://matrix.example.org:8448/_synapse/admin/v1/server_version",
			"GET http://matrix.example.org/_synapse/admin/v1/server_version",
			"GET https://example.org/_synapse/admin/v1/server_version",
			"GET https://example.org:8448/_synapse/admin/v1/server_version",
		],
		says: [],
	},
	"introspection-private": {
		after: ["public-base"],
		asks: ['POST https://account.example.org/oauth2/introspect {"content-type":"application/json"} "{}"'],
		says: [],
	},
	"access-tokens": {
		after: ["synapse-endpoint", "homeserver-public-base", "guarded-uploads"],
		asks: [
			'GET https://matrix.example.org/_matrix/client/v3/account/whoami {"authorization":"Bearer mat_unknown"}',
			'POST https://matrix.example.org/_matrix/client/v3/keys/device_signing/upload {"content-type":"application/json","authorization":"Bearer mat_unknown"} "{}"',
			'GET https://also.example.org/_matrix/client/v3/account/whoami {"authorization":"Bearer mat_unknown"}',
			'POST https://also.example.org/_matrix/client/v3/keys/device_signing/upload {"content-type":"application/json","authorization":"Bearer mat_unknown"} "{}"',
		],
		says: [
			"problem the proxy in front of https://matrix.example.org/",
			"sent with an access token that nobody has, so that 401 M_UNKNOWN_TOKEN was to come:\nGET https://matrix.example.org/_matrix/client/v3/account/whoami -> no answer (unreachable (ECONNREFUSED))\nPOST https://matrix.example.org/_matrix/client/v3/keys/device_signing/upload -> no answer (unreachable (ECONNREFUSED))",
			"let the proxy pass the header Authorization on as it comes: take away what removes or replaces it, like proxy_set_header Authorization (nginx) or header_up -Authorization (Caddy)",
		],
	},
	cors: {
		after: ["public-base", "homeserver-public-base", "public-metadata"],
		asks: [
			'GET https://account.example.org/.well-known/openid-configuration {"origin":"https://app.example"}',
			'OPTIONS https://account.example.org/oauth2/token {"origin":"https://app.example","access-control-request-method":"POST","access-control-request-headers":"authorization, content-type"}',
			'OPTIONS https://account.example.org/oauth2/registration {"origin":"https://app.example","access-control-request-method":"POST","access-control-request-headers":"authorization, content-type"}',
			'GET https://matrix.example.org/_matrix/client/v1/auth_metadata {"origin":"https://app.example"}',
			'OPTIONS https://matrix.example.org/_matrix/client/v3/keys/device_signing/upload {"origin":"https://app.example","access-control-request-method":"POST","access-control-request-headers":"authorization, content-type"}',
			'OPTIONS https://matrix.example.org/_matrix/client/v3/login {"origin":"https://app.example","access-control-request-method":"POST","access-control-request-headers":"authorization, content-type"}',
		],
		says: [
			"problem the proxy in front of https://account.example.org/",
			"GET https://account.example.org/.well-known/openid-configuration -> no answer (unreachable (ECONNREFUSED)), Access-Control-Allow-Origin: missing\nOPTIONS https://account.example.org/oauth2/token -> no answer (unreachable (ECONNREFUSED)), Access-Control-Allow-Origin: missing\nOPTIONS https://account.example.org/oauth2/registration -> no answer (unreachable (ECONNREFUSED)), Access-Control-Allow-Origin: missing\nand 3 more",
			"let the proxy pass OPTIONS on and neither remove nor add Access-Control headers (proxy_hide_header, add_header): Countersign and Synapse send them",
		],
	},
	"trusted-proxies": {
		after: [],
		asks: [],
		says: [],
	},
	"forwarded-for": {
		after: [
			"server",
			"running-settings",
			"introspection",
			"public-base",
			"homeserver-public-base",
			"compat-routes",
			"trusted-proxies",
		],
		asks: [
			'GET https://account.example.org/oauth2/keys.json {"x-forwarded-for":"192.0.2.66","x-countersign-doctor":"a proof"}',
			'GET https://account.example.org/health {"x-forwarded-for":"192.0.2.66","x-countersign-doctor":"a proof"}',
			'GET https://matrix.example.org/_matrix/client/v3/login {"x-forwarded-for":"192.0.2.66","x-countersign-doctor":"a proof"}',
			'GET https://also.example.org/_matrix/client/v3/login {"x-forwarded-for":"192.0.2.66","x-countersign-doctor":"a proof"}',
		],
		says: [
			"warning the proxy in front of https://account.example.org/",
			"GET https://account.example.org/health -> no answer (unreachable (ECONNREFUSED)), without the header x-countersign-address, so it cannot be told whose address Countersign takes",
			"restart Countersign if it is older than this command; else let the proxy pass x-countersign-doctor and x-countersign-address on",
			"warning the proxy in front of https://matrix.example.org/",
			"GET https://matrix.example.org/_matrix/client/v3/login -> no answer (unreachable (ECONNREFUSED)), without the header x-countersign-address, so it cannot be told whose address Countersign takes",
			"restart Countersign if it is older than this command; else let the proxy pass x-countersign-doctor and x-countersign-address on",
		],
	},
	clock: {
		after: [],
		asks: [
			"GET https://account.example.org/oauth2/keys.json",
			"GET http://127.0.0.1:8008/_matrix/client/versions",
			"GET https://matrix.example.org/_matrix/client/versions",
		],
		says: [],
	},
	outbox: {
		after: ["database", "synapse", "shared-secret"],
		asks: [],
		says: [],
	},
	"outbox-refused": {
		after: ["database"],
		asks: [],
		says: [],
	},
	"closed-there": {
		after: ["database", "shared-secret"],
		asks: [],
		says: [],
	},
};

test("the checks are these, in this order", () => {
	assert.deepEqual(
		checks.map(({ id }) => id),
		Object.keys(known),
	);
});

describe("what is asked, after what, and said where nobody answers:", () => {
	for (const check of checks)
		test(check.id, () =>
			assert.deepEqual(
				{ after: check.after, asks: shown(check.asks(setup)), says: findingsOf(check, () => silence) },
				known[check.id],
			),
		);
});

test("apps in browsers may read what is for everybody, or for them, and nothing else", () => {
	const cors = checks.find(({ id }) => id === "cors") ?? assert.fail();
	const allowing = (origin?: string) =>
		findingsOf(cors, () => ({
			...{ ok: true, status: 200, json: {}, text: "", receivedAt: now },
			headers: origin === undefined ? {} : { "access-control-allow-origin": origin },
		}));
	for (const origin of ["*", "https://app.example"]) assert.deepEqual(allowing(origin), []);
	for (const origin of ["https://other.example", "*, *", undefined])
		assert.match(
			allowing(origin)[1] ?? "",
			new RegExp(`Allow-Origin: ${origin?.replaceAll("*", "\\*") ?? "missing"}`),
		);
});

test("who has the secret is told what a token is worth, and nobody else", () => {
	const introspection = checks.find(({ id }) => id === "introspection") ?? assert.fail();
	const answered = (active: unknown, ofStranger: number, ofSynapse = 200) =>
		introspection
			.judge({
				...{ setup, certificates: new Map(), data: { ok: true }, now },
				reply: ({ headers }) => ({
					...{ ok: true, json: { active }, text: "", headers: {}, receivedAt: now },
					status: headers.authorization === "Bearer a-secret-of-two-servers" ? ofSynapse : ofStranger,
				}),
			})
			?.map(({ found }) => found.slice(0, 20));
	assert.deepEqual(answered(false, 401), []);
	assert.deepEqual(answered(false, 200), ["with a wrong secret "]);
	for (const wrong of [answered(true, 401), answered(undefined, 401), answered(false, 401, 500)])
		assert.deepEqual(wrong, ["with this secret POS"]);
});
