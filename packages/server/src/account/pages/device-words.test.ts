import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../../test/support/in-english.ts";
import { appName, ownName } from "./device-words.ts";

const long = "x".repeat(100);

test("an app without a name is called by where it says it is from", () => {
	assert.equal(appName({ clientName: "\u200b", clientUri: "https://app.example/" }), "app.example");
	assert.equal(inEnglish(appName({})), "An app without a name");
	assert.equal(inEnglish(appName({ compat: true })), "An app with the older sign-in");
});

test("a device is named beside its app only where its whole name is another", () => {
	assert.equal(ownName({ clientName: "App" }, "App"), undefined);
	assert.equal(ownName({ clientName: long }, long), undefined);
	assert.equal(ownName({ clientName: `${long}1` }, `${long}2`), `${"x".repeat(79)}…`);
	assert.equal(ownName({ clientName: "App" }, undefined), undefined);
});
