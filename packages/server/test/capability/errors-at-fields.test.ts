/**
 * Every form, filled in wrongly in every way it has: what is wrong is said once, at its field, where the page opens, and
 * what was typed stays, but for secrets.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import type { Form, FormBrowser, Page } from "../support/form-browser.ts";
import { formsBeforeRegistering } from "../support/forms-before-registering.ts";
import { formsElsewhere } from "../support/forms-elsewhere.ts";
import { formsOfTerms } from "../support/forms-of-terms.ts";
import { type FormUnderAttack, formAt, forms, formsBesideSynapse } from "../support/forms-under-attack.ts";
import { startHomeserverStandIn } from "../support/homeserver-stand-in.ts";
import { type RunningServer, startServer } from "../support/server.ts";

/** What nobody takes for it, by the name of the field. */
const garbage: Readonly<Record<string, string>> = {
	username: "@carol:elsewhere.example",
	email: "carol at example.org",
	name: "x".repeat(200),
	displayname: "x".repeat(2_000),
	code: "000000",
	passkey: "{}",
};
/** Whatever is typed there is answered the same: nobody learns who has an account. */
const takesAnything = new Set(["/account/forgotten-password who"]);
/** What a browser answers cannot be mended in a field: a page of its own says so, and leads back. */
const onItsOwnPage = new Set(["/login/passkey", "/account/proofs"]);
/** What it asks for is so already, of who is shown it there: whatever is entered. */
const isSoAlready = new Set(["/account/proofs/remove-codes"]);

interface Input {
	readonly name: string;
	readonly type: string;
	readonly autocomplete: string;
	readonly isRequired: boolean;
	readonly isReadonly: boolean;
	readonly value: string;
}

/** What can be filled in, in the form that is sent there. */
function inputsOf(page: Page, form: Form): readonly Input[] {
	const all = [...page.text.matchAll(/<form\s([^>]*)>([\s\S]*?)<\/form>/g)];
	const own = all.filter(([, head = ""]) => attribute(head, "action") === form.action);
	return own
		.flatMap(([, , inner = ""]) => [...inner.matchAll(/<input\s([^>]*)>/g)])
		.map(([, input = ""]) => ({
			name: attribute(input, "name"),
			type: attribute(input, "type"),
			autocomplete: attribute(input, "autocomplete"),
			isRequired: /\srequired(\s|$)/.test(input),
			isReadonly: /\sreadonly(\s|$)/.test(input),
			value: attribute(input, "value"),
		}))
		.filter(
			({ name, type, isReadonly }) => (type !== "hidden" || name === "passkey") && !isReadonly && name !== "",
		);
}

