import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseClientMetadata } from "./client-metadata.ts";

const body = {
	client_uri: "https://example.com/",
	redirect_uris: ["https://app.example.com/cb"],
};
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

const elsewhere = { onLoopback: false };
const parse = (changes: Readonly<Record<string, unknown>>) =>
	parseClientMetadata({ ...body, ...changes }, elsewhere);

function error(changes: Readonly<Record<string, unknown>>): string | undefined {
	const parsed = parse(changes);
	return parsed.ok ? undefined : parsed.error;
}

/** What of it people would be shown. */
function shown(changes: Readonly<Record<string, unknown>>): object {
	const parsed = parse(changes);
	if (!parsed.ok) return parsed;
	const {
		application_type: _type,
		client_uri: _uri,
		redirect_uris: _redirects,
		response_types: _responses,
		grant_types: _grants,
		token_endpoint_auth_method: _method,
		...rest
	} = parsed.value;
	return rest;
}

describe("client metadata (Matrix specification, client registration)", () => {
	test("what is left out has the defaults of RFC 7591, but never a secret", () => {
		const parsed = parse({});
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value, {
			...body,
			application_type: "web",
			token_endpoint_auth_method: "none",
			response_types: ["code"],
			grant_types: ["authorization_code"],
			localized: {},
		});
	});

	test("unknown grant types, response types and members are ignored", () => {
		const parsed = parse({
			grant_types: ["authorization_code", "refresh_token", "implicit", "urn:example"],
			response_types: ["code", "code id_token", "token"],
			software_statement: "x",
			client_secret: "mine",
			client_id: "mine",
			scope: "everything",
			__proto__: { polluted: true },
		});
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.grant_types, ["authorization_code", "refresh_token"]);
		assert.deepEqual(parsed.value.response_types, ["code"]);
		assert.ok(!("client_id" in parsed.value) && !("scope" in parsed.value) && !("polluted" in parsed.value));
	});

	test("a device that cannot receive redirects may register without them", () => {
		const parsed = parse({ grant_types: [deviceGrant, "refresh_token"], redirect_uris: undefined });
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.redirect_uris, []);
		assert.deepEqual(parsed.value.response_types, []);
		assert.deepEqual(parsed.value.grant_types, ["refresh_token", deviceGrant]);
	});

	test("translated names and addresses are kept, under the rules of the plain ones", () => {
		const french = { "client_name#fr": "Une appli", "tos_uri#pt-BR": "https://example.com/br" };
		const parsed = parse({ ...french, "client_name#": "no tag", "redirect_uris#fr": "x" });
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.localized, french);
		for (const wrong of [
			{ "tos_uri#fr": "https://evil.com/" },
			{ "client_name#fr": "x".repeat(300) },
			{ "client_name#fr": "a\0b" },
		])
			assert.deepEqual(shown({ ...french, ...wrong, "client_name#de": "Eine App" }), {
				localized: {
					...("tos_uri#fr" in wrong ? french : { "tos_uri#pt-BR": french["tos_uri#pt-BR"] }),
					"client_name#de": "Eine App",
				},
			});
		const many = Array.from({ length: 100 }, (_, at) => [`client_name#x${at}`, "x"] as const);
		const kept = parse(Object.fromEntries(many));
		assert.ok(kept.ok);
		assert.deepEqual(kept.value.localized, Object.fromEntries(many.slice(0, 60)));
	});

	test("what is only shown, and breaks a rule, is left out, and the rest is registered", () => {
		const good = {
			client_name: "An app",
			logo_uri: "https://cdn.example.com/logo.png",
			tos_uri: "https://example.com/tos",
			policy_uri: "https://example.com/policy",
		};
		assert.deepEqual(shown(good), { ...good, localized: {} });
		const wrong: Readonly<Record<keyof typeof good, readonly unknown[]>> = {
			client_name: [1, null, [], "x".repeat(257), "\ud800", "a\0b", "a\nb", "a\u0085b"],
			logo_uri: ["", null, "https://evil.com/logo.png", "http://example.com/logo.png", "data:image/png,x"],
			tos_uri: ["", null, "javascript:alert(1)", "https://element.io/terms", {}],
			policy_uri: [["https://example.com/"], null, `https://example.com/${"x".repeat(1024)}`],
		};
		for (const [name, values] of Object.entries(wrong)) {
			const { [name as keyof typeof good]: _, ...others } = good;
			for (const value of values)
				assert.deepEqual(
					shown({ ...good, [name]: value }),
					{ ...others, localized: {} },
					`${name} ${JSON.stringify(value)}`,
				);
		}
		assert.ok("client_name" in shown({ client_name: "x".repeat(256) }));
		const longest = "https://example.com/".padEnd(1024, "x");
		assert.ok("policy_uri" in shown({ policy_uri: longest }));
		assert.ok(!("policy_uri" in shown({ policy_uri: `${longest}x` })));
	});

	test("a member that is null is absent", () => {
		const none = Object.fromEntries(
			["application_type", "grant_types", "response_types", "token_endpoint_auth_method", "contacts"].map(
				(name) => [name, null],
			),
		);
		assert.deepEqual(parse(none), parse({}));
		assert.equal(error({ client_uri: null }), "invalid_client_metadata");
		assert.equal(error({ redirect_uris: null }), "invalid_redirect_uri");
	});

	test("a refusal names the member, its value and the rule, in characters that a description may have", () => {
		const said = (changes: Readonly<Record<string, unknown>>) => {
			const parsed = parse(changes);
			return parsed.ok ? "" : parsed.description;
		};
		assert.equal(
			said({ client_uri: "http://example.com/" }),
			"client_uri is 'http://example.com/', but must be the https address of a named host, without user information, and not of a suffix under which anybody can have a name",
		);
		assert.match(said({ client_uri: undefined }), /^client_uri must be the https address/);
		assert.equal(
			said({ application_type: "desktop" }),
			"application_type is 'desktop', but must be web or native",
		);
		assert.match(
			said({ grant_types: ["implicit"] }),
			/^grant_types is '\[\?implicit\?\]', but must name one of authorization_code, /,
		);
		assert.equal(
			said({ redirect_uris: ["https://example.com/", "https://evil.com/"] }),
			"redirect_uris[1] is 'https://evil.com/', but must be an https address on example.com, the host of client_uri, or below it",
		);
		assert.match(
			said({ application_type: "native", redirect_uris: ["org.other:/cb"] }),
			/begin with com\.example like com\.example:\/callback$/,
		);
		assert.match(
			said({ redirect_uris: [`https://example.com/${"x".repeat(2000)}`] }),
			/must have at most 1024 characters$/,
		);
		assert.equal(
			said({ client_uri: 'https://evil"\\\u202e/' }),
			"client_uri is 'https://evil???/', but must be the https address of a named host, without user information, and not of a suffix under which anybody can have a name",
		);
	});

	test("what cannot be honoured is refused", () => {
		const rows: [Record<string, unknown>, string][] = [
			[{ client_uri: undefined }, "invalid_client_metadata"],
			[{ client_uri: "http://example.com/" }, "invalid_client_metadata"],
			[{ client_uri: 1 }, "invalid_client_metadata"],
			[{ client_uri: `https://example.com/${"x".repeat(2000)}` }, "invalid_client_metadata"],
			[{ application_type: "desktop" }, "invalid_client_metadata"],
			[{ token_endpoint_auth_method: "client_secret_basic" }, "invalid_client_metadata"],
			[{ grant_types: ["implicit"] }, "invalid_client_metadata"],
			[{ grant_types: "authorization_code" }, "invalid_client_metadata"],
			[{ response_types: ["token"] }, "invalid_client_metadata"],
			[{ response_types: {} }, "invalid_client_metadata"],
			[{ redirect_uris: undefined }, "invalid_redirect_uri"],
			[{ redirect_uris: [] }, "invalid_redirect_uri"],
			[{ redirect_uris: "https://example.com/" }, "invalid_client_metadata"],
			[{ redirect_uris: ["https://example.com/", 1] }, "invalid_client_metadata"],
			[{ redirect_uris: ["https://example.com/", "https://evil.com/"] }, "invalid_redirect_uri"],
			[{ redirect_uris: [`https://example.com/${"x".repeat(2000)}`] }, "invalid_redirect_uri"],
			[
				{ redirect_uris: Array.from({ length: 21 }, (_, at) => `https://example.com/${at}`) },
				"invalid_redirect_uri",
			],
		];
		for (const [changes, expected] of rows)
			assert.equal(error(changes), expected, JSON.stringify(changes).slice(0, 80));
	});

	test("what is not an object is no request", () => {
		for (const wrong of [null, [], "x", 1, undefined]) {
			const parsed = parseClientMetadata(wrong, elsewhere);
			assert.equal(parsed.ok ? undefined : parsed.error, "invalid_request");
		}
	});
});
