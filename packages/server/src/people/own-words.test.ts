import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNewPassword } from "../proofs/index.ts";
import { ownWords } from "./own-words.ts";

async function verdictOn(password: string, serverName: string) {
	const checked = await checkNewPassword(password, ownWords({ localpart: "ann", serverName }));
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
