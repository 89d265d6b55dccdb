import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startServer } from "../../test/support/server.ts";
import { addPasskey } from "../../test/support/software-passkey.ts";
import { run } from "./index.ts";

const server = await startServer();
after(() => server.close());

/** Runs a command; `asked` are the questions it put, of which the answer is a good password. */
async function type(line: string, settings: Readonly<Record<string, string>> = {}) {
	const said = { out: "", err: "" };
	const asked: string[] = [];
	const code = await run(line.split(" "), {
		environment: { COUNTERSIGN_DATA: server.dataDirectory, ...settings },
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: async (question) => {
			asked.push(question);
			return "a password that is long enough";
		},
	});
	return { code, asked, ...said };
}

test("nobody is asked for a password before the name is one that can have it", async () => {
	const asked = ["Password for @ann:localhost: "];
	assert.deepEqual((await type("users create ann")).asked, asked);
	const refused = {
		"users create ann": /taken/,
		"users create Ann": /taken/,
		"users create @ann:localhost": /taken/,
		"users create ann:LOCALHOST": /taken/,
		"users create @zo\u00eb:localhost": /a-z/,
		"users reactivate ann": /not deactivated/,
		"users reactivate nobody": /no user "nobody"/,
		"users set-password nobody": /no user "nobody"/,
	};
	for (const [line, why] of Object.entries(refused)) {
		const { code, asked: none, err } = await type(line);
		assert.deepEqual([code, none], [1, []], line);
		assert.match(err, why, line);
	}
	assert.equal((await type("users deactivate ann --yes")).code, 0);
	assert.deepEqual((await type("users set-password ann")).asked, []);
	const reopened = await type("users reactivate ann");
	assert.deepEqual(reopened.asked, ["New password for @ann:localhost: "]);
	assert.equal(reopened.out, "@ann:localhost can sign in again, as on a first device.\n");
});

test("a person may be named by their whole user id, and people of other servers are told apart", async () => {
	assert.equal((await type("users create @bob:localhost")).out, "@bob:localhost can sign in now.\n");
	for (const line of [
		...["users lock @bob:localhost", "users unlock @bob", "sessions list @bob:localhost"],
		...["users lock Bob", "users unlock bob:LocalHost", "sessions list \u2068@BOB:localhost\u2069"],
	])
		assert.equal((await type(line)).code, 0, line);
	assert.deepEqual((await type("users create Zoe")).asked, ["Password for @zoe:localhost: "]);
	for (const stranger of ["@bob:example.org", "bob:example.org", "@bob:localhost:8448", "@bob:"]) {
		for (const command of ["users create", "users set-password", "users lock"]) {
			const { code, asked, err } = await type(`${command} ${stranger}`);
			assert.deepEqual([code, asked], [1, []]);
			assert.equal(err, `This is localhost; "${stranger}" is on another server.\n`);
		}
	}
	assert.match((await type("users create @")).err, /name is needed/);
});

test("what cannot be done to a person ends with 1, and says why", async () => {
	assert.equal((await type("users create una")).code, 0);
	assert.equal((await type("users lock una")).code, 0);
	for (const [line, why] of [
		["users lock una", /locked already|is locked/],
		["sessions end una --all", /^Nothing is signed in\.$/m],
		["sessions end una --device=NONE", /^No such device is signed in\.$/m],
		["users demote una", /administrator/],
		["users reactivate una", /not deactivated/],
		["users deactivate una", /--yes/],
	] as const) {
		const { code, out, err } = await type(line);
		assert.deepEqual([code, out], [line.endsWith("deactivate una") ? 2 : 1, ""], line);
		assert.match(err, why, line);
	}
	assert.equal((await type("users unlock una")).out, "Unlocked.\n");
	assert.equal((await type("users unlock una")).err, "This account is not locked, or deactivated.\n");
	assert.equal((await type("users reset-proof una")).err, "This account has no passkey, and no codes.\n");
	assert.deepEqual((await type("users deactivate una --yes")).code, 0);
	for (const line of ["users set-password una", "users unlock una", "users lock una", "users promote una"])
		assert.equal((await type(line)).code, 1, line);
});

