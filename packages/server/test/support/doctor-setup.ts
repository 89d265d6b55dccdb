import type { Config } from "../../src/config/index.ts";
import type { checks } from "../../src/doctor/checks/index.ts";
import type { Reply } from "../../src/doctor/question.ts";
import { setupOf } from "../../src/doctor/setup.ts";

export const now = Date.parse("2026-06-01T12:00:00Z");
const config: Config = {
	...{ host: "127.0.0.1", port: 8080, dataDirectory: "/data", openRegistration: false },
	...{ publicBase: "https://account.example.org/", serverName: "example.org", trustedProxies: ["127.0.0.1"] },
	homeserver: {
		...{ synapse: "http://127.0.0.1:8008/", publicBase: "https://matrix.example.org/" },
		...{ secret: "a-secret-of-two-servers", guard: true },
	},
};
/** Beside Synapse, behind a proxy at two addresses, with one more door. */
export const setup = setupOf(config, {
	...{ settingsFile: "/etc/c.yaml", also: ["https://also.example.org/"], unknownToken: "mat_unknown" },
	...{ proxyRules: new Map(), asToken: () => "as-token", clock: () => now },
});

/** What one check says where every request is answered like this: verdict and place, what was found, what to do. */
export function findingsOf(check: (typeof checks)[number], reply: () => Reply): readonly string[] {
	const found = check.judge({ setup, reply, certificates: new Map(), data: { ok: true }, now }) ?? [];
	return found.flatMap(({ verdict, what, found, fix }) => [`${verdict} ${what}`, found, fix]);
}
