import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { keptConnections } from "../support/kept-connections.ts";
import { lastingPort } from "../support/lasting-port.ts";
import type { RealProxy } from "../support/nginx.ts";
import { needsProxy, type ProxyKind, startPrintedProxy } from "../support/printed-proxy.ts";
import { rawRequest } from "../support/raw-http.ts";

/** Says its name, the path as it came, and whom it was called for. */
async function startUpstream(name: string): Promise<number> {
	const server = createServer(keptConnections, ({ url, headers }, answer) => {
		answer.end(`<${name} ${url} for ${headers["x-forwarded-for"]}>`);
	});
	await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
	after(() => void server.close());
	return (server.address() as AddressInfo).port;
}

const countersign = await startUpstream("countersign");
const synapse = await startUpstream("synapse");

function besideSynapse(port: number, accounts: string) {
	return {
		COUNTERSIGN_PUBLIC_BASE: `http://${accounts}:${port}`,
		COUNTERSIGN_SERVER_NAME: "example.org",
		COUNTERSIGN_HOMESERVER_SYNAPSE: `http://127.0.0.1:${synapse}`,
		COUNTERSIGN_HOMESERVER_SECRET: "a-secret-that-is-long-enough",
		COUNTERSIGN_HOMESERVER_PUBLIC_BASE: `http://matrix.localhost:${port}`,
	};
}

async function start(kind: ProxyKind, settings: (port: number) => Readonly<Record<string, string>>) {
	const port = await lastingPort();
	return startPrintedProxy(kind, port, { COUNTERSIGN_PORT: String(countersign), ...settings(port) });
}

/** Where this target lands, sent as it stands: the upstream's name, with what it was told; else the status. */
async function land(
	proxy: RealProxy,
	host: string,
	target: string,
	headers: readonly string[] = [],
	method = "POST",
) {
	const lines = [
		`${method} ${target} HTTP/1.1`,
		`Host: ${host}:${proxy.port}`,
		"Content-Length: 0",
		...headers,
	];
	const answer = await rawRequest(proxy.port, lines);
	const told = /<(\w+) (.*) for (.*)>/.exec(answer);
	const status = answer.split(" ")[1] ?? answer;
	return { at: told?.[1] ?? status, path: told?.[2], address: told?.[3] };
}

const client = "/_matrix/client";
const upload = `${client}/v3/keys/device_signing/upload`;
const prefixes = ["v3", "unstable", "r0", "api/v1"].map((version) => `${client}/${version}`);

/** What is taken by the one that guards it, in every spelling that somebody could read as that. */
const guarded = [
	...prefixes.flatMap((prefix) => [
		`${prefix}/keys/device_signing/upload`,
		`${prefix}/auth/m.oauth/fallback/web`,
		`${prefix}/auth/org.matrix.cross_signing_reset/fallback/web?session=x`,
		...["login", "logout", "logout/all", "refresh", "login/sso/redirect?redirectUrl=x", "login/"].map(
			(rest) => `${prefix}/${rest}`,
		),
	]),
	`${upload}?access_token=x`,
	`${upload}/`,
	`${upload}/more`,
	`${client}/v3/keys/device%5Fsigning/upload`,
	`${client}/v3/keys/device_signing%2Fupload`,
	`${client}/v3/keys/device_signing/%75pload`,
	`/%5Fmatrix/client/v3/keys/device_signing/upload`,
	`${client}/v3/keys//device_signing/upload`,
	`/${upload}`,
	`//${upload}`,
	`${client}/v3/./keys/device_signing/upload`,
	`${client}/v3/sync/../keys/device_signing/upload`,
	`${client}/v3/sync/%2e%2e/keys/device_signing/upload`,
	`${client}/v3/sync/..%2Fkeys/device_signing/upload`,
	`/_matrix/federation/../client/v3/keys/device_signing/upload`,
	`/_synapse/mas/../..${upload}`,
	...prefixes.flatMap((prefix) => [
		`${prefix}/room_keys/version`,
		`${prefix}/room_keys/version/1`,
		`${prefix}/room_keys/%76ersion/1`,
		`${prefix}/org.matrix.msc3814.v1/dehydrated_device`,
		`${prefix}/user/%40a:example.org/account_data/m.secret_storage.default_key`,
		`${prefix}/user/@a%2Fb:example.org/account_data/m%2Esecret_storage%2Ekey.K1`,
		`${prefix}/user/@a:example.org/account_data/m.cross_signing.master/x`,
		`${prefix}/user/@a:example.org/account_data/m.megolm_backup.v1`,
		`${prefix}/org.matrix.msc3391/user/@a:example.org/account_data/m.megolm_backup.v1`,
	]),
	`${client}/v3//login`,
	`${client}/v3/x/../logout`,
];

