import { confirmPage } from "../../src/account/pages/confirm.ts";
import { linksPage, unlinkPage } from "../../src/account/pages/links.ts";
import { registerArrivedPage } from "../../src/account/pages/register-arrived.ts";
import { signInPage } from "../../src/account/pages/sign-in.ts";
import { goingPage } from "../../src/account/pages/upstream.ts";
import type { PageView } from "../../src/pages/index.ts";
import { say } from "../../src/words/index.ts";

const day = 86_400_000;
const company = { id: "company", name: "Example Ltd" };
const code = { id: "code", name: "Codeberg" };
const byPassword = { password: true };

/** Signing in by other services, in states that take such a service to bring about. */
export function upstreamViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const signIn = { csrf: "t", serverName: "localhost", to: { kind: "front" }, username: "" } as const;
	const to = { kind: "front" } as const;
	const service = { ...company, newAccounts: "yes" } as const;
	const newcomer = {
		...{ csrf: "t", forgetCsrf: "t", serverName: "localhost", to, username: "alice" },
		arrived: {
			...{ key: "k", service },
			said: {
				...{ localpart: { value: "alice", isFixed: false }, accountName: "alice@example.com" },
				email: { address: "alice@example.com", key: "alice@example.com", isRequired: false, isVouched: true },
			},
		},
	} as const;
	const fixed = { ...newcomer.arrived, said: { localpart: { value: "alice", isFixed: true } } };
	const link = { key: "k", provider: "company", subject: "s", service: company, name: "alice@example.com" };
	const links = { csrf: "t", now, asks: byPassword };
	const confirm = {
		...{ userId: "@alice:localhost", csrf: "t", signOutCsrf: "t", elsewhereCsrf: "t" },
		to: { kind: "front" } as const,
	};
	return [
		{
			name: "sign-in-elsewhere",
			view: signInPage({
				...{ ...signIn, canRegister: true, hasMail: true },
				upstream: { services: [company, code], csrf: "t" },
			}),
		},
		{ name: "going-elsewhere", view: goingPage({ service: company, url: "https://id.example.com/" }) },
		{ name: "register-arrived", view: registerArrivedPage(newcomer) },
		{
			name: "register-arrived-fixed",
			view: registerArrivedPage({
				...{ ...newcomer, arrived: fixed, token: "" },
				terms: { url: "https://example.org/terms", version: "2026-11" },
			}),
		},
		{
			name: "register-arrived-refused",
			view: registerArrivedPage({ ...newcomer, error: { field: "username", text: say("register.taken") } }),
		},
		{ name: "links-none", view: linksPage({ ...links, links: [], services: [company, code] }) },
		{
			name: "links",
			view: linksPage({
				...{ ...links, services: [] },
				links: [
					{ ...link, linkedAt: now - 3 * day },
					{ key: "o", provider: "oidc-old", subject: "s", service: undefined },
				],
			}),
		},
		{ name: "unlink", view: unlinkPage({ csrf: "t", link, asks: byPassword }) },
		{
			name: "unlink-last",
			view: unlinkPage({
				...{ csrf: "t", link, problem: { text: say("upstream.last") } },
				asks: { password: false, upstream: "shown" },
			}),
		},
		{
			name: "confirm-elsewhere",
			view: confirmPage({ ...confirm, asks: { password: false, upstream: [company] } }),
		},
	];
}
