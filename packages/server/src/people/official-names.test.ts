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

test("a d is a c before whatever reads as l, and only where a d is meant", () => {
	for (const name of [
		"moc1erator",
		"moclerator",
		"mocierator",
		"ac1min",
		"ac1m1n",
		"rnoc1s",
		"sysac1min",
		"guic1e",
	])
		assert.ok(isOfficialName(name, [...usualOfficialNames, "guide"]), name);
	for (const name of ["offic1al", "officiai", "soc1al-moc1", "c1oud", "doud"])
		assert.ok(isOfficialName(name, [...usualOfficialNames, "social-mod", "cloud"]), name);
	for (const name of [
		"mali",
		"alice",
		"bob",
		"moc",
		"moc1",
		"mocierato",
		"mocleratorr",
		"officlal-",
		"acm1n",
		"cod",
	])
		assert.equal(isOfficialName(name, ["mail", "moderator", "admin", "moderation"]), false, name);
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
