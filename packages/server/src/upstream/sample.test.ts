import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSample, trySample } from "./sample.ts";

const config = {
	...({ id: "company", issuer: "https://id.example", name: "Company", clientId: "matrix" } as const),
	...({ authMethod: "none", scope: "openid", pkce: true, fetchUserinfo: false, endpoints: {} } as const),
	...({ discovers: true, parameters: {}, newAccounts: "yes", onLogout: "do_nothing" } as const),
	...{ emailDomains: [], requiredClaims: { groups: ["staff"] }, adminClaims: { groups: ["admins"] } },
	claims: {
		subject: "{{ user.sub }}",
		localpart: { action: "require", template: "{{ user.preferred_username | lower }}" },
		displayName: { action: "suggest", template: "{{ user.given_name }} {{ user.family_name }}" },
		email: { action: "suggest", template: "{{ user.email }}", isVouched: false },
		accountName: "{{ user.preferred_username }}",
	},
} as const;
const whole = {
	...{ sub: "s-1", preferred_username: "Alice", given_name: "Alice", family_name: "Ant" },
	...{ email: "alice@company.example", email_verified: true, groups: ["staff", "admins"] },
};
const tried = (claims: object) => trySample({ ...claims }, { config, serverName: "example.org" });

describe("a sample of claims", () => {
	test("that says everything comes to what somebody would get", () => {
		const { rows, problems } = tried(whole);
		assert.deepEqual(problems, []);
		assert.deepEqual(
			rows.map(({ setting, value }) => [setting, value]),
			[
				["subject", "s-1"],
				["localpart", "alice"],
				["displayname", "Alice Ant"],
				["email", "alice@company.example"],
				["account_name", "Alice"],
				["admin_claims", "yes"],
			],
		);
	});

	for (const [change, problem] of [
		[{ preferred_username: undefined }, /localpart: the service does not say preferred_username/],
		[{ preferred_username: undefined }, /nobody is let in without localpart/],
		[{ preferred_username: "Zo\u00eb" }, /nobody is let in without localpart/],
		[{ sub: undefined }, /subject: the service does not say sub/],
		[{ family_name: undefined }, /displayname: the service does not say family_name$/m],
		[{ email: undefined }, /email: the service does not say email/],
		[{ email_verified: false }, /email: what the service says cannot be one.*email_verified/],
		[{ groups: ["other"] }, /required_claims: they are not let in/],
	] as const)
		test(`without its part (${JSON.stringify(change)}) names the claim that is missing`, () => {
			const claims = JSON.parse(JSON.stringify({ ...whole, ...change }));
			assert.match(tried(claims).problems.join("\n"), problem);
		});

	test("is an ID token as it is, or its claims, and nothing else", () => {
		const token = `e30.${Buffer.from(JSON.stringify({ sub: "s-1" })).toString("base64url")}.c2ln`;
		assert.deepEqual(parseSample(`${token}\n`), { sub: "s-1" });
		assert.deepEqual(parseSample('{"sub":"s-1"}'), { sub: "s-1" });
		for (const text of ["", "[]", "a.b.c", "no", "1"]) assert.equal(parseSample(text), undefined);
	});
});
