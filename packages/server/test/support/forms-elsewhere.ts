import { createHash, randomUUID } from "node:crypto";
import type { UpstreamConfig } from "../../src/config/index.ts";
import type { FormBrowser } from "./form-browser.ts";
import { type FormUnderAttack, stranger } from "./forms-under-attack.ts";
import { password, type RunningServer, type ServerOptions } from "./server.ts";

/** A service that is not there: where it is stands in the settings, so that nobody asks it. */
export const absentService: UpstreamConfig = {
	...{ id: "company", issuer: "https://id.example.org", name: "Company", clientId: "matrix" },
	authMethod: "none",
	...{ scope: "openid", pkce: true, fetchUserinfo: false, discovers: false, parameters: {} },
	requiredClaims: {},
	newAccounts: "yes",
	onLogout: "do_nothing",
	adminClaims: {},
	emailDomains: [],
	endpoints: {
		authorization_endpoint: "https://id.example.org/authorize",
		token_endpoint: "https://id.example.org/token",
		jwks_uri: "https://id.example.org/jwks",
	},
	claims: {
		subject: "{{ user.sub }}",
		localpart: { action: "suggest", template: "{{ user.preferred_username }}" },
		displayName: { action: "ignore", template: "{{ user.name }}" },
		email: { action: "ignore", template: "{{ user.email }}", isVouched: false },
		accountName: "{{ user.email }}",
	},
};

const on: ServerOptions = { upstream: [absentService] };

/** A browser that came back from there as somebody who has no account. */
export async function arriveAs(server: RunningServer, browser: FormBrowser, name: string): Promise<void> {
	const page = await browser.open("/login");
	await browser.press(page, "Sign in with Company");
	const cookie = browser.cookies.get("countersign-elsewhere") ?? "";
	const hash = createHash("sha256").update(cookie).digest("base64url");
	const said = JSON.stringify({
		localpart: { value: name, isFixed: false },
		accountName: `${name}@company.example`,
	});
	await server.change(`INSERT INTO upstream_arrivals
		(browser_hash, provider, subject, claims, proved_at, resume, expires_at)
		VALUES ('${hash}', 'company', '${randomUUID()}', '${said}', 1, '/account/', ${Date.now() + 3_600_000})`);
}

/** Links an account, and returns the page of the link. */
export async function linkAs(
	server: RunningServer,
	localpart: string,
	subject: string = randomUUID(),
): Promise<string> {
	await server.change(`INSERT INTO account_links (provider, subject, account_id, name, linked_at)
		SELECT 'company', '${subject}', id, 'somebody@company.example', 1 FROM accounts WHERE localpart = '${localpart}'`);
	return `/account/links/${createHash("sha256").update(`company\n${subject}`).digest("base64url").slice(0, 22)}`;
}

async function arrived(world: Parameters<FormUnderAttack["open"]>[0]) {
	const browser = world.server.browser();
	await arriveAs(world.server, browser, `c${randomUUID()}`);
	return { browser, page: await browser.open("/register/elsewhere") };
}

/** Those that there are where people sign in by other services, too. */
export const formsElsewhere: readonly FormUnderAttack[] = [
	{
		route: "/login/with/:provider",
		...{ stranger: true, on },
		open: (world) => stranger(world, "/login"),
		filled: {},
	},
	{
		route: "/register/elsewhere",
		...{ stranger: true, on },
		open: arrived,
		filled: {},
	},
	{
		route: "/register/elsewhere/not-me",
		...{ stranger: true, on },
		open: arrived,
		filled: {},
	},
	{
		route: "/account/with/:provider",
		...{ ofTheirOwn: true, on },
		async open({ server }) {
			const name = `c${randomUUID()}`;
			const browser = await server.register(name);
			await linkAs(server, name);
			await server.change(`UPDATE accounts SET password_hash = NULL WHERE localpart = '${name}'`);
			return { browser, page: await browser.open("/login?fresh=1") };
		},
		filled: {},
	},
	{
		route: "/account/links",
		on,
		async open({ server }, who) {
			const browser = await server.signIn(who);
			return { browser, page: await browser.open("/account/links") };
		},
		filled: { password, provider: "company" },
	},
	{
		route: "/account/links/:key",
		on,
		async open({ server }, who) {
			const browser = await server.signIn(who);
			return { browser, page: await browser.open(await linkAs(server, who)) };
		},
		filled: { password },
	},
];
