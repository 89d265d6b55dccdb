import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./read.ts";

function read(text: string) {
	const file = parseSettingsFile("countersign.yaml", text);
	if (!file.ok) assert.fail(file.problems.join("\n"));
	return readConfig({}, file);
}

function company(...lines: readonly string[]): string {
	const all = ["issuer: https://id.example.org", "client_id: matrix", ...lines];
	return `upstream:\n  company:\n${all.map((line) => `    ${line}\n`).join("")}`;
}

function problems(text: string): readonly string[] {
	const outcome = read(text);
	return outcome.ok ? [] : outcome.problems;
}

describe("providers by which people sign in", () => {
	test("two lines are a provider, with what most have", () => {
		const outcome = read(company());
		assert.ok(outcome.ok);
		assert.deepEqual(outcome.config.upstream, [
			{
				...{ id: "company", issuer: "https://id.example.org", name: "id.example.org", clientId: "matrix" },
				...{ authMethod: "none", scope: "openid profile email", pkce: true, fetchUserinfo: false },
				...{ endpoints: {}, discovers: true, parameters: {}, requiredClaims: {}, newAccounts: "yes" },
				...{ onLogout: "do_nothing", adminClaims: {}, emailDomains: [] },
				claims: {
					subject: "{{ user.sub }}",
					localpart: { action: "suggest", template: "{{ user.preferred_username }}" },
					displayName: { action: "ignore", template: "{{ user.name }}" },
					email: { action: "ignore", template: "{{ user.email }}", isVouched: false },
					accountName: "{{ user.preferred_username }}",
				},
			},
		]);
	});

	test("without one nobody signs in elsewhere", () => {
		const outcome = read("port: 1\n");
		assert.ok(outcome.ok && !("upstream" in outcome.config));
	});

	for (const [open, lines, expected] of [
		["open_registration: no\n", [], "no"],
		["open_registration: token\n", [], "token"],
		["open_registration: yes\n", ["new_accounts: no"], "no"],
		["open_registration: no\n", ["new_accounts: yes"], "yes"],
		["open_registration: no\n", ["new_accounts: token"], "token"],
		["public_base: https://account.example.org/\n", [], "no"],
	] as const)
		test(`${open.trim()} with ${lines.join() || "nothing"} lets new people in: ${expected}`, () => {
			const outcome = read(open + company(...lines));
			assert.ok(outcome.ok);
			assert.equal(outcome.config.upstream?.[0]?.newAccounts, expected);
		});

	test("a secret is shown in the header unless something else is said", () => {
		const outcome = read(company("client_secret: very-secret"));
		assert.ok(outcome.ok);
		assert.equal(outcome.config.upstream?.[0]?.authMethod, "client_secret_basic");
	});

	for (const [lines, problem] of [
		[["isuer: x"], /upstream\.company\.isuer is not a setting; did you mean upstream\.company\.issuer\?/],
		[["token_endpoint_auth_method: client_secret_post"], /client_secret.*not shown.*a secret beside/],
		[
			["token_endpoint_auth_method: none", "client_secret: abc"],
			/token_endpoint_auth_method is "none"; expected a method/,
		],
		[["discovery_mode: disabled"], /upstream\.company\.jwks_uri is not set; expected an https URL beside/],
		[["scope: profile"], /scope is "profile"; expected scopes that begin with openid/],
		[["additional_authorization_parameters: {nonce: fixed}"], /upstream/],
		[
			["claims_imports: {localpart: {template: '{{ x }}'}}"],
			/template is "\{\{ x \}\}"; expected a template/,
		],
		...["user.sub", "{{ user.iss }}", "{{ user.aud | first }}-{{ user.azp }}", "everybody"].flatMap((text) =>
			["subject", "localpart", "email"].map(
				(of) =>
					[
						[`claims_imports: {${of}: {template: '${text}'}}`],
						/template is ".*"; expected a template with what each person has of their own in double braces/,
					] as const,
			),
		),
		...(["add", "replace", "set", "fail"] as const).map(
			(on) =>
				[
					[`claims_imports: {localpart: {on_conflict: ${on}}}`],
					/localpart\.on_conflict is not a setting/,
				] as const,
		),
		[
			["claims_imports: {email: {set_email_verification: always}}"],
			/set_email_verification is "always"; expected import or never/,
		],
		[["email_domains: [Example.org]"], /a domain in lower case/],
		[["email_domains: [alice@example.org]"], /a domain in lower case/],
		[["jwks_uri: http://id.example.org/jwks"], /jwks_uri is .*expected an https URL/],
	] as const)
		test(`${lines.join()} is refused, at its line`, () => {
			const found = problems(company(...lines));
			assert.ok(
				found.some((line) => problem.test(line) && line.startsWith("countersign.yaml:")),
				found.join("\n"),
			);
		});

	const keyOf = (curve: string) =>
		generateKeyPairSync("ec", { namedCurve: curve })
			.privateKey.export({ type: "pkcs8", format: "pem" })
			.toString();
	const inline = (pem: string) => JSON.stringify(pem);

	test("a key stands beside the method that shows it, with an algorithm that it is for", () => {
		const key = keyOf("secp384r1");
		const others = [
			keyOf("secp256k1"),
			...[generateKeyPairSync("ed25519"), generateKeyPairSync("rsa", { modulusLength: 1024 })].map(
				({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
			),
		];
		const lines = [
			"token_endpoint_auth_method: private_key_jwt",
			`private_key: ${inline(key)}`,
			"key_id: ours",
		];
		const outcome = read(company(...lines));
		assert.ok(outcome.ok);
		assert.deepEqual(outcome.config.upstream?.[0]?.signingKey, { pem: key, algorithm: "ES384", id: "ours" });
		for (const [wrong, expected] of [
			[[...lines, "token_endpoint_auth_signing_alg: ES256"], /an algorithm that the key is for/],
			[lines.slice(1), /private_key_jwt beside private_key/],
			[lines.slice(0, 1), /private_key.*a key beside/],
			[[...lines.slice(0, 1), "private_key: secret-that-is-no-key"], /a private key that signs/],
			[
				[...lines, "token_endpoint_auth_signing_alg: EdDSA"],
				/"EdDSA"; expected an algorithm with a key of two/,
			],
			...others.map(
				(pem) =>
					[
						[...lines.slice(0, 1), `private_key: ${inline(pem)}`],
						/a private key that signs, as PEM \(PKCS #8\): RSA of 2048 bits or more, or EC on P-256/,
					] as const,
			),
			[[...lines, "client_secret: x"], /a method that shows the secret/],
			[
				[...lines, "sign_in_with_apple: {team_id: T, key_id: K, private_key_file: none}"],
				/sign_in_with_apple beside/,
			],
		] as const) {
			const found = problems(company(...wrong)).join("\n");
			assert.match(found, expected);
			assert.doesNotMatch(found, /secret-that-is|PRIVATE KEY/);
		}
	});

	test("Apple's key is one for ES256, of a team and an id", () => {
		const apple = (pem: string) => [
			"token_endpoint_auth_method: sign_in_with_apple",
			"sign_in_with_apple:",
			...["  team_id: T", "  key_id: K", `  private_key: ${inline(pem)}`],
		];
		const key = keyOf("prime256v1");
		const outcome = read(company(...apple(key)));
		assert.ok(outcome.ok);
		assert.deepEqual(outcome.config.upstream?.[0]?.signingKey, {
			pem: key,
			algorithm: "ES256",
			id: "K",
			team: "T",
		});
		assert.match(problems(company(...apple(keyOf("secp384r1")))).join(), /a key for ES256/);
		assert.match(problems(company(...apple(key).slice(0, 1))).join(), /team_id, key_id and private_key_file/);
	});

	test("an issuer that anybody on the way could be is refused, and what is no id", () => {
		assert.match(
			problems("upstream:\n  a:\n    issuer: http://id.example.org\n    client_id: x\n").join(),
			/issuer/,
		);
		assert.match(
			problems("upstream:\n  a b:\n    issuer: https://a.example\n    client_id: x\n").join(),
			/upstream/,
		);
	});

	for (const issuer of [
		...[
			"https://login.microsoftonline.com/common/v2.0",
			"https://login.microsoftonline.com/Organizations/v2.0",
		],
		...["https://login.microsoftonline.com//consumers/v2.0/", "https://login.microsoftonline.us/common/v2.0"],
		...["https://login.partner.microsoftonline.cn/common/v2.0", "https://sts.windows.net/common"],
	])
		test(`${issuer} has everybody's people: it takes the ids of tenants`, () => {
			const lines = ["client_id: matrix", `issuer: ${issuer}`];
			const text = (...more: readonly string[]) =>
				`upstream:\n  company:\n${[...lines, ...more].map((line) => `    ${line}\n`).join("")}`;
			assert.match(problems(text()).join(), /required_claims is not set; expected tid:/);
			assert.match(problems(text("required_claims: {groups: [staff]}")).join(), /expected tid:/);
			assert.deepEqual(problems(text("required_claims: {tid: [8eaef023-2b34-4da1-9baa-8bc8c9d6a490]}")), []);
		});

	test("one tenant is an issuer as any other", () => {
		const issuer = "https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0";
		assert.deepEqual(problems(`upstream:\n  a:\n    issuer: ${issuer}\n    client_id: x\n`), []);
	});

	test("no message repeats a secret", () => {
		const found = problems(company("client_secret: [very-secret]", "client_secret_file: /nowhere"));
		assert.ok(found.length > 0);
		assert.doesNotMatch(found.join("\n"), /very-secret/);
	});
});
