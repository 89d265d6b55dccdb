import assert from "node:assert/strict";
import { run } from "../../src/cli/index.ts";
import { needsCaddy, startCaddy } from "./caddy.ts";
import { needsNginx, type RealProxy, startNginx } from "./nginx.ts";

export type ProxyKind = "nginx" | "caddy";

/** Skips where that proxy is not installed. */
export const needsProxy = { nginx: needsNginx, caddy: needsCaddy };

/** A real proxy on this port, with what `countersign proxy` prints for these settings. */
export async function startPrintedProxy(
	kind: ProxyKind,
	port: number,
	environment: Readonly<Record<string, string>>,
): Promise<RealProxy> {
	let text = "";
	const code = await run(["proxy", kind], {
		environment,
		out: (printed) => {
			text += printed;
		},
		complain: (headline, details = []) => assert.fail([headline, ...details].join("\n")),
		readSecret: async () => "",
	});
	assert.equal(code, 0);
	return kind === "nginx" ? startNginx({ http: text, port }) : startCaddy({ sites: text, port });
}
