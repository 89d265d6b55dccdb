import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { createWaysIn, type WayIn } from "./ways-in.ts";

const accountId = asAccountId("account-alice");
const issuer = "https://company.example";
const ways = createWaysIn({
	host: "here.example",
	services: [{ id: "company", issuer }, { id: "tenants" }, { id: "directory", checksPasswords: true }],
});

function readOf({
	passwordHash = null,
	passkeys = [],
	links = [],
}: {
	readonly passwordHash?: string | null;
	readonly passkeys?: readonly string[];
	readonly links?: readonly { readonly provider: string; readonly issuer?: string }[];
}) {
	return {
		accounts: { find: async () => ({ passwordHash }) },
		passkeys: { list: async () => passkeys.map((host) => ({ id: `key of ${host}`, host })) },
		accountLinks: { list: async () => links.map((link) => ({ subject: "s-1", ...link })) },
	};
}

for (const [what, has, expected] of [
	["nothing", {}, false],
	["a password", { passwordHash: "h" }, true],
	["a passkey of here", { passkeys: ["here.example"] }, true],
	["a passkey of an address of before", { passkeys: ["before.example"] }, false],
	["a link of a service that is set up", { links: [{ provider: "company", issuer }] }, true],
	[
		"one whose issuer is written with a slash",
		{ links: [{ provider: "company", issuer: `${issuer}/` }] },
		true,
	],
	["one that came along from elsewhere", { links: [{ provider: "company" }] }, true],
	["one of another issuer", { links: [{ provider: "company", issuer: "https://other.example" }] }, false],
	["one of no issuer that can be", { links: [{ provider: "company", issuer: "other" }] }, false],
	["one of a service that is gone", { links: [{ provider: "gone", issuer }] }, false],
	["one of a tenant", { links: [{ provider: "tenants", issuer: "https://login.example/1/v2.0" }] }, true],
] as const)
	test(`${what} is ${expected ? "a" : "no"} way in`, async () => {
		assert.equal(await ways.isThere(readOf(has), accountId), expected);
	});

test("what goes does not count, and all else does", async () => {
	const read = readOf({ passkeys: ["here.example"], links: [{ provider: "company", issuer }] });
	const passkey = ({ kind }: WayIn) => kind === "passkey";
	assert.equal(await ways.isThere(read, accountId, passkey), true);
	assert.equal(await ways.isThere(read, accountId, (way) => way.kind === "link"), true);
	assert.equal(await ways.isThere(read, accountId, () => true), false);
	assert.equal(await ways.isThere(readOf({ passwordHash: "h" }), accountId, () => true), true);
});

test("codes stand beside a password or a passkey of here, and beside no link", async () => {
	assert.equal(await ways.isProvable(readOf({ links: [{ provider: "company", issuer }] }), accountId), false);
	assert.equal(await ways.isProvable(readOf({ passkeys: ["before.example"] }), accountId), false);
	const inDirectory = readOf({ links: [{ provider: "directory" }] });
	assert.equal(await ways.isProvable(inDirectory, accountId), true, "its password is entered here");
	assert.equal(await ways.isProvable(inDirectory, accountId, () => true), false);
	assert.equal(await ways.isProvable(readOf({ passkeys: ["here.example"] }), accountId), true);
	assert.equal(await ways.isProvable(readOf({ passkeys: ["here.example"] }), accountId, () => true), false);
	assert.equal(await ways.isProvable(readOf({ passwordHash: "h" }), accountId, () => true), true);
});
