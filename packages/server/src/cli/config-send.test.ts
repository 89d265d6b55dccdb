import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, startMailServer, type TestMailServer } from "../../test/support/mail-server.ts";
import { run } from "./index.ts";

/** `config check --send-to`, with the settings of this mail server. */
async function sendTo(address: string, server?: TestMailServer) {
	const said = { out: "", err: "" };
	const code = await run(["config", "check", "--send-to", address], {
		environment: {
			COUNTERSIGN_SERVER_NAME: "example.org",
			...(server !== undefined && {
				COUNTERSIGN_EMAIL_HOST: server.config.host,
				COUNTERSIGN_EMAIL_PORT: String(server.config.port),
				COUNTERSIGN_EMAIL_SECURITY: "none",
				COUNTERSIGN_EMAIL_FROM: "Accounts <accounts@example.org>",
			}),
		},
		out(text) {
			said.out += text;
		},
		complain(headline, details = []) {
			said.err += [headline, ...details].join("\n");
		},
		readSecret: () => assert.fail("nothing is asked"),
	});
	return { code, ...said };
}

test("a letter to the operator shows that the settings are right", async () => {
	await using server = await startMailServer();
	const { code, out } = await sendTo("anna@example.net", server);
	assert.equal(code, 0);
	assert.match(out, new RegExp(`127\\.0\\.0\\.1:${server.config.port} took a letter to anna@example\\.net`));
	const [letter] = server.letters;
	assert.deepEqual(letter?.to, ["anna@example.net"]);
	assert.equal(letter?.mail.subject, "A test letter from example.org");
});

test("what the mail server has against it is said", async () => {
	await using server = await startMailServer({
		onRcptTo: (_address, _session, callback) => callback(refusal(550, "5.7.1 no relaying")),
	});
	const { code, err } = await sendTo("anna@example.net", server);
	assert.equal(code, 1);
	assert.match(err, /took no letter: the mail server answered the recipient with 550 5\.7\.1\.$/);
});

test("an address that is none, and settings without a mail server, are asked for wrongly", async () => {
	await using server = await startMailServer();
	const wrong = await sendTo("anna", server);
	assert.deepEqual([wrong.code, /takes an e-mail address/.test(wrong.err)], [2, true]);
	const without = await sendTo("anna@example.net");
	assert.deepEqual([without.code, /No mail server is set/.test(without.err)], [2, true]);
	assert.equal(server.letters.length, 0);
});
