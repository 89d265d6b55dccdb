/** One set-up, broken in one place at a time: doctor names that place, the cure, and nothing else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { needsCaddy, startCaddy } from "../support/caddy.ts";
import { names } from "../support/doctor-command.ts";
import { type DoctorWorld, openDoctorWorld } from "../support/doctor-world.ts";
import { needsNginx } from "../support/nginx.ts";
import { needsSynapse } from "../support/synapse.ts";

const skip = needsSynapse.skip || needsNginx.skip;

describe("beside Synapse, behind nginx, doctor", { skip }, () => {
	let world: DoctorWorld;
	before(async () => {
		world = await openDoctorWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	test("finds nothing where everything is as printed, whatever it looked at", async () => {
		const { code, wrong, results, text } = await world.doctor("--also", world.publicBase);
		assert.deepEqual(wrong, [], text);
		assert.equal(code, 0);
		assert.ok(
			results.every(({ verdict }) => verdict === "ok"),
			text,
		);
	});

	test("finds nothing behind Caddy either", needsCaddy, async () => {
		await world.stopProxy();
		const sites = await world.printed("caddy");
		const caddy = await startCaddy({ sites, port: Number(new URL(world.homeserverBase).port) });
		const { wrong, text } = await world.doctor();
		await caddy[Symbol.asyncDispose]();
		await world.proxy();
		assert.deepEqual(wrong, [], text);
	});

	const proxies: readonly {
		readonly name: string;
		readonly edit: (text: string) => string;
		readonly wrong: readonly string[];
		readonly fix: RegExp;
	}[] = [
		{
			name: "a guard for v3 alone lets the unstable path through",
			edit: (text) =>
				text.replace(versions("/keys/device_signing"), "^/_matrix/client/v3/keys/device_signing"),
			wrong: ["problem guarded-uploads"],
			fix: /unstable\/keys\/device_signing\/upload -> 401 M_MISSING_TOKEN.*location ~ \^\/_matrix\/client\/\(api/s,
		},
		{
			name: "a guard with an exact match",
			edit: (text) =>
				text.replace(
					`~ ${versions("/keys/device_signing/upload(/|$)")}`,
					"= /_matrix/client/v3/keys/device_signing/upload",
				),
			wrong: ["problem guarded-uploads"],
			fix: /unstable\/keys\/device_signing\/upload -> 401/,
		},
		{
			name: "the rules for signing in without one of the versions",
			edit: (text) => text.replace(versions("/(login"), "^/_matrix/client/(v3|unstable)/(login"),
			wrong: ["problem compat-routes"],
			fix: /GET \S+\/api\/v1\/login -> 404 M_UNRECOGNIZED.*location ~ \S+\(login\|logout\|refresh\)/s,
		},
		{
			name: "the rules for signing in match login alone",
			edit: (text) => text.replace("(login|logout|refresh)(/|$)", "login(/|$)"),
			wrong: ["problem compat-routes"],
			fix: /POST \S+\/logout -> 404 M_UNRECOGNIZED.*\(login\|logout\|refresh\)/s,
		},
		{
			name: "the rules were printed before there was an undo",
			edit: (text) =>
				text
					.replace(versions("/(room_keys/version"), "^/nowhere/(version")
					.replace(versions("/room_keys/keys"), "^/nowhere/keys"),
			wrong: ["problem undo-routes", "problem undo-routes"],
			fix: /is gone when the reset is refused:\nGET \S+\/v3\/room_keys\/version -> 401 .*location ~ \S+room_keys\/version\S+ \{.*DELETE \S+\/room_keys\/keys\?version=0 -> 401 .*\$request_method = DELETE/s,
		},
		{
			name: "the undo sees no account data",
			edit: (text) => text.replace("user/.+/account_data", "user/.+/nothing"),
			wrong: ["problem undo-routes"],
			fix: /GET \S+\/account_data\/m\.secret_storage\.default_key -> 401 /,
		},
		{
			name: "keys in a backup are deleted past the undo",
			edit: (text) => text.replace("$request_method = DELETE", "$request_method = DELETED"),
			wrong: ["problem undo-routes"],
			fix: /DELETE \S+\/room_keys\/keys\?version=0 -> 401 .*@undo-keys.*method DELETE/s,
		},
		{
			name: "no rule for the fallback page",
			edit: (text) => text.replace(versions("/auth/"), "^/nowhere/"),
			wrong: ["problem fallback-page"],
			fix: /fallback\/web -> 400.*location ~ \S+fallback\/web/s,
		},
		{
			name: "the connection to Synapse is public",
			edit: (text) =>
				text.replace("^/_synapse/(mas|admin)", "^/_synapse/admin").replace("_synapse/client", "_synapse"),
			wrong: ["problem synapse-private"],
			fix: /location \/_synapse\/mas \{ return 404; \}/,
		},
		{
			name: "Synapse's administration is public",
			edit: (text) =>
				text.replace("^/_synapse/(mas|admin)", "^/_synapse/mas").replace("_synapse/client", "_synapse"),
			wrong: ["warning synapse-admin-private"],
			fix: /location \/_synapse\/admin \{ return 404; \}/,
		},
		{
			name: "introspection is public",
			edit: (text) => text.replace("^/oauth2/introspect(/|$)", "^/nowhere"),
			wrong: ["warning introspection-private"],
			fix: /location = \/oauth2\/introspect \{ return 404; \}/,
		},
		{
			name: "the proxy adds a CORS header of its own",
			edit: (text) =>
				text.replaceAll(
					"proxy_http_version 1.1;",
					"proxy_http_version 1.1;\nadd_header Access-Control-Allow-Origin * always;",
				),
			wrong: ["problem well-known", "problem cors"],
			fix: /\*, \*.*neither remove nor add/s,
		},
		{
			name: "the proxy keeps its own copy of the metadata",
			edit: (text) =>
				text.replace(
					"proxy_http_version 1.1;",
					`proxy_http_version 1.1;
					location = /_matrix/client/v1/auth_metadata { default_type application/json; return 200 '{"issuer": "https://old.example/"}'; }`,
				),
			wrong: ["problem public-metadata"],
			fix: /proxy_cache/,
		},
		{
			name: "the well-known document names another homeserver",
			edit: (text) =>
				text.replace(
					"proxy_http_version 1.1;",
					`proxy_http_version 1.1;
					location = /.well-known/matrix/client { add_header Access-Control-Allow-Origin *; return 200 '{"m.homeserver": {"base_url": "https://old.example"}}'; }`,
				),
			wrong: ["problem well-known"],
			fix: /base_url is https:\/\/old\.example.*public_baseurl/s,
		},
		{
			name: "the account address leads to something else",
			edit: (text) =>
				text.replace(lastServer, (block) =>
					block.replace(/location \/ \{[^}]*\}/, "location / { return 200 '{}'; }"),
				),
			wrong: ["problem public-base"],
			fix: /keys are those of another server.*pass everything on to http:\/\/127\.0\.0\.1/s,
		},
		{
			name: "the homeserver's address leads to something else",
			edit: (text) =>
				text.replace(
					"proxy_http_version 1.1;",
					"proxy_http_version 1.1;\nlocation = /_matrix/client/versions { return 502; }",
				),
			wrong: ["problem homeserver-public-base"],
			fix: /versions -> 502.*pass \/_matrix on to http:\/\/127\.0\.0\.1/s,
		},
	];

	for (const { name, edit, wrong, fix } of proxies) {
		test(`names what is wrong where ${name}`, async () => {
			await world.proxy(edit);
			const examined = await world.doctor();
			await world.proxy();
			names(examined, wrong, fix);
			assert.equal(examined.code, wrong.some((one) => one.startsWith("problem")) ? 1 : 0);
		});
	}

	test("follows the redirects of the well-known document, as apps do", async () => {
		await world.proxy((text) =>
			text.replace(
				"proxy_http_version 1.1;",
				`proxy_http_version 1.1;
				location = /.well-known/matrix/client { return 302 /.well-known/matrix/there; }
				location = /.well-known/matrix/there { add_header Access-Control-Allow-Origin *; return 200 '{"m.homeserver": {"base_url": "${world.homeserverBase}"}}'; }`,
			),
		);
		const { wrong, text } = await world.doctor();
		await world.proxy();
		assert.deepEqual(wrong, [], text);
	});

	test("does not take a way that only leads elsewhere for one past the guard", async () => {
		const second = await world.freePort();
		const redirect = `server { listen 127.0.0.1:${second}; return 301 ${world.homeserverBase.slice(0, -1)}$request_uri; }`;
		await world.proxy((text) => `${text}${redirect}`);
		const { wrong, text } = await world.doctor("--also", `http://localhost:${second}`);
		await world.proxy();
		assert.deepEqual(wrong, [], text);
	});

	test("does not wait for each answer of a server that gives none", async () => {
		await world.synapse.freeze();
		const began = performance.now();
		const examined = await world.doctor();
		world.synapse.thaw();
		names(examined, ["problem synapse"], /homeserver\.synapse.*no answer \(timeout\)/);
		assert.ok(performance.now() - began < 30_000);
	});

	test("names a second port that leads past the guard", async () => {
		const { port } = new URL(world.homeserverBase);
		const second = await world.freePort();
		// The whole block again, on another port and without the rule for the guard.
		await world.proxy((text) => {
			const block = /server \{[\s\S]*?\n\}\n/.exec(text)?.[0] ?? "";
			const open = block.replace(`:${port}`, `:${second}`).replace(versions("/keys"), "^/nowhere");
			return `${text}${open}`;
		});
		const also = `http://localhost:${second}`;
		const examined = await world.doctor("--also", also);
		const unaware = await world.doctor();
		await world.proxy();
		names(examined, ["problem guarded-uploads"], new RegExp(`proxy in front of ${also}.*location ~`, "s"));
		assert.deepEqual(unaware.wrong, []);
	});

	test("names a way to Synapse itself, if it is told of it", async () => {
		const examined = await world.doctor("--also", world.synapse.base);
		const open = ["problem guarded-uploads", "problem synapse-private", "warning synapse-admin-private"];
		names(examined, open, /v3\/keys\/device_signing\/upload -> 401/);
	});

	test("names a way that was named and leads nowhere", async () => {
		const also = `http://localhost:${await world.freePort()}/`;
		names(
			await world.doctor("--also", also),
			["problem guarded-uploads"],
			new RegExp(`--also ${also} . no answer`),
		);
	});

	test("names a proxy that does not run", async () => {
		await world.stopProxy();
		const examined = await world.doctor();
		await world.proxy();
		assert.deepEqual(examined.wrong, ["problem public-base", "problem homeserver-public-base"]);
	});
});

/** As it stands in what is printed. */
function versions(rest: string): string {
	return `^/_matrix/client/(api/v1|r0|v3|unstable)${rest}`;
}

const lastServer = /server \{(?![\s\S]*\nserver \{)[\s\S]*$/;
