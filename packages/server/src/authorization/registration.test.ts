import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTemporaryStorage } from "../../test/support/storage.ts";
import { createRegistrationRoutes } from "./registration.ts";

const storage = await openTemporaryStorage();
after(() => storage.close());

test("an address brings five hundred new apps a day; known ones register as before", async (t) => {
	t.mock.timers.enable({ apis: ["Date"] });
	const { newRateLimiter } = storage;
	const routes = createRegistrationRoutes({
		storage,
		clock: Date.now,
		newRateLimiter,
		publicBase: "https://x.example/",
	});
	const register = async (name: string, address = "192.0.2.1") => {
		// Sixty a minute: this one is not the limit in question.
		t.mock.timers.tick(1_001);
		const metadata = {
			client_name: name,
			client_uri: "https://app.example/",
			redirect_uris: ["https://app.example/callback"],
			token_endpoint_auth_method: "none",
			response_types: ["code"],
			grant_types: ["authorization_code", "refresh_token"],
		};
		const sent = { method: "POST", body: JSON.stringify(metadata) };
		return routes.request("/oauth2/registration", sent, { address });
	};
	for (let nth = 0; nth < 500; nth++) assert.equal((await register(`App ${nth}`)).status, 201, `${nth}`);
	const refused = await register("One more");
	assert.equal(refused.status, 429);
	assert.equal(refused.headers.get("access-control-allow-origin"), "*");
	assert.ok(Number(refused.headers.get("retry-after")) > 80_000);
	assert.equal((await register("App 7")).status, 201);
	assert.equal((await register("One more", "192.0.2.2")).status, 201);
	t.mock.timers.tick(86_400_000);
	assert.equal((await register("Yet another")).status, 201);
});
