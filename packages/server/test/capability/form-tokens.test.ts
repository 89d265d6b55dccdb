/** Every form of the pages: sent by anybody but our own page in this browser, it changes nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, type Browser, openResetWorld, password, type ResetWorld } from "../support/reset-world.ts";

interface Setting {
	readonly world: ResetWorld;
	readonly alice: Browser;
	readonly app: App;
	/** Address of a waiting request to replace the identity. */
	readonly request: string;
}

interface FormCase {
	readonly name: string;
	/** Where page and form have one fixed address. */
	readonly path?: string;
	/** The page that shows the form, and where it is sent. */
	readonly page: (it: Setting) => string;
	readonly action: (it: Setting) => string;
	readonly fields: Readonly<Record<string, string>>;
	/** The form is one for people who are not signed in. */
	readonly stranger?: boolean;
}

const devicePath = () => "/account/devices/PHONEALICE";
const forms: readonly FormCase[] = [
	form("signing in", "/login", { username: "alice", password }, true),
	form("registering", "/register", { username: "carol", password }, true),
	{ ...form("confirming it is you", "/login", { password }), page: () => "/login?fresh=1" },
	{ ...form("signing out of the browser", "/logout", {}), page: () => "/account/" },
	{
		name: "signing out a device",
		page: () => `${devicePath()}?delete=1`,
		action: devicePath,
		fields: { password },
	},
	form("naming a device", `${devicePath()}/name`, { name: "Kitchen" }),
	form("signing out everywhere", "/account/sign-out-everywhere", { password }),
	form("changing the password", "/account/password", { current: password, password: "another long phrase" }),
	form("closing the account", "/account/deactivate", { username: "alice", password }),
	...["approve", "deny", "reopen", "sign-out-device"].map((decision) => ({
		name: `answering a request: ${decision}`,
		page: ({ request }: Setting) => request,
		action: ({ request }: Setting) => request,
		fields: { decision, password },
	})),
];

function form(name: string, path: string, fields: FormCase["fields"], stranger = false): FormCase {
	return { name, path, page: () => path, action: () => path, fields, stranger };
}

async function withAlice(): Promise<Setting & AsyncDisposable> {
	const world = await openResetWorld();
	const alice = await world.register("alice");
	const app = await world.app("alice", { deviceId: "PHONEALICE" });
	await app.upload("first");
	const challenge = await app.upload("second");
	const { pathname: request } = new URL(challenge.body.params["m.oauth"].url);
	return { world, alice, app, request, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** A page with another form for the same visitor. */
function otherForm(it: FormCase): string {
	const [first, second] = it.stranger
		? (["/login", "/register"] as const)
		: (["/account/password", "/account/deactivate"] as const);
	return it.path === first ? second : first;
}

function tokenOn(text: string, action: string): string {
	const [start = -1] = [`"`, "?"]
		.map((end) => text.indexOf(`action="${action}${end}`))
		.filter((at) => at >= 0);
	const token = /name="csrf" value="([^"]+)"/.exec(text.slice(start))?.[1];
	assert.ok(start >= 0 && token !== undefined, `a form for ${action} with its token`);
	return token;
}

/** Everything these forms could change. */
async function stateOf({ world, alice, app, request }: Setting) {
	const { accountId } = app;
	const account = await world.storage.read.accounts.find({ id: accountId });
	const requests = await world.storage.read.requests.ofAccount(accountId, 0);
	return {
		account,
		carol: await world.storage.read.accounts.find({ localpart: "carol" }),
		requests: requests.map(({ reference, state }) => ({ reference, state })),
		isSignedIn: (await alice.get(request)).status,
		app: (await app.call("GET", "account/whoami")).status,
		devices: await world.storage.read.devices.list(accountId),
		events: (await world.storage.read.events.list(accountId, { limit: 100 })).length,
	};
}

describe("a form is refused and changes nothing", () => {
	for (const it of forms) {
		test(`${it.name}: without a token, with one of another browser, and with one of another form`, async () => {
			await using setting = await withAlice();
			const browser = it.stranger ? setting.world.browser() : setting.alice;
			const action = it.action(setting);
			const page = await browser.get(it.page(setting));
			const token = tokenOn(page.text, action);
			const elsewhere = tokenOn((await setting.world.browser().get("/login")).text, "/login");
			const other = otherForm(it);
			const otherToken = tokenOn((await browser.get(other)).text, other);
			const before = await stateOf(setting);
			for (const csrf of [undefined, "", token.slice(1), elsewhere, otherToken]) {
				const fields = { ...it.fields, ...(csrf === undefined ? {} : { csrf }) };
				const refused = await browser.post(action, fields);
				assert.equal(refused.status, 403, `token ${csrf}`);
				assert.equal(refused.title, "This form has expired");
			}
			assert.deepEqual(await stateOf(setting), before);
			const done = await browser.post(action, { ...it.fields, csrf: token });
			assert.notEqual(done.title, "This form has expired", "with its own token it is taken");
		});
	}
});
