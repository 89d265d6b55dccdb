import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { operatorOf } from "./operator-of.ts";

const anna = { name: "anna", uid: 1_000 };
const root = { name: "root", uid: 0 };
const nameOf = (...given: Parameters<typeof operatorOf>) => operatorOf(...given).name;

test("an operator has the name of their system user", () => {
	assert.equal(nameOf({}, anna), "anna");
	assert.equal(nameOf({}, root), "root");
	const { username, uid } = userInfo();
	assert.equal(nameOf({}), uid === 0 ? (process.env.SUDO_USER ?? username) : username);
});

test("who became root keeps their name; nobody else can take one from the environment", () => {
	assert.equal(nameOf({ SUDO_USER: "anna" }, root), "anna");
	assert.equal(nameOf({ DOAS_USER: "anna" }, root), "anna");
	assert.equal(nameOf({ SUDO_USER: "bea", DOAS_USER: "bea" }, anna), "anna");
	assert.equal(nameOf({ SUDO_USER: "" }, root), "root");
});

test("a user without a name is their number, and a name is one short line that stays in its order", () => {
	assert.equal(nameOf({}, { name: undefined, uid: 1_001 }), "uid 1001");
	assert.equal(nameOf({ SUDO_USER: " an\u202ena\n\u200b " }, root), "anna");
	assert.equal(nameOf({ SUDO_USER: "a".repeat(200) }, root).length, 64);
});
