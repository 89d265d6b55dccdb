/** Letters are in the operator's name, as they arrive at a real mail server. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";
import { password, startServer } from "../support/server.ts";

const name = "Example Society";

describe("a letter", () => {
	test("of a server with an operator's name says that name, and whose account it is by the whole id", async () => {
		await using mails = await startMailServer();
		await using server = await startServer({ branding: { name }, email: mails.config });
		const alice = await server.register("alice");
		const email = "alice@example.org";
		await alice.press(await alice.open("/account/email"), "Send a code", { email, password });
		const [code] = await mails.lettersTo(email);
		assert.match(code?.mail.subject ?? "", /^\d{6} is your code for Example Society$/);
		for (const part of [code?.mail.text ?? "", String(code?.mail.html)]) {
			assert.match(part, /signed in to Example Society as @alice:localhost/);
			assert.match(part, /nobody who runs Example Society ever asks for it/);
		}
		const address = decodeURIComponent((await addressOf(server, "alice")).split("/").at(-1) ?? "");
		await server.loginDevice({ localpart: "alice", browser: alice });
		const [told] = await mails.lettersTo(address, 1, /signed in/);
		assert.equal(told?.mail.subject, "An app signed in (Example Society)");
		assert.match(told?.mail.text ?? "", /your account @alice:localhost on Example Society/);
	});

	test("of one without is in the server's name", async () => {
		await using mails = await startMailServer();
		await using server = await startServer({ email: mails.config });
		const alice = await server.register("alice");
		const email = "alice@example.org";
		await alice.press(await alice.open("/account/email"), "Send a code", { email, password });
		const [code] = await mails.lettersTo(email);
		assert.match(code?.mail.subject ?? "", /^\d{6} is your code for localhost$/);
	});
});
