import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { type Answer, scriptedServer } from "../test/support/scripted-server.ts";
import { finishLoginByRedirect, type LoginWindow, startLoginByRedirect } from "./index.ts";

const page = "https://app.example/signed-in";
const registered: Answer = { status: 201, body: { client_id: "c1" } };
const token = { token_type: "Bearer", access_token: "a1", refresh_token: "r1", expires_in: 300 };
const tokens: Answer = { status: 200, body: token };

/** A tab: where it is, where it was sent, and what it keeps. */
function openTab(href = page) {
	const kept = new Map<string, string>();
	const tab = { href, sentTo: "", kept, state: { own: "state" } };
	const window: LoginWindow = {
		location: {
			get href() {
				return tab.href;
			},
			origin: "https://app.example",
			assign: (url) => {
				tab.sentTo = url;
			},
		},
		history: {
			state: tab.state,
			replaceState(data, _, url) {
				assert.equal(data, tab.state, "the page's own state is gone");
				tab.href = url;
			},
		},
		sessionStorage: {
			getItem: (key) => kept.get(key) ?? null,
			setItem: (key, value) => void kept.set(key, value),
			removeItem: (key) => void kept.delete(key),
		},
	};
	/** The same tab after a reload: what the page held in memory is gone. */
	const reload = (): LoginWindow => ({ ...window });
	return { tab, window, reload };
}

async function started(t: TestContext, script: readonly Answer[], named = false) {
	const { url, seen } = await scriptedServer(t, [registered, ...script]);
	const opened = openTab();
	const metadata = { ...metadataAt(url), authorization_response_iss_parameter_supported: named };
	await startLoginByRedirect(opened.window, {
		...{ homeserver: url, metadata, redirectUri: page, deviceId: "DEVICE" },
		client: { clientUri: "https://app.example" },
	});
	const asked = new URL(opened.tab.sentTo);
	const state = asked.searchParams.get("state") ?? "";
	const comeBack = (parameters: Readonly<Record<string, string>>) => {
		opened.tab.href = `${page}?own=1#${new URLSearchParams({ state, ...parameters })}`;
	};
	return { ...opened, url, seen, metadata, asked, state, comeBack };
}

describe("starting", () => {
	test("leaves for the sign-in page with PKCE, and keeps the verifier in the tab", async (t) => {
		const { asked, tab, seen } = await started(t, []);
		assert.equal(asked.pathname, "/authorize");
		assert.equal(asked.searchParams.get("response_mode"), "fragment");
		assert.equal(asked.searchParams.get("code_challenge_method"), "S256");
		assert.deepEqual(JSON.parse(seen[0]?.body ?? "").redirect_uris, [page]);
		const { verifier } = JSON.parse(tab.kept.get("countersign-login") ?? "");
		assert.match(verifier, /^[\w-]{43}$/);
		assert.ok(!asked.href.includes(verifier));
	});

	test("with a redirect to another origin, where nothing would be found again, is a mistake", async (t) => {
		const { url, seen } = await scriptedServer(t, [registered]);
		const { window } = openTab();
		const options = {
			homeserver: url,
			metadata: metadataAt(url),
			client: { clientUri: "https://a.example" },
		};
		await assert.rejects(
			startLoginByRedirect(window, { ...options, redirectUri: "https://other.example/" }),
			TypeError,
		);
		assert.equal(seen.length, 0);
	});

	test("where the browser keeps nothing, goes nowhere", async (t) => {
		const { url } = await scriptedServer(t, [registered]);
		const { window, tab } = openTab();
		const blocked = {
			...window,
			get sessionStorage(): never {
				throw new DOMException("denied", "SecurityError");
			},
		};
		const options = {
			homeserver: url,
			metadata: metadataAt(url),
			client: { clientUri: "https://a.example" },
		};
		await expectCode(startLoginByRedirect(blocked, { ...options, redirectUri: page }), "storage-unavailable");
		assert.equal(tab.sentTo, "");
	});
});

