import type { Check } from "../finding.ts";
import { isLoopback } from "../setup.ts";
import { setting } from "./words.ts";

export const trustedProxies: Check = {
	id: "trusted-proxies",
	promise: "the settings say whose word on a visitor's address counts",
	after: [],
	asks: () => [],
	judge({ setup }) {
		if (!setup.hasPublicBase) return undefined;
		const proxies = setup.trustedProxies;
		const what = setting(setup, "trusted_proxies");
		if (proxies.some((entry) => /^(0\.0\.0\.0|::)\/0$/.test(entry)))
			return [
				{
					verdict: "problem",
					what,
					found: "everybody is trusted, so everybody can claim any address in X-Forwarded-For",
					fix: "name the proxies' own addresses alone, like trusted_proxies: [127.0.0.1]",
				},
			];
		const isNamed = setup.listensOnLoopback
			? proxies.some((entry) => isLoopback(entry.replace(/\/\d+$/, "")))
			: proxies.length > 0;
		if (isNamed) return [];
		return [
			{
				verdict: "warning",
				what,
				found:
					"the proxy is not named, so everybody seems to come from its address: limits are shared by all, and people see it in their security log",
				fix: setup.listensOnLoopback
					? "write trusted_proxies: [127.0.0.1] and restart Countersign"
					: "write trusted_proxies: with the address that the proxy connects from, and restart Countersign",
			},
		];
	},
};