const synapses = [
	...["/_matrix/client/versions", `${client}/v3/sync?since=${upload}`, `${client}/v1/auth_metadata`],
	...[`${client}/v3/keys/upload`, `${client}/v3/keys/device_signing/uploads`, `${client}/v3/loginx`],
	...[`${client}/v1/login/get_token`, `${client}/v3/profile/@a%2Fb:example.org`, `${client}/v3/keys/query`],
	...[`${client}/v3/keys/device%255Fsigning/upload`, `${client}/v3/devices/login`, `${client}/V3/login`],
	...[`${client}/v3/auth/m.login.terms/fallback/web`, `${client}/v3/auth/mxoauth/fallback/web`],
	...[`${client}/v3/room_keys/keys?version=1`, `${client}/v3/room_keys/keys/!r/s?version=1`],
	...[`${client}/v3/room_keys/versions`, `${client}/v3/user/@a:example.org/account_data/m.direct`],
	`${client}/unstable/org.matrix.msc3814.v1/dehydrated_device/DRY/events`,
	...["/_matrix/federation/v1/version", "/_matrix/key/v2/server", "/_matrix/media/v3/upload"],
	...["/_synapse/client/oidc/callback", "/.well-known/matrix/client", "/.well-known/matrix/server"],
];

const closed = [
	...["/_synapse/mas/query_user?localpart=a", "/_synapse/mas", "/_synapse/admin/v1/users", "/_synapse/admin"],
	...["//_synapse/mas/delete_user", "/_synapse//mas/delete_user", "/%5Fsynapse/mas/delete_user"],
	...["/_synapse/%6das/delete_user", "/_synapse%2Fmas%2Fdelete_user", "/_matrix/../_synapse/mas/delete_user"],
	...["/_matrix/%2e%2e/_synapse/admin/v1/users", "/_synapse/client/../mas/delete_user"],
];

/** On the homeserver's own host, where nothing else lives. */
const unknownThere = ["/", "/metrics", "/account/", "/oauth2/token", "/_synapse/other", "/_matrixx/client"];

const operators = ["/metrics", "//metrics", "/%6Detrics", "/x/../metrics", "/metrics?x=1", "/metrics/"];
const introspections = [
	"/oauth2/introspect",
	"/oauth2//introspect",
	"/oauth2%2Fintrospect",
	"/oauth2/./introspect",
];
const own = ["/", "/account/", "/oauth2/token", "/.well-known/openid-configuration", "/login", "/introspect"];

/** Where each must land. What is passed on is passed on as it was sent. */
async function assertLanding(
	proxy: RealProxy,
	host: string,
	expected: Readonly<Record<string, readonly string[]>>,
) {
	const wrong: string[] = [];
	for (const [where, targets] of Object.entries(expected)) {
		for (const target of targets) {
			const { at, path = target } = await land(proxy, host, target);
			if (at !== where || path !== target)
				wrong.push(`${target} landed at ${at} as ${path}, not at ${where}`);
		}
	}
	assert.deepEqual(wrong, []);
}

const inserted = [
	"/",
	"/./",
	"/../",
	"/x/../",
	"%2F",
	"%2e%2e/",
	"\\",
	";",
	"#",
	"?",
	"%00",
	"%0A",
	"%25",
	"\t",
	"\u00e9",
];

/** Every character of it encoded, and everything that parsers disagree about put before it. */
function spellings(path: string): readonly string[] {
	return Array.from(path, (character, at) => {
		const [before, behind] = [path.slice(0, at), path.slice(at + 1)];
		const code = character.charCodeAt(0).toString(16);
		const instead = [`%${code}`, `%25${code}`, character.toUpperCase()].map((each) => before + each + behind);
		return [...instead, ...inserted.map((each) => before + each + path.slice(at))];
	})
		.flat()
		.concat(inserted.map((each) => path + each));
}