describe("coming back", () => {
	test("exchanges the code, and leaves neither an answer in the address nor a secret in the tab", async (t) => {
		const { window, comeBack, seen, tab, url } = await started(t, [tokens]);
		comeBack({ code: "abc" });
		const finishing = finishLoginByRedirect(window, { now: () => 1_000 });
		assert.equal(tab.href, `${page}?own=1`, "the answer is in the address bar while it is exchanged");
		const session = await finishing;
		assert.equal(session?.homeserver, url);
		assert.equal(session?.metadata.token_endpoint, `${url}/oauth2/token`);
		assert.deepEqual([session?.clientId, session?.deviceId], ["c1", "DEVICE"]);
		assert.deepEqual(session?.tokens, { accessToken: "a1", refreshToken: "r1", expiresAt: 301_000 });
		assert.match(seen[1]?.body ?? "", /code=abc&redirect_uri=.*&code_verifier=[\w-]{43}$/);
		assert.equal(tab.kept.size, 0);
		assert.equal(await finishLoginByRedirect(window), undefined);
	});

	test("twice at once is one exchange with one outcome", async (t) => {
		const { window, comeBack, seen } = await started(t, [tokens]);
		comeBack({ code: "abc" });
		const [one, other] = await Promise.all([finishLoginByRedirect(window), finishLoginByRedirect(window)]);
		assert.equal(one, other);
		assert.equal(seen.length, 2);
	});

	test("and reloading while the code is exchanged has the same outcome", async (t) => {
		const { window, reload, comeBack, seen } = await started(t, ["drop", tokens]);
		comeBack({ code: "abc" });
		await expectCode(finishLoginByRedirect(window), "network");
		const session = await finishLoginByRedirect(reload());
		assert.equal(session?.tokens.accessToken, "a1");
		assert.equal(seen[1]?.body, seen[2]?.body);
	});

	test("and reloading after the server has answered once is told clearly, once", async (t) => {
		const over: Answer = { status: 400, body: { error: "invalid_grant" } };
		const { window, reload, comeBack, tab } = await started(t, ["drop", over]);
		comeBack({ code: "abc" });
		await expectCode(finishLoginByRedirect(window), "network");
		const { oauth } = await expectCode(finishLoginByRedirect(reload()), "oauth-error");
		assert.equal(oauth?.error, "invalid_grant");
		assert.equal(tab.kept.size, 0);
		assert.equal(await finishLoginByRedirect(reload()), undefined);
	});

	for (const status of [429, 500, 503]) {
		test(`to a server that answers ${status} can be tried again`, async (t) => {
			const body = { error: "temporarily_unavailable" };
			const { window, comeBack } = await started(t, [{ status, body }, tokens]);
			comeBack({ code: "abc" });
			await assert.rejects(finishLoginByRedirect(window));
			assert.equal((await finishLoginByRedirect(window))?.tokens.refreshToken, "r1");
		});
	}

	test("with somebody else's state is refused, and ends nothing", async (t) => {
		const { window, comeBack, tab, seen } = await started(t, [tokens]);
		comeBack({ code: "theirs", state: "theirs" });
		await expectCode(finishLoginByRedirect(window), "state-mismatch");
		assert.equal(tab.href, `${page}?own=1`);
		assert.equal(seen.length, 1);
		comeBack({ code: "abc" });
		assert.equal((await finishLoginByRedirect(window))?.tokens.accessToken, "a1");
	});

	test("in a tab that asked for nothing is refused", async () => {
		const { window, tab } = openTab(`${page}#code=abc&state=S`);
		await expectCode(finishLoginByRedirect(window), "state-mismatch");
		assert.equal(tab.href, page);
	});

	test("with a refusal says why, and is over", async (t) => {
		const { window, comeBack, tab } = await started(t, []);
		comeBack({ error: "access_denied" });
		const { oauth } = await expectCode(finishLoginByRedirect(window), "oauth-error");
		assert.equal(oauth?.error, "access_denied");
		assert.equal(tab.kept.size, 0);
	});

	test("without the issuer's name, where the server always names itself, is refused, and over", async (t) => {
		const { window, comeBack, tab, seen } = await started(t, [tokens], true);
		comeBack({ code: "abc" });
		await expectCode(finishLoginByRedirect(window), "issuer-mismatch");
		assert.deepEqual([tab.kept.size, seen.length], [0, 1]);
	});

	test("in the query leaves the page's own parameters and fragment", async (t) => {
		const { window, tab, state } = await started(t, [tokens]);
		tab.href = `${page}?own=1&code=abc&state=${state}#/room`;
		assert.ok(await finishLoginByRedirect(window));
		assert.equal(tab.href, `${page}?own=1#/room`);
	});

	test("to a page that was only loaded is nothing", async (t) => {
		const { window, tab } = await started(t, []);
		for (const href of [page, `${page}?state=1`, `${page}#/room?code=1&state=2`]) {
			tab.href = href;
			assert.equal(await finishLoginByRedirect(window), undefined);
			assert.equal(tab.href, href);
		}
		tab.kept.set("countersign-login", "{}");
		assert.equal(await finishLoginByRedirect(window), undefined);
	});

	test("keeps two sign-ins under two names apart", async (t) => {
		const { window, comeBack } = await started(t, [tokens]);
		assert.equal(await finishLoginByRedirect(window, { key: "other" }), undefined);
		comeBack({ code: "abc" });
		assert.ok(await finishLoginByRedirect(window));
	});
});
