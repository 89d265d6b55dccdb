import { loadConfig } from "../config/index.ts";
import type { Command } from "./command.ts";
import { caddySnippet } from "./proxy-caddy.ts";
import { nginxSnippet } from "./proxy-nginx.ts";
import { planProxy } from "./proxy-plan.ts";

const snippets = new Map([
	["nginx", nginxSnippet],
	["caddy", caddySnippet],
]);

export const proxy: Command = {
	name: "proxy",
	operands: ["nginx|caddy"],
	options: {},
	usage: "",
	about: "print what a reverse proxy in front needs, for these settings",
	async run(asked) {
		const [kind = ""] = asked.operands;
		const snippet = snippets.get(kind);
		if (snippet === undefined) {
			asked.complain(`countersign proxy: "${kind}" is no proxy it knows; expected nginx or caddy`);
			return 2;
		}
		const settings = loadConfig(asked.environment, asked.configPath);
		const planned = settings.ok ? planProxy(settings.config) : settings;
		if (!planned.ok) {
			const problems = "problem" in planned ? [planned.problem] : planned.problems;
			asked.complain("There is no proxy for these settings:", problems);
			return 2;
		}
		asked.out(snippet(planned.plan));
		return 0;
	},
};