/** Steps that a proxy goes, and Synapse does not: put behind each part of the path, and in the place of its end. */
function climbing(path: string): readonly string[] {
	const steps = ["/..", "/../..", "/../x", "/../../../x", "/.", "/x/../../y"].flatMap((step) => [
		...[step, step.replaceAll("..", "%2e%2E"), step.replaceAll("/", "%2F"), step.replaceAll("/", "//")],
		...[`${step}?version=1`, `%2F${step.slice(1)}/`],
	]);
	const parts = path.split("/");
	return parts.flatMap((_, at) => {
		const [before, behind] = [parts.slice(0, at + 1).join("/"), parts.slice(at + 1).join("/")];
		return steps.flatMap((step) => [`${before}${step}/${behind}`, `${before}${step}`]);
	});
}

/** As Synapse reads: uploads by the bytes of the path, internal paths by segments, each of them decoded once. */
function isTaken(target: string, method = "POST"): boolean {
	const path = target.split("?")[0] ?? "";
	if (/^\/_matrix\/client\/(v3|unstable)\/keys\/device_signing\/upload$/.test(path)) return true;
	const backup = /^\/_matrix\/client\/(?:r0|v3|unstable)\/room_keys\/version(?:\/([^/]+))?$/.exec(path);
	if (backup !== null && isNumber(unescape(backup[1] ?? "1"))) return true;
	const keys = /^\/_matrix\/client\/(?:r0|v3|unstable)\/room_keys\/keys(\/[^/]+)?(\/[^/]+)?$/.exec(path);
	const [room = "/!r", session = "/s"] = (keys?.slice(1) ?? []).map((part) => part && unescape(part));
	if (keys !== null && room === "/!r" && session === "/s") return method === "DELETE";
	const data =
		/^\/_matrix\/client\/(?:r0|v3|unstable|unstable\/org\.matrix\.msc3391)\/user\/([^/]*)\/account_data\/([^/]*)$/.exec(
			path,
		);
	const [owner = "", type = ""] = (data?.slice(1) ?? []).map((part) => unescape(part));
	if (owner === "@a:b" && type === "m.megolm_backup.v1") return true;
	const [, first = "", second = ""] = path.split("/").map((segment) => unescape(segment));
	return first === "_synapse" && /^(mas|admin)$/.test(second);
}

/** As Python reads one. Of any other, Synapse says that it is not there. */
function isNumber(version: string): boolean {
	return /^\s*[+-]?[\d_]+\s*$/.test(version);
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
	const results: R[] = [];
	for (let at = 0; at < items.length; at += 32) {
		results.push(...(await Promise.all(items.slice(at, at + 32).map(work))));
	}
	return results;
}

