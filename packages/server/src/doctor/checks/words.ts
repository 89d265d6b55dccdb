import type { Setup } from "../setup.ts";

/** A setting and its file, as messages name it. */
export function setting(setup: Setup, name: string): string {
	return `${name} in ${setup.settingsFile}`;
}

/** The configuration of the proxy at that URL. */
export function proxyOf(url: string): string {
	return `the proxy in front of ${url}`;
}

/** How a rule that is missing gets into that proxy. */
export function addRule(
	{ proxyRules }: Setup,
	{ url, rule }: { readonly url: string; readonly rule: string },
): string {
	const { nginx = [], caddy = [] } = proxyRules.get(rule) ?? {};
	return [
		`put into ${proxyOf(url)} what is printed by: npx countersign proxy nginx, or npx countersign proxy caddy`,
		"missing, for nginx:",
		...nginx,
		"missing, for Caddy:",
		...caddy,
	].join("\n");
}

/** Some of many, each on its line, so that a message stays readable. */
export function few(lines: readonly string[]): string {
	const [shown, more] = [lines.slice(0, 3), lines.length - 3];
	return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