test("a new password, and a link for one, say which passkeys and codes stay, and how they are taken away", async () => {
	const browser = await server.register("petra");
	await addPasskey(browser, { base: server.url });
	const set = await type("users set-password petra");
	assert.match(
		set.out,
		/\n@petra:localhost still has 1 passkey \(since [-0-9]+ [0-9:]+ UTC\), whoever added that\. If it may not be theirs: users reset-proof petra\n$/,
	);
	const hers = "account_id = (SELECT id FROM accounts WHERE localpart = 'petra')";
	await server.change(
		"INSERT INTO one_time_codes (account_id, secret, last_step, created_at) SELECT id, 'x', 0, 0 FROM accounts WHERE localpart = 'petra'",
	);
	await server.change(
		`INSERT INTO passkeys SELECT 'second', account_id, 'second', public_key, counter, transports, host, name, 60000, last_used_at FROM passkeys WHERE ${hers}`,
	);
	const link = await type("users reset-link petra --json");
	assert.equal(JSON.parse(link.out).length, 1, "what programs read has nothing else in it");
	assert.match(
		link.err,
		/2 passkeys \(since 1970-01-01 00:01 UTC, .* UTC\) and an app that shows one-time codes \(since 1970-01-01 00:00 UTC\)/,
	);
	assert.equal((await type("users lock petra")).code, 0);
	assert.equal((await type("users reset-proof petra")).code, 0, "while the account is locked");
	assert.equal((await type("users unlock petra")).code, 0);
	assert.doesNotMatch((await type("users set-password petra")).out, /still has/);
	assert.equal((await type("users reset-link petra --json")).err, "");
});

test("an account that is opened again says what else it is signed in to by", async () => {
	assert.equal((await type("users create rita")).code, 0);
	await server.change(
		"INSERT INTO account_links (provider, subject, account_id, name) SELECT 'company', 's-9', id, 'rita at work' FROM accounts WHERE localpart = 'rita'",
	);
	assert.equal((await type("users deactivate rita --yes")).code, 0);
	assert.match(
		(await type("users reactivate rita")).out,
		/^@rita:localhost can sign in again, as on a first device\.\n@rita:localhost still signs in by company as rita at work, whoever linked that\./,
	);
});

test("who lost their passkey signs in with the password again, and reads who took the passkey away", async () => {
	const browser = await server.register("paula");
	await addPasskey(browser, { base: server.url });
	const reset = await type("users reset-proof paula");
	assert.equal(reset.out, "Taken away. The password is enough again, and browsers are signed out.\n");
	assert.equal((await browser.open("/account/")).url.pathname, "/login");
	const again = await server.signIn("paula");
	const log = await again.open("/account/security");
	assert.match(log.text, /The people who run this server took away your passkeys/);
	assert.match(log.text, /by the operator/);
});

test("where a second factor is demanded the commands say what that means for whom they are about", async () => {
	const demanded = { COUNTERSIGN_SECOND_FACTOR_DEMANDED_OF: "admins" };
	const browser = await server.register("pilar");
	await addPasskey(browser, { base: server.url });
	assert.doesNotMatch((await type("users promote pilar", demanded)).out, /second factor/);
	assert.match((await type("users reset-proof pilar", demanded)).out, /they have the grace time again\.\n$/);
	assert.equal((await type("users demote pilar", demanded)).code, 0);
	const promoted = await type("users promote pilar", demanded);
	assert.match(promoted.out, /First they have to add a second factor, which is demanded of them\.\n$/);
	await addPasskey(await server.signIn("pilar"), { base: server.url });
	assert.equal((await type("users demote pilar")).code, 0);
	assert.match(
		(await type("users reset-proof pilar", demanded)).out,
		/browsers are signed out\.\n$/,
		"of nobody else",
	);
});
