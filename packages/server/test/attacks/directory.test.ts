/** Passwords that a directory checks: a real OpenLDAP, and the whole server. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LdapConfig } from "../../src/config/index.ts";
import { createCertificates, needsCertificates } from "../support/certificates.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { password, type ServerOptions, startServer } from "../support/server.ts";
import { needsSlapd, shownOne, startSlapd } from "../support/slapd.ts";
import { visitingFrom } from "../support/visiting-from.ts";

/** Of Alice, in the directory alone. */
const hers = "(hers*) pass\\word";

async function open({
	ldap = {},
	...options
}: { readonly ldap?: Partial<LdapConfig> } & Omit<ServerOptions, "ldap"> = {}) {
	const directory = await startSlapd();
	const server = await startServer({ ...options, ldap: directory.config(ldap) });
	await directory.add("alice", hers, { displayName: "Alice Example", mail: "alice@company.example" });
	const signIn = async (username: string, entered: string, browser: FormBrowser = server.browser()) =>
		browser.press(await browser.open("/login"), "Sign in", { username, password: entered });
	const accounts = async () => (await server.rows("accounts")).map((row) => row.localpart).sort();
	return {
		...{ directory, server, signIn, accounts },
		isIn: async (username: string, entered: string, browser?: FormBrowser) =>
			(await signIn(username, entered, browser)).url.pathname === "/account/",
		async [Symbol.asyncDispose]() {
			await server.close();
			await directory[Symbol.asyncDispose]();
		},
	};
}

describe("somebody of the directory", needsSlapd, () => {
	test("has an account from the first sign-in on, linked to the entry, and no password here", async () => {
		await using world = await open({ ldap: { displayNameAttribute: "displayName", emailAttribute: "mail" } });
		assert.ok(await world.isIn("alice", hers));
		const [account] = await world.server.rows("accounts");
		assert.deepEqual(
			[account?.localpart, account?.password_hash, account?.display_name],
			["alice", null, "Alice Example"],
		);
		const [link] = await world.server.rows("account_links");
		assert.deepEqual([link?.provider, link?.subject], ["ldap", await world.directory.entryUuid("alice")]);
		const [address] = await world.server.rows("account_emails");
		assert.equal(address?.address, "alice@company.example");
		assert.ok(await world.isIn("alice", hers), "and the second time the same one");
		assert.deepEqual(await world.accounts(), ["alice"]);
	});

	test("has one account after two first sign-ins at once", async () => {
		await using world = await open();
		const both = await Promise.all([world.isIn("alice", hers), world.isIn("alice", hers)]);
		assert.deepEqual(both, [true, true]);
		assert.deepEqual(await world.accounts(), ["alice"]);
	});

	test("is found by their entry, whatever it is called by then, and by the new password alone", async () => {
		await using world = await open();
		assert.ok(await world.isIn("alice", hers));
		await world.directory.setPassword("alice", "another password");
		assert.ok(!(await world.isIn("alice", hers)));
		assert.ok(await world.isIn("alice", "another password"));
		await world.directory.rename("alice", "alicia");
		for (const name of ["alicia", "alice"]) assert.ok(await world.isIn(name, "another password"), name);
		assert.deepEqual(await world.accounts(), ["alice"]);
		await world.directory.add("alice", "the next Alice's");
		assert.ok(!(await world.isIn("alice", "the next Alice's")), "who has the name there has nothing of hers");
	});

	test("is found by a name or an address beyond ASCII, and let in by a condition that is written so", async () => {
		await using world = await open({
			ldap: {
				filter: "(|(uid={username})(mail={username}))",
				requiredFilter: "(|(ou=b\\c3\\bcro)(ou=Büro Ost*))",
				nameAttribute: "employeeNumber",
			},
		});
		await world.directory.add("jürgen", hers, { ou: "büro", employeeNumber: "n1", cn: "j" });
		await world.directory.add("zoë", hers, {
			ou: "Büro Ost 2",
			employeeNumber: "n2",
			mail: "zoe@example.org",
		});
		await world.directory.add("bjørn", hers, { ou: "elsewhere", employeeNumber: "n3" });
		for (const [name, isIn] of [
			["jürgen", true],
			["zoë", true],
			["bjørn", false],
		] as const)
			assert.equal(await world.isIn(name, hers), isIn, name);
		assert.deepEqual(await world.accounts(), ["n1", "n2"]);
		assert.ok(await world.isIn("jürgen", hers), "and the second time");
	});

	test("of Active Directory is found the second time, too: by the sixteen bytes of their id", async () => {
		await using world = await open({ ldap: { idAttribute: "objectguid" } });
		const guids = ["00ff7fc328a9c3bc80e29f41d8c2b0fe", "41424344454647484950515253545556"];
		for (const [nth, guid] of guids.entries()) {
			const more = { objectClass: ["inetOrgPerson", "user"], objectGUID: Buffer.from(guid, "hex") };
			await world.directory.add(`ad${nth}`, hers, more);
			for (const time of ["first", "second"])
				assert.ok(await world.isIn(`ad${nth}`, hers), `${guid} ${time}`);
		}
		const links = await world.server.rows("account_links");
		assert.deepEqual(links.map(({ subject }) => subject).sort(), guids);
	});

	test("gets no account where the settings say so", async () => {
		await using world = await open({ ldap: { newAccounts: false } });
		const page = await world.signIn("alice", hers);
		assert.equal(page.status, 403);
		assert.deepEqual(await world.accounts(), []);
	});

	test("enters that password wherever one is asked for: a device, an approval, closing the account", async () => {
		await using world = await open();
		const browser = world.server.browser();
		assert.ok(await world.isIn("alice", hers, browser));
		const close = await browser.open("/account/deactivate");
		assert.match(close.text, /name="password"/);
		const wrong = await browser.press(close, "Deactivate for good", {
			username: "alice",
			password: "wrong password",
		});
		assert.match(wrong.text, /not right/);
		const done = await browser.press(wrong, "Deactivate for good", { username: "alice", password: hers });
		assert.equal(done.status, 200, done.text);
		const [account] = await world.server.rows("accounts");
		assert.notEqual(account?.deactivated_at, null);
		assert.ok(
			!(await world.isIn("alice", hers)),
			"a closed account lets nobody in, and no other one is made",
		);
		assert.deepEqual(await world.accounts(), ["alice"]);
	});

	test("changes the password there: a form of here that sets one, even one that is sent all the same, does nothing", async () => {
		await using world = await open();
		const browser = world.server.browser();
		assert.ok(await world.isIn("alice", hers, browser));
		await world.server.register("zoe");
		await world.server.change(`UPDATE accounts SET password_hash =
			(SELECT password_hash FROM accounts WHERE localpart = 'zoe') WHERE localpart = 'alice'`);
		const form = await browser.open("/account/password");
		const chosen = { password: "a horse that staples batteries" };
		await world.server.change("UPDATE accounts SET password_hash = NULL WHERE localpart = 'alice'");
		for (const current of [hers, password, ""]) {
			const sent = await browser.press(form, "Change password", { ...chosen, current });
			assert.equal(sent.status, 403);
			assert.match(sent.text, /not kept here/);
		}
		const page = await browser.open("/account/password");
		assert.match(page.text, /not kept here/);
		assert.doesNotMatch(page.text, /<input[^>]*type="password"/);
		const account = (await world.server.rows("accounts")).find(({ localpart }) => localpart === "alice");
		assert.equal(account?.password_hash, null);
	});
});

