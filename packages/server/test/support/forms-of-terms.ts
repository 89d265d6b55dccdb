import type { FormUnderAttack } from "./forms-under-attack.ts";
import type { RunningServer, ServerOptions } from "./server.ts";

/** Where people have to agree to something. */
export const withTerms = {
	registration: { terms: { url: "https://example.org/terms", version: "2026-11" } },
} as const satisfies ServerOptions;

/** As if they had their account from before there were terms. */
export function owesTerms({ change }: Pick<RunningServer, "change">, localpart: string): Promise<void> {
	return change(`DELETE FROM agreed_terms WHERE account_id =
		(SELECT id FROM accounts WHERE localpart = '${localpart}')`);
}

/** Those that only such a server has. */
export const formsOfTerms: readonly FormUnderAttack[] = [
	{
		route: "/account/terms",
		on: withTerms,
		async open({ server }, who) {
			const browser = await server.signIn(who);
			await owesTerms(server, who);
			return { browser, page: await browser.open("/account/terms?next=/account/profile") };
		},
		filled: { terms: "yes" },
	},
];
