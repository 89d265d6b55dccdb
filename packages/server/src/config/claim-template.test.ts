import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseClaimTemplate } from "./claim-template.ts";

const claims = {
	sub: "a-1",
	name: "Alice Example",
	email: " Alice@Example.ORG ",
	uid: 17,
	...{ large: JSON.parse("9007199254740993"), float: 1.5, huge: 1e21 },
	empty: "",
	groups: ["staff", "admins"],
	address: { locality: "Bern" },
};

describe("templates of claims", () => {
	for (const [template, text] of [
		["{{ user.sub }}", "a-1"],
		["{{user.name}}", "Alice Example"],
		["{{ user.email | trim | lower | split('@') | first }}", "alice"],
		["{{ user.email|trim|split('@')|last }}", "Example.ORG"],
		["m-{{ user.uid }}-{{ user.address.locality | lower }}", "m-17-bern"],
		["always the same", "always the same"],
	] as const)
		test(`${template} is ${text}`, () => assert.equal(parseClaimTemplate(template)?.render(claims), text));

	for (const missing of [
		...["{{ user.other }}", "x{{ user.empty }}", "{{ user.groups }}", "{{ user.address }}"],
		...["{{ user.name.first }}", "{{ user.toString }}", "{{ user.__proto__ }}", "{{ user.groups.length }}"],
		...["{{ user.large }}", "{{ user.float }}", "{{ user.huge }}"],
		...["{{ user.name | first }}", "{{ user.name | split(' ') }}", "{{ user.name | split(' ') | lower }}"],
	])
		test(`${missing} is nothing`, () => assert.equal(parseClaimTemplate(missing)?.render(claims), undefined));

	for (const unread of [
		...[
			"",
			"  ",
			"{{ user }}",
			"{{ }}",
			"{{ name }}",
			"{{ user.name",
			"user.name }}",
			"{% if user.name %}x{% endif %}",
		],
		...["{{ user.name | upper }}", "{{ user.name() }}", "{{ user['name'] }}", "{{ user.name | split }}"],
		...[
			"{{ user.name | lower('x') }}",
			"{{ user.name + user.sub }}",
			"{# #}",
			`{{ user.${"x".repeat(500)} }}`,
		],
	])
		test(`${unread.slice(0, 40)} is refused`, () => assert.equal(parseClaimTemplate(unread), undefined));

	test("a template names its claims", () => {
		assert.deepEqual(parseClaimTemplate("{{ user.a }}/{{ user.b.c | lower }}")?.claims, ["a", "b.c"]);
	});
});