describe("nobody gets in", needsSlapd, () => {
	test("without a password, which directories take for a sign-in as nobody", async () => {
		await using world = await open();
		for (const entered of ["", "\u0000"]) {
			const page = await world.signIn("alice", entered);
			assert.equal(page.status, 403, JSON.stringify(entered));
		}
		assert.deepEqual(await world.accounts(), []);
	});

	test("by a name that means more than itself in a filter", async () => {
		await using world = await open();
		await world.directory.add("bob", "bob's own password");
		for (const name of [
			...["*", "a*", "al*ce", "alice)(uid=*", "*)(uid=alice", "alice)(|(uid=*))", "bob)(uid=alice"],
			...["\\2a", "alice\\", "\\61lice", "(alice)", "alice)(objectClass=*", "$&", "{username}"],
		]) {
			const page = await world.signIn(name, hers);
			assert.ok(page.status === 403 || page.status === 429, `${JSON.stringify(name)}: ${page.status}`);
			if (page.status === 429) break;
		}
		assert.deepEqual(await world.accounts(), []);
	});

	test("where a name means two entries", async () => {
		await using world = await open({ ldap: { filter: "(|(uid={username})(mail={username}))" } });
		await world.directory.add("mallory", "mallory's password", { mail: "alice" });
		assert.ok(!(await world.isIn("alice", hers)));
		assert.ok(!(await world.isIn("alice", "mallory's password")));
		assert.deepEqual(await world.accounts(), []);
	});

	test("where a name means two entries, of which the directory shows one", async () => {
		await using world = await open({
			ldap: { bind: shownOne, filter: "(|(uid={username})(mail={username}))" },
		});
		await world.directory.add("mallory", "mallory's password", { mail: "alice" });
		for (const entered of [hers, "mallory's password"])
			assert.equal((await world.signIn("alice", entered)).status, 403);
		assert.deepEqual(await world.accounts(), []);
		assert.ok(await world.isIn("mallory", "mallory's password"), "a name that means one is found");
	});

	test("to an account of here that has the name, with or without a password of its own", async () => {
		await using world = await open();
		await world.server.register("alice");
		assert.ok(!(await world.isIn("alice", hers)));
		assert.ok(await world.isIn("alice", password));
		await world.server.change("UPDATE accounts SET password_hash = NULL");
		assert.ok(!(await world.isIn("alice", hers)));
		assert.deepEqual(await world.server.rows("account_links"), []);
	});

	test("to the account of an entry that is gone, by one that has its name", async () => {
		await using world = await open();
		assert.ok(await world.isIn("alice", hers));
		await world.directory.remove("alice");
		assert.ok(!(await world.isIn("alice", hers)));
		await world.directory.add("alice", "the other Alice's");
		assert.ok(!(await world.isIn("alice", "the other Alice's")));
		assert.deepEqual(await world.accounts(), ["alice"]);
	});

	test("who is not in the group, or no more", async () => {
		await using world = await open({
			ldap: { requiredFilter: "(memberOf=cn=staff,ou=groups,dc=example,dc=org)" },
		});
		assert.ok(!(await world.isIn("alice", hers)));
		assert.deepEqual(await world.accounts(), []);
		await world.directory.setStaff("alice");
		const browser = world.server.browser();
		assert.ok(await world.isIn("alice", hers, browser));
		await world.directory.setStaff();
		assert.ok(!(await world.isIn("alice", hers)));
		const close = await browser.open("/account/deactivate");
		assert.match(
			(await browser.press(close, "Deactivate for good", { username: "alice", password: hers })).text,
			/not right/,
		);
	});

	test("by what another directory says, to which this one refers", async () => {
		await using other = await startSlapd();
		await other.add("carol", "carol's password");
		await using world = await open();
		await world.directory.addReferral(
			"elsewhere",
			`ldap://127.0.0.1:${other.port}/ou=people,dc=example,dc=org`,
		);
		assert.ok(!(await world.isIn("carol", "carol's password")));
		assert.ok(await world.isIn("alice", hers), "and nobody is kept out by it");
		assert.deepEqual(await world.accounts(), ["alice"]);
	});

	test("by guessing at one entry under many names, from anywhere, more than five times an hour", async () => {
		await using world = await open({
			ldap: { filter: "(|(uid={username})(mail={username})(cn={username})(sn={username}))" },
		});
		await world.directory.add("carol", "carol's password", { mail: "c@example.org", cn: "c1", sn: "c2" });
		const names = ["carol", "c@example.org", "c1", "c2", "CAROL", "c1 ", "c2"];
		for (const [nth, name] of names.entries())
			await visitingFrom(`127.0.0.${nth + 2}`, async () => {
				const page = await world.signIn(name, "a guess");
				assert.equal(page.status, 403, "no name and no network has had its own tries used up");
				assert.match(page.text, /or there were too many tries for this account/);
			});
		for (const [nth, name] of ["carol", "c1"].entries())
			await visitingFrom(`127.0.0.${nth + 20}`, async () => {
				const page = await world.signIn(name, "carol's password");
				assert.equal(page.status, 403, "even with the right one");
				assert.match(page.text, /or there were too many tries for this account/);
			});
		assert.deepEqual(await world.accounts(), []);
		assert.ok(await world.isIn("alice", hers), "of each entry for itself");
	});
});