for (const kind of ["nginx", "caddy"] as const) {
	test(
		`${kind}: every spelling of a guarded path is guarded, and nothing internal is public`,
		needsProxy[kind],
		async () => {
			await using proxy = await start(kind, (port) => besideSynapse(port, "account.localhost"));
			await assertLanding(proxy, "matrix.localhost", {
				countersign: guarded,
				synapse: synapses,
				404: [...closed, ...unknownThere],
			});
			await assertLanding(proxy, "account.localhost", {
				countersign: own,
				404: [...operators, ...introspections],
			});
			for (const target of [upload, `${client}/unstable/keys/device_signing/upload`]) {
				const absolute = await land(
					proxy,
					"matrix.localhost",
					`http://matrix.localhost:${proxy.port}${target}`,
				);
				assert.equal(absolute.at, "countersign");
			}
		},
	);

	test(
		`${kind}: no spelling brings Synapse what it would take as a guarded or an internal path`,
		needsProxy[kind],
		async () => {
			await using proxy = await start(kind, (port) => besideSynapse(port, "account.localhost"));
			const unstable = upload.replace("v3", "unstable");
			const secret = `${client}/v3/user/@a:b/account_data/m.megolm_backup.v1`;
			const targets = [
				...[upload, unstable, "/_synapse/mas/delete_user", "/_synapse/admin/v1/users"],
				...[`${client}/v3/room_keys/version/1`, secret],
			].flatMap(spellings);
			const landed = await inTurns(targets, (target) => land(proxy, "matrix.localhost", target));
			const through = landed.filter(({ at }) => at === "synapse").map(({ path = "" }) => path);
			assert.ok(through.length > 100, "hardly anything reached Synapse");
			assert.deepEqual(
				through.filter((path) => isTaken(path)),
				[],
			);
		},
	);

	test(
		`${kind}: no steps up and down in a path lead what an app removes past the guard`,
		needsProxy[kind],
		async () => {
			await using proxy = await start(kind, (port) => besideSynapse(port, "account.localhost"));
			const removal = `${client}/unstable/org.matrix.msc3391/user/@a:b/account_data/m.megolm_backup.v1`;
			const targets = [
				...[`${client}/v3/room_keys/version/1`, `${client}/v3/room_keys/keys/!r/s`, removal],
				`${client}/r0/user/@a:b/account_data/m.megolm_backup.v1`,
			].flatMap(climbing);
			const method = "DELETE";
			const landed = await inTurns(targets, (target) => land(proxy, "matrix.localhost", target, [], method));
			const through = landed.filter(({ at }) => at === "synapse").map(({ path = "" }) => path);
			assert.ok(through.length > 100, "hardly anything reached Synapse");
			assert.deepEqual(
				through.filter((path) => isTaken(path, method)),
				[],
			);
		},
	);

	test(`${kind}: of the keys in a backup only their deletion is guarded`, needsProxy[kind], async () => {
		for (const accounts of ["account.localhost", "matrix.localhost"]) {
			await using proxy = await start(kind, (port) => besideSynapse(port, accounts));
			for (const path of ["room_keys/keys?version=1", "room_keys/keys/!r%2F:h/s%2Ft?version=1"])
				for (const prefix of prefixes) {
					const target = `${prefix}/${path}`;
					for (const method of ["GET", "PUT", "DELETE"]) {
						const landed = await land(proxy, "matrix.localhost", target, [], method);
						const at = method === "DELETE" ? "countersign" : "synapse";
						assert.deepEqual(landed, { at, path: target, address: "127.0.0.1" }, `${method} ${target}`);
					}
				}
		}
	});

	test(`${kind}: one address for both has the same doors`, needsProxy[kind], async () => {
		await using proxy = await start(kind, (port) => besideSynapse(port, "matrix.localhost"));
		await assertLanding(proxy, "matrix.localhost", {
			countersign: [...guarded, ...own],
			synapse: synapses,
			404: [...closed, ...operators, ...introspections],
		});
	});

	test(
		`${kind}: without the guard uploads go to Synapse, and signing in does not`,
		needsProxy[kind],
		async () => {
			await using proxy = await start(kind, (port) => ({
				...besideSynapse(port, "account.localhost"),
				COUNTERSIGN_HOMESERVER_GUARD: "no",
			}));
			await assertLanding(proxy, "matrix.localhost", {
				countersign: prefixes.map((prefix) => `${prefix}/login`),
				synapse: [upload, `${client}/v3/auth/m.oauth/fallback/web`, ...synapses],
				404: closed,
			});
		},
	);

	test(
		`${kind}: without Synapse everything but the figures goes to Countersign`,
		needsProxy[kind],
		async () => {
			const settings = (port: number) => ({ COUNTERSIGN_PUBLIC_BASE: `http://account.localhost:${port}` });
			await using proxy = await start(kind, settings);
			await assertLanding(proxy, "account.localhost", {
				countersign: [...own, upload, "/_matrix/client/versions", "/oauth2/introspect"],
				404: operators,
			});
		},
	);

	test(`${kind}: what a client writes about its address is not passed on`, needsProxy[kind], async () => {
		await using proxy = await start(kind, (port) => besideSynapse(port, "account.localhost"));
		const claims = ["X-Forwarded-For: 192.0.2.66", "X-Forwarded-For: 192.0.2.67"];
		for (const [host, target] of [
			["account.localhost", "/login"],
			["matrix.localhost", upload],
			["matrix.localhost", "/_matrix/client/versions"],
		] as const) {
			assert.equal((await land(proxy, host, target, claims)).address, "127.0.0.1");
		}
	});
}

test("a proxy that is not known, or settings that name no address, are said and exit 2", async () => {
	const type = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
		let said = "";
		const complain = (headline: string, details: readonly string[] = []) => {
			said += [headline, ...details].join("\n");
		};
		const readSecret = async () => "";
		const code = await run(words, { environment, complain, readSecret, out: () => assert.fail("printed") });
		return { code, said };
	};
	const apache = await type(["proxy", "apache"]);
	assert.equal(apache.code, 2);
	assert.match(apache.said, /"apache" .*expected nginx or caddy/);
	assert.match((await type(["proxy"])).said, /nginx\|caddy is missing/);
	const bare = await type(["proxy", "nginx"]);
	assert.equal(bare.code, 2);
	assert.match(bare.said, /public_base is not set; expected /);
	const anyPort = { COUNTERSIGN_PORT: "0", COUNTERSIGN_PUBLIC_BASE: "https://a.example" };
	assert.match((await type(["proxy", "caddy"], anyPort)).said, /port is 0/);
});
