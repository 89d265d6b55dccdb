import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { random } from "../../test/support/people-world.ts";
import { createCompatRoutes } from "./index.ts";

const never = () => assert.fail("nothing is asked for");
const env = { address: "192.0.2.1", stopping: new AbortController().signal };
const routes = createCompatRoutes({
	...{ people: { byId: never }, random, serverName: "x" },
	proofs: { signIn: never, demands: { missing: never, isDemandedOf: never, lacking: never, look: never } },
	sessions: {
		...{ openCompat: never, refreshCompat: never, end: never, endAllOf: never },
		findSignedIn: async () => ({ ok: false, reason: "unknown" }),
	},
	sso: { findApproved: async () => undefined, spend: never, begin: async () => "request" },
	browserSessions: { endAllOf: never },
	...{ homeserverBase: "https://matrix.x/", publicBase: "https://auth.x/" },
	pages: {
		problem: (page: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }) =>
			new Response(null, page),
	} as never,
	newRateLimiter: (limit) => new RateLimiterMemory(limit),
	log: { error: never },
});

async function ask(method: string, path: string, body?: object, address = env.address) {
	const request = new Request(`https://auth.x/_matrix/client/${path}`, {
		method,
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const answer = await routes.fetch(request, { ...env, address });
	const text = await answer.text();
	const json = text.startsWith("{") ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
	return { status: answer.status, json, headers: answer.headers };
}

describe("the older login API", () => {
	for (const version of ["api/v1", "r0", "v3", "unstable"])
		test(`is all there in ${version}, and what is below its names and is none of it is 404`, async () => {
			const { json } = await ask("GET", `${version}/login`);
			assert.deepEqual(json, {
				flows: [
					{ type: "m.login.password" },
					{
						type: "m.login.sso",
						oauth_aware_preferred: true,
						"org.matrix.msc3824.delegated_oidc_compatibility": true,
					},
					{ type: "m.login.token" },
				],
			});
			for (const [path, body, status, errcode] of [
				["login", { type: "m.login.token", token: "t" }, 403, "M_FORBIDDEN"],
				["refresh", {}, 400, "M_BAD_JSON"],
				["logout", {}, 401, "M_MISSING_TOKEN"],
				["logout/all", {}, 401, "M_MISSING_TOKEN"],
				["login/more", {}, 404, "M_UNRECOGNIZED"],
				["logout/more", {}, 404, "M_UNRECOGNIZED"],
				["refresh/more", {}, 404, "M_UNRECOGNIZED"],
			] as const) {
				const answer = await ask("POST", `${version}/${path}`, body);
				assert.deepEqual([answer.status, answer.json.errcode], [status, errcode], path);
			}
		});

	test("sends a browser to the page that asks, whichever way the app names, and keeps no copy of that", async () => {
		for (const way of ["", "/", "/idp"]) {
			const to = encodeURIComponent("https://app.example/cb");
			const { status, headers } = await ask("GET", `v3/login/sso/redirect${way}?redirectUrl=${to}`);
			assert.deepEqual(
				[status, headers.get("location"), headers.get("cache-control")],
				[302, "https://auth.x/account/sso/request", "no-store"],
			);
		}
		assert.equal((await ask("GET", "v3/login/sso/redirect")).status, 400);
	});

	test("takes 120 logins, and 120 browsers, of one address in a minute, and says how long to wait", async () => {
		const to = encodeURIComponent("https://app.example/cb");
		for (const [method, path, body, taken] of [
			["GET", `v3/login/sso/redirect?redirectUrl=${to}`, undefined, 302],
			["POST", "v3/login", { type: "m.login.token", token: "t" }, 403],
		] as const) {
			for (let time = 1; time <= 120; time++)
				assert.equal((await ask(method, path, body, "192.0.2.120")).status, taken, `${path} ${time}`);
			const { status, headers } = await ask(method, path, body, "192.0.2.120");
			const seconds = Number(headers.get("retry-after"));
			assert.equal(status, 429);
			assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `${seconds}`);
			assert.equal((await ask(method, path, body, "192.0.2.121")).status, taken, "others go on");
		}
	});
});
