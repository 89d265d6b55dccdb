/**
 * Nobody learns who has an account by what a form answers, nor by how long it takes: for everybody it makes the same
 * statements, and hashes as often. Work is counted, so that a busy machine changes nothing.
 */
import assert from "node:assert/strict";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { passwordLink } from "../support/password-link.ts";
import { type RunningServer, type ServerOptions, startServer } from "../support/server.ts";
import { addPasskey, softwarePasskey } from "../support/software-passkey.ts";

/** Every statement of this process, by any connection. */
function watchStatements() {
	const made: string[] = [];
	const { all, get, run } = StatementSync.prototype;
	const { exec } = DatabaseSync.prototype;
	const originals = { all, get, run };
	for (const method of ["all", "get", "run"] as const) {
		const original = originals[method];
		StatementSync.prototype[method] = function (this: StatementSync, ...values: []) {
			made.push(this.sourceSQL);
			return Reflect.apply(original, this, values);
		};
	}
	DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
		made.push(sql);
		return Reflect.apply(exec, this, [sql]);
	};
	return {
		made,
		stop() {
			Object.assign(StatementSync.prototype, originals);
			DatabaseSync.prototype.exec = exec;
		},
	};
}

/** A page without what differs from one request to the next, and without what was typed. */
function bare({ text, status }: Pick<Page, "text" | "status">, typed: string): string {
	const plain = text.replaceAll(/(nonce|name="csrf" value)="[^"]*"|challenge&quot;:&quot;[\w-]+/g, "");
	return `${status} ${plain.replaceAll(typed, "…")}`;
}

/** What a server does by itself after its start is no form's work. */
async function untilQuiet(): Promise<void> {
	const watch = watchStatements();
	try {
		for (let seen = -1; seen < watch.made.length; ) {
			seen = watch.made.length;
			await delay(300);
		}
	} finally {
		watch.stop();
	}
}

interface Work {
	readonly answer: string;
	readonly statements: readonly string[];
	readonly cpuMs: number;
}

/** Opens a page, then fills in what is there; the second of them is measured. */
interface FormOfStrangers {
	open(browser: FormBrowser): Promise<Page>;
	send(browser: FormBrowser, page: Page, typed: string): Promise<Page>;
}

const tries = 3;

/** Whether people are moving in: asked by a job, whatever people do, and more often than a slow machine hashes thrice. */
const askedEachSecond = 'select "value" from "settings" where "name" = ?';

/** The least of some tries: jobs and other tests that run beside one add to it. */
async function workOf(server: RunningServer, form: FormOfStrangers, typed: string): Promise<Work> {
	await untilQuiet();
	const works: Work[] = [];
	for (let nth = 0; nth < tries; nth++) {
		const browser = server.browser();
		const page = await form.open(browser);
		const watch = watchStatements();
		const before = process.cpuUsage();
		try {
			const answered = await form.send(browser, page, typed);
			const { user, system } = process.cpuUsage(before);
			works.push({
				answer: bare(answered, typed),
				statements: watch.made
					.map((statement) => statement.replaceAll(/\s+/g, " "))
					.filter((statement) => statement !== askedEachSecond)
					.sort(),
				cpuMs: (user + system) / 1_000,
			});
		} finally {
			watch.stop();
		}
	}
	const [least = assert.fail()] = works.toSorted(
		(one, other) => one.statements.length - other.statements.length,
	);
	return { ...least, cpuMs: Math.min(...works.map(({ cpuMs }) => cpuMs)) };
}

async function assertSame(
	server: RunningServer,
	form: FormOfStrangers,
	all: readonly string[],
): Promise<void> {
	const [known = "", ...others] = all;
	const own = await workOf(server, form, known);
	assert.ok(own.statements.length > 0, "nothing was counted");
	for (const other of others) {
		const work = await workOf(server, form, other);
		assert.equal(work.answer, own.answer, `${other} is answered otherwise than ${known}`);
		assert.deepEqual(work.statements, own.statements, `${other} costs other statements than ${known}`);
		// A hash is most of the work of an answer that has one.
		assert.ok(
			work.cpuMs > own.cpuMs / 4 && work.cpuMs < own.cpuMs * 4,
			`${other}: ${work.cpuMs} ms against ${own.cpuMs} ms`,
		);
	}
}

