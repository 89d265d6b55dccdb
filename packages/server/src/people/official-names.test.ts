import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfficialName, usualOfficialNames } from "./official-names.ts";

test("names of those who run the server are official, and whatever looks like one", () => {
	for (const name of ["admin", "support", "security", "postmaster", "abuse", "root", "server", "system"])
		assert.ok(isOfficialName(name, usualOfficialNames), name);
	for (const name of [
		"ad.min",
		"admin_",
		"r00t",
		"adm1n",
		"heip",
		"10g1n",
		"adrnin",
		"4drn1n",
		"aclmin",
		"5upp0rt",
		"biiiing",
		"lnfo",
		"tearn",
	])
		assert.ok(isOfficialName(name, [...usualOfficialNames, "login"]), name);
});

test("names in which one stands, and names of people, are nobody else's", () => {
	for (const name of [
		"badminton",
		"admin2031",
		"roots",
		"alice",
		"helpful",
		"bill",
		"o",
		"_",
		"10",
		"mali",
		"corn",
		"modern",
	])
		assert.equal(isOfficialName(name, usualOfficialNames), false, name);
});

test("where there is no list, no name is official", () => {
	assert.equal(isOfficialName("admin", []), false);
});
