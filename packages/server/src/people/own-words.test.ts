import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNewPassword } from "../proofs/index.ts";
import { ownWords } from "./own-words.ts";

async function verdictOn(password: string, serverName: string, operatorName?: string) {
	const words = ownWords({ localpart: "ann", serverName, operatorName });
	const checked = await checkNewPassword(password, words);
	return checked.ok ? "taken" : checked.reason;
}

test("the server's name counts, alone and whole, and not the end that it shares with thousands", async () => {
	for (const [password, serverName] of [
		["comet comma", "example.com"],
		["command42x", "example.com"],
		["organist lake", "example.org"],
	] as const)
		assert.equal(await verdictOn(password, serverName), "taken", password);
	for (const [password, serverName] of [
		["example.com", "example.com"],
		["example.org1", "example.org"],
		["Example-2024", "example.org:8448"],
		["chat.example", "chat.example.org"],
		["localhost-1", "localhost"],
	] as const)
		assert.equal(await verdictOn(password, serverName), "password-personal", password);
});

test("the name in which the pages are counts as the server's does", async () => {
	for (const password of ["Example Society", "examplesociety1", "society-2026", "Countersign-1"])
		assert.equal(await verdictOn(password, "localhost", "Example Society"), "password-personal", password);
	for (const password of ["example lamp shades", "sociable comma"])
		assert.equal(await verdictOn(password, "localhost", "Example Society"), "taken", password);
	assert.equal(await verdictOn("Example Society", "localhost"), "taken", "of another server it says nothing");
});