describe("a directory that gives no answer", needsSlapd, () => {
	test("is said to be away, counts no try, and keeps nobody out whose password is here", async () => {
		await using world = await open({ ldap: { timeoutMs: 1_000 }, mayFail: true });
		await world.server.register("zoe");
		for (const away of ["hang", "stop"] as const) {
			await world.directory[away]();
			for (let nth = 0; nth < 6; nth++) {
				const page = await world.signIn("alice", hers);
				assert.equal(page.status, 503);
				assert.match(page.text, /cannot be checked at the moment/);
			}
			assert.ok(await world.isIn("zoe", password));
			if (away === "hang") world.directory.goOn();
			else await world.directory.start();
			assert.ok(await world.isIn("alice", hers));
		}
	});
});

describe("on the way there", { skip: needsSlapd.skip || needsCertificates.skip }, () => {
	test("only a certificate of the authority, for this name, is believed", async () => {
		const certificates = await createCertificates();
		await certificates.issue("localhost", 10);
		await using directory = await startSlapd(certificates.folder);
		await directory.add("alice", hers);
		const { readFile } = await import("node:fs/promises");
		const ca = await readFile(`${certificates.folder}/ca.pem`, "utf8");
		const port = new URL(directory.config({ url: "ldaps" }).url).port;
		const ways: readonly (readonly [string, Partial<LdapConfig>, number])[] = [
			["of the authority", { url: `ldaps://localhost:${port}`, ca }, 200],
			["by STARTTLS", { url: `ldap://localhost:${directory.port}`, starttls: true, ca }, 200],
			["of nobody that is known", { url: `ldaps://localhost:${port}` }, 503],
			["the same by STARTTLS", { url: `ldap://localhost:${directory.port}`, starttls: true }, 503],
			["for another name", { url: `ldaps://127.0.0.1:${port}`, ca }, 503],
			["the same by STARTTLS", { url: `ldap://127.0.0.1:${directory.port}`, starttls: true, ca }, 503],
		];
		for (const [what, ldap, status] of ways) {
			await using server = await startServer({ ldap: directory.config(ldap), mayFail: true });
			const browser = server.browser();
			const page = await browser.press(await browser.open("/login"), "Sign in", {
				...{ username: "alice", password: hers },
			});
			assert.equal(page.status, status, what);
		}
	});
});