function attribute(tag: string, name: string): string {
	const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
	return value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

type Fields = Readonly<Record<string, string>>;

interface Wrong {
	readonly field: string;
	/** Undefined: left out. */
	readonly value: string | undefined;
}

function wrongsOf(route: string, inputs: readonly Input[]): readonly Wrong[] {
	return inputs.flatMap(({ name: field, type, autocomplete, isRequired }): readonly Wrong[] => {
		if (takesAnything.has(`${route} ${field}`)) return [];
		if (type === "checkbox") return isRequired ? [{ field, value: undefined }] : [];
		if (type === "radio") return [];
		if (type === "password")
			return [{ field, value: autocomplete === "new-password" ? "short" : "not the right one" }];
		const value = garbage[field];
		// Asked for beside a password, or hidden and never typed into.
		return value === undefined || field === "csrf" ? [] : [{ field, value }];
	});
}

/** Where people read that something is wrong. */
function errorsOn({ text }: Page): readonly { readonly field: string | undefined; readonly text: string }[] {
	const atFields = [...text.matchAll(/<p class="wrong" id="([\w-]+)-error" role="alert">([\s\S]*?)<\/p>/g)];
	const atTop = [...text.matchAll(/<div class="notice error" role="alert">([\s\S]*?)<\/div>/g)];
	return [
		...atFields.map(([, field, said = ""]) => ({ field, text: said })),
		...atTop.map(([, said = ""]) => ({ field: undefined, text: said.replaceAll(/<[^>]*>/g, "") })),
	];
}

function assertSaidOnce(page: Page, field: string, what: string): void {
	const errors = errorsOn(page);
	assert.equal(errors.length, 1, `${what}: ${JSON.stringify(errors)} on ${page.status} “${page.title}”`);
	const [error] = errors;
	assert.equal(error?.field, field, `${what}: ${error?.text}`);
	assert.equal(page.text.split(error?.text ?? "").length, 2, `${what} is said once`);
	const described = new RegExp(`<(input|div)\\s[^>]*aria-describedby="[^"]*\\b${field}-error"[^>]*>`).exec(
		page.text,
	);
	assert.ok(described, `${what}: nothing is tied to it`);
	const [tag, kind] = described;
	assert.match(tag, /\sautofocus(\s|>)/, `${what}: the page opens elsewhere`);
	if (kind === "input") assert.match(tag, /aria-invalid="true"/, what);
	assert.equal(page.text.match(/<[^>]*\sautofocus(\s|>)/g)?.length, 1, `${what}: one place to open at`);
	assert.equal(page.text.match(/aria-invalid="true"/g)?.length ?? 0, kind === "input" ? 1 : 0, what);
}

/** Text stays as it was typed; a secret is nowhere on the page. */
function assertKept(
	before: Page,
	page: Page,
	{ form, sent }: { readonly form: Form; readonly sent: Fields },
): void {
	const again = page.forms.filter(({ action }) => action === form.action);
	for (const { name, type, autocomplete } of inputsOf(before, form)) {
		const typed = sent[name] ?? "";
		if (typed === "" || name === "passkey") continue;
		const what = `${form.action} ${name}`;
		if (type === "password" || autocomplete === "one-time-code") {
			assert.doesNotMatch(page.text, new RegExp(`value="${typed}"`), `${what} is kept`);
		} else {
			assert.ok(
				again.some(({ fields }) => fields[name] === typed),
				`${what} is lost`,
			);
		}
	}
}

async function sendWrongly(
	{ route, filled }: Pick<FormUnderAttack, "route" | "filled">,
	browser: FormBrowser,
	it: { readonly page: Page; readonly answer: Fields },
): Promise<number> {
	const form = formAt(it.page, route);
	const wrongs = wrongsOf(route, inputsOf(it.page, form));
	for (const { field, value } of wrongs) {
		const good = { ...form.fields, ...filled, ...(field === "passkey" ? {} : it.answer) };
		const { [field]: _, ...without } = good;
		// A passkey stands for what is typed, and a code beside it.
		const { passkey: __, ...typed } = without;
		const sent = {
			...(field === "passkey" ? without : typed),
			...(value !== undefined && { [field]: value }),
		};
		const response = await browser.send(form.action, { method: "POST", body: new URLSearchParams(sent) });
		const what = `${route} ${field}=${String(value).slice(0, 40)}`;
		const text = await response.text();
		assert.ok(response.status >= 400 && response.status < 500, `${what} is answered ${response.status}`);
		const page = readAgain(it.page, response.status, text);
		assertSaidOnce(page, field, what);
		assertKept(it.page, page, { form, sent });
	}
	return wrongs.length;
}

/** The page that answers a form. */
function readAgain(page: Page, status: number, text: string): Page {
	const forms = [...text.matchAll(/<form\s([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = "", inner = ""]) => ({
		action: attribute(head, "action"),
		fields: Object.fromEntries(
			[...inner.matchAll(/<input\s([^>]*)>/g)]
				.map(([, input = ""]) => input)
				.filter((input) => attribute(input, "type") !== "checkbox" || /\schecked(\s|$)/.test(input))
				.map((input) => [attribute(input, "name"), attribute(input, "value")]),
		),
		buttons: [],
	}));
	const title = /<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? "";
	return { ...page, status, text, forms, title };
}

/** The page as it is when the last proof is too old to do, so that it asks for one. */
async function later(
	world: AttackWorld,
	it: { readonly browser: FormBrowser; readonly page: Page },
	route: string,
) {
	world.advance(6 * 60_000);
	const page = await it.browser.open(it.page.url.href);
	const pattern = new RegExp(`^${route.replace(/:\w+/, "[^/]+")}$`);
	return page.forms.some(({ action }) => pattern.test(action)) ? page : it.page;
}

describe("what is wrong with a form is said once, at its field:", () => {
	const all = [...forms, ...formsBeforeRegistering, ...formsOfTerms, ...formsElsewhere];
	for (const form of all.filter(({ route }) => !onItsOwnPage.has(route) && !isSoAlready.has(route))) {
		const confirms = form.route === "/login" && !form.stranger;
		test(`${form.route}${confirms ? " (confirming)" : ""}${form.on?.registration?.needsAddress ? " (with an address first)" : ""}`, async () => {
			await using world = await openAttackWorld(form.on);
			const opened = await form.open(world, "alice");
			const page = await later(world, opened, form.route);
			await sendWrongly(form, opened.browser, { page, answer: opened.answer ?? {} });
		});
	}

	const filledWrongly = async (world: AttackWorld, some: readonly FormUnderAttack[]) => {
		const wrongs = [];
		for (const { route, open } of some.filter((one) => !onItsOwnPage.has(one.route))) {
			const opened = await open(world, "alice");
			const page = await later(world, opened, route);
			if (wrongsOf(route, inputsOf(page, formAt(page, route))).length > 0) wrongs.push(route);
		}
		return wrongs;
	};

	test("of all of them, most are filled in wrongly here", async () => {
		await using world = await openAttackWorld();
		const wrongs = await filledWrongly(world, forms);
		assert.ok(wrongs.length >= 22, `${wrongs.length}: ${wrongs.join(", ")}`);
	});

	test("of those about other services, all that have a field", async () => {
		await using world = await openAttackWorld(formsElsewhere[0]?.on);
		const wrongs = await filledWrongly(world, formsElsewhere);
		assert.deepEqual(wrongs, ["/register/elsewhere", "/account/links", "/account/links/:key"]);
	});

	for (const form of formsBesideSynapse)
		test(`${form.route} (beside a homeserver elsewhere)`, async () => {
			const homeserver = await startHomeserverStandIn();
			const { base: synapse, secret } = homeserver;
			let now = Date.now();
			const server: RunningServer = await startServer({
				clock: () => now,
				homeserver: { synapse, secret, publicBase: "https://matrix.example/", guard: false },
			});
			try {
				await server.register("alice");
				const { browser, page: first } = await form.open({ server }, "alice");
				now += 6 * 60_000;
				const page = await browser.open(first.url.href);
				assert.ok((await sendWrongly(form, browser, { page, answer: {} })) > 0);
			} finally {
				await server.close();
				await homeserver.close();
			}
		});
});

describe("a name or an address is read the same wherever it is typed:", () => {
	const others: Readonly<Record<string, (value: string) => string>> = {
		username: (name) => `\u200b @${name[0]?.toUpperCase()}${name.slice(1)}:LOCALHOST\u2060 `,
		email: (address) => ` \u200b${address.replace("@", "@\u2060").toUpperCase()} `,
	};
	const all = [...forms, ...formsBeforeRegistering, ...formsOfTerms, ...formsElsewhere];
	for (const { route, open, filled, on } of all) {
		const field = Object.keys(others).find((name) => name in filled);
		if (field === undefined) continue;
		test(`${route}, ${field}${on === undefined ? "" : " (with an address first)"}`, async () => {
			await using world = await openAttackWorld(on);
			const { browser, page, answer } = await open(world, "alice");
			const form = formAt(page, route);
			const written = others[field]?.(filled[field] ?? "") ?? "";
			const body = new URLSearchParams({ ...form.fields, ...filled, ...answer, [field]: written });
			const { status } = await browser.send(form.action, { method: "POST", body });
			assert.ok(status === 303 || status === 200, `${written} is answered ${status}`);
			if (field !== "email") return;
			const table = route === "/account/email" ? "address_codes" : "begun_registrations";
			const keys = (await world.server.rows(table)).map((row) => row.address_key ?? row.key);
			assert.ok(keys.includes(filled.email), JSON.stringify(keys));
		});
	}
});