const address = "zelda@example.org";

async function withZelda(options: ServerOptions) {
	const server = await startServer({ email: mailNowhere, ...options });
	const browser = await server.register("zelda");
	await server.change("DELETE FROM account_emails");
	// Whoever sends the form of a moment ago again is signed in by its password, which is looked at for a minute.
	await server.change("UPDATE accounts SET created_at = created_at - 60000");
	await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
		SELECT id, '${address}', '${address}', 1, 1 FROM accounts WHERE localpart = 'zelda'`);
	return { server, browser };
}

describe("whoever has an account costs what who has none does, and is answered alike:", () => {
	let server: RunningServer;
	let zelda: FormBrowser;
	before(async () => {
		({ server, browser: zelda } = await withZelda({ signInByEmail: true }));
	});
	after(() => server.close());

	const pressing = (path: string, button: string, field: string, more: Record<string, string> = {}) => ({
		open: (browser: FormBrowser) => browser.open(path),
		send: (browser: FormBrowser, page: Page, typed: string) =>
			browser.press(page, button, { ...more, [field]: typed }),
	});

	test("a forgotten password, by address and by name", async () => {
		const form = pressing("/account/forgotten-password", "Send the link", "who");
		await assertSame(server, form, [address, "nobody@example.org"]);
		await assertSame(server, form, ["zelda", "nobody"]);
	});

	test("signing in with a wrong password, by name and by address", async () => {
		const form = pressing("/login", "Sign in", "username", { password: "not the right one" });
		await assertSame(server, form, ["zelda", "nobody"]);
		await assertSame(server, form, [address, "nobody@example.org"]);
	});

	test("a passkey that does not fit, of somebody and of nobody", async () => {
		const passkey = await addPasskey(zelda, { base: server.url });
		const stranger = softwarePasskey(server.url);
		const form: FormOfStrangers = {
			open: (browser) => browser.open("/login"),
			send: (browser, page, whose) =>
				browser.press(page, "Use a passkey", {
					passkey: (whose === "zelda" ? passkey : stranger).answer(page, { origin: "https://evil.example" }),
				}),
		};
		await assertSame(server, form, ["zelda", "nobody"]);
	});

	test("a link for a new password that was used, is over, or never was", async () => {
		const used = await passwordLink(server, "zelda");
		const own = await zelda.press(await zelda.open(used), "Set password", {
			password: "another battery staple",
		});
		assert.equal(own.status, 200);
		const form: FormOfStrangers = {
			open: (browser) => browser.open("/login"),
			send: (browser, _page, path) => browser.open(path),
		};
		const last = used.split("/").at(-1) ?? "";
		const forged = used.replace(last, `${last[0] === "A" ? "B" : "A"}${last.slice(1)}`);
		await assertSame(server, form, [used, forged]);
	});
});

test("an address that is asked for before an account costs the same, whosever it is", async () => {
	const { server } = await withZelda({ registration: { needsAddress: true } });
	await using _ = server;
	const form: FormOfStrangers = {
		open: (browser) => browser.open("/register"),
		send: (browser, page, email) => browser.press(page, "Send a code", { email }),
	};
	await assertSame(server, form, [address, "nobody@example.org"]);
});

test("a name beside a registration token that is none costs the same, taken, free or of an office", async () => {
	const { server } = await withZelda({});
	await using _ = server;
	await server.restart({ registration: { needsToken: true } });
	const form: FormOfStrangers = {
		open: (browser) => browser.open("/register"),
		send: (browser, page, username) =>
			browser.press(page, "Create account", {
				username,
				password: "a phrase of a stranger",
				token: "made up",
			}),
	};
	await assertSame(server, form, ["zelda", "nobody", "admin"]);
});
