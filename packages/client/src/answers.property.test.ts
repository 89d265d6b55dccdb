import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { metadataAt } from "../test/support/metadata.ts";
import {
	CountersignClientError,
	clientErrorCode,
	processAuthMetadataResponse,
	processAuthorizationCallback,
	processAuthorizationCodeResponse,
	processDeviceAuthorizationResponse,
	processDeviceSigningUploadResponse,
	processDeviceTokenResponse,
	processRefreshResponse,
	processRegistrationResponse,
	processRevocationResponse,
	processVersionsResponse,
	processWellKnownResponse,
} from "./index.ts";

/** Members the judges look for, so that generated bodies reach past the first check. */
const names = [
	"error",
	"errcode",
	"error_description",
	"retry_after_ms",
	"access_token",
	"token_type",
	"expires_in",
	"refresh_token",
	"scope",
	"client_id",
	"device_code",
	"user_code",
	"verification_uri",
	"interval",
	"versions",
	"unstable_features",
	"m.homeserver",
	"base_url",
	"session",
	"flows",
	"params",
	"stages",
	"m.oauth",
	"url",
	"__proto__",
	...Object.keys(metadataAt("")),
];
const words = ["M_FORBIDDEN", "M_UNKNOWN_TOKEN", "Bearer", "m.oauth", "https://a.example", "invalid_grant"];

const { value } = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4 },
		fc.jsonValue(),
		fc.constantFrom(...words),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.array(fc.tuple(fc.constantFrom(...names), tie("value")), { maxLength: 6 }).map(Object.fromEntries),
	),
}));

const nearlyMetadata = fc
	.tuple(fc.constantFrom(...names), value)
	.map(([name, one]) => JSON.stringify({ ...metadataAt("https://a.example"), [name]: one }));
const body = fc.oneof(
	value.map((one) => JSON.stringify(one)),
	nearlyMetadata,
	fc.string(),
	fc.uint8Array({ maxLength: 200 }),
);
const status = fc.oneof(
	fc.constantFrom(200, 201, 400, 401, 403, 404, 413, 429, 500, 503),
	fc.integer({ min: 200, max: 599 }),
);
const retryAfter = fc.option(
	fc.constantFrom("1", "-1", "999999999999", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"),
	{
		nil: undefined,
	},
);
const response = fc.tuple(status, body, retryAfter).map(([code, content, after]) => {
	const empty = code === 204 || code === 205 || code === 304;
	const headers: HeadersInit = after === undefined ? {} : { "retry-after": after };
	const sent = typeof content === "string" ? content : new Uint8Array(content);
	return new Response(empty ? null : sent, { status: code, headers });
});

const judges: Readonly<Record<string, (answer: Response) => Promise<unknown>>> = {
	processAuthMetadataResponse: (answer) => processAuthMetadataResponse("https://a.example", answer),
	processAuthorizationCodeResponse,
	processDeviceAuthorizationResponse: (answer) =>
		processDeviceAuthorizationResponse({ device_authorization_endpoint: "https://a.example/device" }, answer),
	processDeviceSigningUploadResponse,
	processDeviceTokenResponse,
	processRefreshResponse,
	processRegistrationResponse,
	processRevocationResponse,
	processVersionsResponse,
	processWellKnownResponse,
};
const codes = new Set<string>(Object.values(clientErrorCode));

describe("no answer of a server makes a judge throw anything but the documented error:", () => {
	for (const [name, judge] of Object.entries(judges)) {
		test(name, async () => {
			await fc.assert(
				fc.asyncProperty(response, async (answer) => {
					const thrown: unknown = await judge(answer).then(
						() => undefined,
						(error: unknown) => error,
					);
					if (thrown === undefined) return;
					assert.ok(thrown instanceof CountersignClientError, String(thrown));
					assert.ok(codes.has(thrown.code));
				}),
				{ numRuns: 400 },
			);
		});
	}

	test("processAuthorizationCallback", () => {
		const callback = fc.oneof(
			fc.string(),
			fc.webUrl({ withFragments: true, withQueryParameters: true }),
			fc.string().map((text) => `https://a.example/?state=S&${text}`),
		);
		fc.assert(
			fc.property(callback, (text) => {
				try {
					processAuthorizationCallback(text, { state: "S", metadata: { issuer: "https://a.example/" } });
				} catch (error) {
					assert.ok(error instanceof CountersignClientError, String(error));
				}
			}),
		);
	});
});
