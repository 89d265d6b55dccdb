/** Requests with two tokens, of which a proxy or a homeserver behind might take the other one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openCompatWorld } from "../support/compat-world.ts";
import { rawRequest } from "../support/raw-http.ts";

const v3 = "/_matrix/client/v3";

describe("two tokens in one request are none, whichever of them is good", () => {
	for (const [edge, method, path] of [
		["the guard", "POST", `${v3}/keys/device_signing/upload`],
		["signing out", "POST", `${v3}/logout`],
		["signing out everywhere", "POST", `${v3}/logout/all`],
		["who somebody is", "GET", "/oauth2/userinfo"],
	] as const) {
		test(`at ${edge}`, async () => {
			await using world = await openCompatWorld();
			const { server } = world;
			const { body } = await world.logIn("alice");
			const good = `Authorization: Bearer ${body.access_token}`;
			const other = "Authorization: Bearer other";
			const ask = (target: string, ...headers: readonly string[]) =>
				rawRequest(
					server.port,
					[
						...[`${method} ${target} HTTP/1.1`, "Host: localhost", "Content-Length: 2"],
						...["Content-Type: application/json", ...headers],
					],
					"{}",
				);
			for (const answer of [
				await ask(path, good, other),
				await ask(path, other, good),
				await ask(path, good, good),
				await ask(`${path}?access_token=other`, good),
				await ask(`${path}?access_token=${body.access_token}`),
			]) {
				assert.match(answer, /^HTTP\/1\.1 401 /);
				if (path.startsWith(v3)) assert.match(answer, /M_MISSING_TOKEN/);
			}
			assert.equal((await world.introspect(body.access_token)).active, true, "nobody was signed out");
		});
	}
});
