/** Browsers that are signed out while a form of theirs is on its way: whoever sends it decides when it ends. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { formsOfTerms } from "../support/forms-of-terms.ts";
import {
	type FormUnderAttack,
	formAt,
	forms,
	formsBesideSynapse,
	postedRoutes,
} from "../support/forms-under-attack.ts";
import { type HeldForm, holdForm } from "../support/held-back.ts";
import { startHomeserverStandIn } from "../support/homeserver-stand-in.ts";
import { startServerWithRoutes } from "../support/routes.ts";
import { password, type RunningServer } from "../support/server.ts";

interface World {
	readonly server: RunningServer;
}

interface Held {
	readonly route: string;
	readonly browser: FormBrowser;
	readonly form: HeldForm;
}

/** All of alice: what a stranger sends is answered whenever it comes, and who has a passkey has a test of their own. */
async function holdAll<W extends World>(
	world: W,
	all: readonly FormUnderAttack<W>[],
): Promise<readonly Held[]> {
	const [port = 0] = world.server.ports();
	const opened = [];
	for (const { route, open, filled, stranger, ofTheirOwn } of all) {
		if (!stranger && !ofTheirOwn) opened.push({ route, filled, ...(await open(world, "alice")) });
	}
	// All at once, and only now: what is held back for longer than a request may take is answered 408.
	const held: Held[] = [];
	for (const { route, filled, browser, page, answer } of opened) {
		const { action, fields } = formAt(page, route);
		const url = new URL(action, world.server.url);
		const cookie = browser.cookies.headerFor(url);
		const path = url.pathname + url.search;
		const form = await holdForm(port, {
			path,
			cookie,
			fields: new URLSearchParams({ ...fields, ...filled, ...answer }),
		});
		held.push({ route, browser, form });
	}
	return held;
}

type End = (server: RunningServer, held: readonly Held[]) => Promise<unknown>;

const ends: Readonly<Record<string, End>> = {
	async "signed out in another tab"(_server, held) {
		for (const { browser } of held) await browser.press(await browser.open("/account/"), /sign out/i);
	},
	async "signed out from another browser"(server) {
		const browser = await server.signIn("alice");
		await browser.press(await browser.open("/account/browsers/others"), /^Sign out/, { password });
	},
	async "signed out everywhere"(server) {
		const browser = await server.signIn("alice");
		await browser.press(await browser.open("/account/sign-out-everywhere"), /^Sign out/, { password });
	},
	async "signed out by a new password"(server) {
		const browser = await server.signIn("alice");
		const typed = { current: password, password: "another battery staple" };
		await browser.press(await browser.open("/account/password"), /password/i, typed);
	},
	"locked out": (server) =>
		server.change("UPDATE accounts SET locked_at = 1, generation = generation + 1 WHERE localpart = 'alice'"),
	async "those of a closed account"(server) {
		const browser = await server.signIn("alice");
		await browser.press(await browser.open("/account/deactivate"), /deactivate/i, {
			...{ username: "alice", password },
		});
	},
};

/** Whatever a form can change. */
const tables = [
	...["accounts", "browser_sessions", "sessions", "access_tokens", "refresh_tokens", "engine_records"],
	...[
		"security_events",
		"reset_requests",
		"device_authorizations",
		"sso_requests",
		"password_links",
		"passkeys",
		...["one_time_codes", "recovery_codes"],
	],
	...["security_events", "reset_requests", "device_authorizations", "sso_requests", "password_links"],
	...["account_emails", "address_codes", "mail_tasks", "recovery_askings", "notices", "factor_losses"],
	...["devices", "cross_signing_keys", "key_changes", "agreed_terms"],
];

/** What is noted a moment later, of apps that were there before, and of letters that nobody takes. */
const notedLater = [
	...["first_used_at", "last_used_at", "last_address"],
	...["attempts", "next_at", "lease", "leased_until", "failure"],
];

function without(key: string, value: unknown): unknown {
	return notedLater.includes(key) ? undefined : value;
}

async function snapshot({ rows }: RunningServer): Promise<unknown> {
	const all = await Promise.all(tables.map(async (table) => [table, await rows(table)] as const));
	return all.map(([table, found]) => [table, found.map((row) => JSON.stringify(row, without)).sort()]);
}

async function nothingIsDone<W extends World>(
	world: W,
	all: readonly FormUnderAttack<W>[],
	end: End,
): Promise<void> {
	const held = await holdAll(world, all);
	await end(world.server, held);
	const before = await snapshot(world.server);
	for (const { route, form } of held) {
		const { status, location, text } = await form.release();
		const title = /<h1>([^<]*)/.exec(text)?.[1] ?? "";
		const isTold =
			(status === 403 && title === "This form has expired") || title === "Your account is closed";
		const isLedOn = status === 303 && /^\/login/.test(location ?? "");
		assert.ok(isTold || isLedOn, `${route} ${status} ${location} ${title}`);
		assert.deepEqual(await snapshot(world.server), before, route);
	}
}

/** Beside a homeserver that uploads of keys reach past this server. */
async function openBesideSynapse() {
	const homeserver = await startHomeserverStandIn();
	const { base: synapse, secret } = homeserver;
	const publicBase = "https://matrix.example/";
	const settings = { homeserver: { synapse, secret, publicBase, guard: false } };
	const { server, routes } = await startServerWithRoutes(settings);
	await server.register("alice");
	return {
		...{ server, routes },
		async [Symbol.asyncDispose]() {
			await server.close();
			await homeserver.close();
		},
	};
}

describe("browsers that are signed out while they hold a form back:", () => {
	test("every form that only a homeserver elsewhere brings about is among them", async () => {
		await using world = await openBesideSynapse();
		const known = new Set([...forms, ...formsBesideSynapse].map(({ route }) => route));
		assert.deepEqual(postedRoutes(world.routes), known);
	});

	for (const [how, end] of Object.entries(ends)) {
		test(`of all that are ${how}, nothing is done`, async () => {
			await using world = await openAttackWorld();
			await nothingIsDone(world, forms, end);
		});

		test(`of those that agree to something and are ${how}, nothing is done`, async () => {
			await using world = await openAttackWorld(formsOfTerms[0]?.on);
			await nothingIsDone(world, formsOfTerms, end);
		});

		test(`of all that are ${how} beside a homeserver elsewhere, nothing is done`, async () => {
			await using world = await openBesideSynapse();
			await nothingIsDone(world, formsBesideSynapse, end);
		});
	}
});
