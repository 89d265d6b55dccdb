/** Letters as a real mail server gets them, and what is made of its refusals. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { SMTPServerOptions } from "smtp-server";
import { createCertificates, needsCertificates } from "../../test/support/certificates.ts";
import { refusal, startMailServer } from "../../test/support/mail-server.ts";
import type { EmailConfig } from "../config/index.ts";
import { english, say } from "../words/index.ts";
import { writeLetter } from "./letter.ts";
import { testLetter } from "./letters.ts";
import type { Mail } from "./ports.ts";
import { createSmtp } from "./smtp.ts";

const at = Date.parse("2026-06-01T12:00:00Z");
const written = writeLetter(testLetter("example.org"), english);
const mail: Mail = { ...written, to: "alice@example.org", id: "one", at };

async function sendTo(config: EmailConfig, letter: Mail = mail) {
	const smtp = createSmtp(config);
	const sent = await smtp.send(letter);
	smtp.close();
	return sent;
}

async function refusedBy(options: SMTPServerOptions) {
	await using server = await startMailServer(options);
	const sent = await sendTo(server.config);
	assert.equal(server.letters.length, 0);
	return sent;
}

describe("a letter", () => {
	test("arrives as it was written, in text and in HTML, and is known for a machine's", async () => {
		await using server = await startMailServer({}, { replyTo: "help@x.org" });
		assert.deepEqual(await sendTo(server.config), { ok: true });
		const [letter] = server.letters;
		assert.deepEqual([letter?.to, letter?.from], [["alice@example.org"], "accounts@x.org"]);
		const { headers, ...parsed } = letter?.mail ?? assert.fail();
		assert.equal(parsed.subject, "A test letter from example.org");
		assert.equal(parsed.from?.text, '"Accounts" <accounts@x.org>');
		assert.equal(parsed.replyTo?.text, "help@x.org");
		assert.equal(parsed.text?.trim(), written.text.trim());
		assert.match(
			String(parsed.html),
			/<html lang="en" dir="ltr">[\s\S]*<p>The server example\.org can send mail/,
		);
		assert.equal(parsed.date?.getTime(), at);
		assert.equal(parsed.messageId, "<one@x.org>");
		assert.equal(headers.get("auto-submitted"), "auto-generated");
	});

	test("whose words come from somebody else has no head and no line but ours", async () => {
		const hostile = "x\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>\u202e";
		const letter = writeLetter(
			{
				subject: say("mail.test-subject", { server: hostile }),
				parts: [say("mail.test-text", { server: hostile })],
			},
			english,
		);
		await using server = await startMailServer();
		assert.deepEqual(await sendTo(server.config, { ...mail, ...letter }), { ok: true });
		const [{ to, mail: read } = assert.fail()] = server.letters;
		assert.deepEqual(to, ["alice@example.org"]);
		assert.equal(read.bcc, undefined);
		assert.match(read.subject ?? "", /^A test letter from x +Bcc: eve@example\.org +<script>/);
		assert.doesNotMatch(String(read.html), /<script|\u202e/);
		assert.equal(read.text?.trim().split("\n").length, 1);
	});

	test("goes to the one address it is for, whatever that looks like", async () => {
		for (const to of [
			"a@x.org, b@x.org",
			"a@x.org\r\nRCPT TO:<b@x.org>",
			"A <a@x.org>",
			"a@x.org> SIZE=1 <b@x.org",
		]) {
			await using server = await startMailServer();
			await sendTo(server.config, { ...mail, to });
			const reached = server.letters.flatMap((letter) => letter.to);
			assert.ok(!reached.includes("b@x.org"), `${to} reached ${reached}`);
		}
	});
});

describe("a letter that is not taken", () => {
	const refusing = (code: number, text: string): SMTPServerOptions => ({
		onRcptTo: (_address, _session, callback) => callback(refusal(code, text)),
	});

	test("to an address that nobody has is refused, and nothing of what the server wrote is repeated", async () => {
		assert.deepEqual(await refusedBy(refusing(550, "5.1.1 <alice@example.org> unknown\u001b[31m")), {
			...{ ok: false, reason: "refused" },
			failure: "the mail server answered the recipient with 550 5.1.1",
		});
	});

	test("for now is to be tried again", async () => {
		assert.deepEqual(await refusedBy(refusing(451, "4.7.1 Greylisted")), {
			...{ ok: false, reason: "deferred" },
			failure: "the mail server answered the recipient with 451 4.7.1",
		});
	});

	for (const [code, text, reason] of [
		[550, "no such user", "refused"],
		[551, "moved", "refused"],
		[553, "no such user", "refused"],
		[550, "5.1.2 no such host", "refused"],
		[550, "5.1.3 no address", "refused"],
		[551, "5.1.6 moved", "refused"],
		[556, "5.1.10 takes no mail", "refused"],
		[550, "5.2.1 disabled", "refused"],
		[552, "mailbox full", "deferred"],
		[552, "5.2.2 mailbox full", "deferred"],
		[550, "5.7.1 relaying denied", "deferred"],
		[554, "on a list", "deferred"],
		[550, "5.1.8 sender unknown", "deferred"],
	] as const)
		test(`to a recipient answered with ${code} ${text} is ${reason}`, async () => {
			const sent = await refusedBy(refusing(code, text));
			assert.equal(sent.ok || sent.reason, reason);
		});

	test("because of its content is refused", async () => {
		const sent = await refusedBy({
			onData(stream, _session, callback) {
				stream.resume();
				stream.on("end", () => callback(refusal(554, "spam")));
			},
		});
		assert.deepEqual(sent, {
			...{ ok: false, reason: "refused" },
			failure: "the mail server answered the letter with 554",
		});
	});

	test("from a sender of the settings waits for other settings", async () => {
		const sent = await refusedBy({
			onMailFrom: (_address, _session, callback) => callback(refusal(553, "5.7.1 not you")),
		});
		assert.deepEqual(sent, {
			...{ ok: false, reason: "deferred" },
			failure: "the mail server answered the sender with 553 5.7.1",
		});
	});

	test("where nobody listens, and where whoever listens says goodbye, is silence", async () => {
		const server = await startMailServer();
		await server.close();
		assert.deepEqual(await sendTo(server.config), {
			...{ ok: false, reason: "silent" },
			failure: "the mail server cannot be reached (ECONNREFUSED)",
		});
		const goodbye = await refusedBy(refusing(421, "busy"));
		assert.equal(!goodbye.ok && goodbye.reason, "silent");
	});

	test("where whoever listens says nothing ends when we do", async () => {
		const mute = createServer();
		const connected = once(mute, "connection");
		mute.listen(0, "127.0.0.1");
		await once(mute, "listening");
		const { port } = mute.address() as AddressInfo;
		const smtp = createSmtp({ host: "127.0.0.1", port, security: "none", from: "a@x.org" });
		const sending = smtp.send(mail);
		const [socket] = await connected;
		smtp.close();
		assert.deepEqual(await sending, {
			...{ ok: false, reason: "silent" },
			failure: "the mail server did not answer in time",
		});
		socket.destroy();
		mute.close();
	});
});

describe("the settings hold:", () => {
	test("a password goes to no server that does not encrypt, and neither does a letter", async () => {
		const signIns: unknown[] = [];
		await using server = await startMailServer(
			{
				...{ authOptional: true, allowInsecureAuth: true, disabledCommands: ["STARTTLS"] },
				onAuth: (auth, _session, callback) => {
					signIns.push(auth);
					callback(null, { user: auth.username });
				},
			},
			{ security: "starttls", username: "u", password: "secret" },
		);
		const sent = await sendTo(server.config);
		assert.ok(!sent.ok && sent.reason !== "refused");
		assert.match(sent.failure, /encrypt/);
		assert.deepEqual([signIns, server.letters], [[], []]);
	});

	test("a letter goes nowhere without the sign-in that is set", async () => {
		const user = { username: "u", password: "secret" };
		const wrong = await (async () => {
			await using server = await startMailServer(
				{
					allowInsecureAuth: true,
					onAuth: (_auth, _session, callback) => callback(refusal(535, "5.7.8 no")),
				},
				user,
			);
			const sent = await sendTo(server.config);
			assert.equal(server.letters.length, 0);
			return sent;
		})();
		assert.deepEqual(wrong, {
			...{ ok: false, reason: "deferred" },
			failure: "the mail server answered the sign-in with 535 5.7.8",
		});
		await using open = await startMailServer({ disabledCommands: ["AUTH"] }, user);
		const sent = await sendTo(open.config);
		assert.ok(!sent.ok, "a server that takes nobody's sign-in is another than the one that is meant");
		assert.equal(open.letters.length, 0);
	});

	test(
		"a server with a certificate of its own name gets the letter, any other gets none",
		needsCertificates,
		async () => {
			const certificates = await createCertificates();
			const trusted = getCACertificates("default");
			after(() => {
				setDefaultCACertificates(trusted);
				rmSync(certificates.folder, { recursive: true });
			});
			const file = (name: string) => readFileSync(join(certificates.folder, name), "utf8");
			setDefaultCACertificates([...trusted, file("ca.pem")]);
			for (const [name, isTaken] of [
				["localhost", true],
				["mail.example.org", false],
			] as const) {
				await certificates.issue(name, 5);
				const pair = { key: file("privkey.pem"), cert: file("fullchain.pem") };
				for (const security of ["starttls", "tls"] as const) {
					await using server = await startMailServer(
						{ ...pair, hideSTARTTLS: false, secure: security === "tls" },
						{ host: "localhost", security },
					);
					const sent = await sendTo(server.config);
					assert.equal(sent.ok, isTaken, `${name} ${security} ${JSON.stringify(sent)}`);
					assert.equal(server.letters.length, isTaken ? 1 : 0);
					if (!sent.ok) assert.equal(sent.reason, "silent");
				}
			}
		},
	);

	test("how far a letter would get is found without sending one", async () => {
		await using server = await startMailServer();
		const reachable = createSmtp(server.config);
		assert.deepEqual(await reachable.verify(), { ok: true });
		reachable.close();
		assert.equal(server.letters.length, 0);
		await server.close();
		const gone = createSmtp(server.config);
		const reached = await gone.verify();
		assert.equal(!reached.ok && reached.reason, "silent");
		gone.close();
	});
});
