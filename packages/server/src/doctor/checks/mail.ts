import type { Check } from "../finding.ts";
import { isLoopback } from "../setup.ts";
import { setting } from "./words.ts";

export const mail: Check = {
	id: "mail",
	promise: "the mail server takes letters",
	after: [],
	appliesTo: ({ mailServer }) => mailServer !== undefined,
	asks: () => [],
	judge({ setup, mail: state }) {
		const { mailServer = "" } = setup;
		if (state === undefined) return undefined;
		if (!state.ok)
			return [
				{
					verdict: "problem",
					what: setting(setup, "email"),
					found: `${mailServer}: ${state.failure}`,
					fix: 'correct the setting, or let this machine reach it; then send yourself a letter: "npx countersign config check --send-to YOU"',
				},
			];
		if (state.encrypted || isLoopback(mailServer.replace(/:\d+$/, ""))) return [];
		return [
			{
				verdict: "warning",
				what: setting(setup, "email.security"),
				found: `letters, with links that set passwords in them, go to ${mailServer} without encryption`,
				fix: "set it to starttls or tls",
			},
		];
	},
};
