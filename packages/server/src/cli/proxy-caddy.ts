import {
	isLoopbackSite,
	type ProxyPlan,
	type ProxyRoute,
	type ProxySite,
	type ProxyTarget,
} from "./proxy-plan.ts";

/** The plan as sites of a Caddyfile. */
export function caddySnippet({ notes, sites }: ProxyPlan): string {
	const head = [
		"For Caddy, printed by: countersign proxy caddy",
		"Put it into the Caddyfile, or import it there, and print it again after a change of the settings.",
		"Paths are compared in their plain form, but passed on as they were sent, so that nothing that is refused in one",
		"spelling is let through in another. All matchers are regular expressions, because only then do they count in",
		"the order in which they stand here.",
		"X-Forwarded-For is set by Caddy; where Caddy itself stands behind a proxy, name that one in trusted_proxies.",
		...notes,
	];
	return `${[...comments(head, ""), ...sites.flatMap(siteBlock)].join("\n")}\n`;
}

function siteBlock(site: ProxySite): readonly string[] {
	const federation = [
		"Other homeservers may call on 8448. That has to be this very site: another one would have no guard. Write",
		`${site.base.origin}, ${site.base.protocol}//${site.base.hostname}:8448 {`,
	];
	const isFederated = site.isHomeserver && site.base.protocol === "https:" && !isLoopbackSite(site.base);
	return [
		"",
		...comments([site.about, ...(isFederated ? federation : [])], ""),
		`${site.base.origin} {`,
		...(isLoopbackSite(site.base) ? ["\tbind 127.0.0.1"] : []),
		...site.routes.flatMap(handle),
		"",
		"\thandle {",
		...inside(site.rest).map((line) => `\t${line}`),
		"\t}",
		"}",
	];
}

function handle(route: ProxyRoute): readonly string[] {
	const { about, exception } = route;
	return [
		"",
		...comments([...about, ...(exception === undefined ? [] : exceptionally(exception))], "\t"),
		...caddyRule(route).map((line) => `\t${line}`),
	];
}

/** The lines of one route, as they stand inside of a site. */
export function caddyRule({ name, pattern, to, only }: ProxyRoute): readonly string[] {
	const matcher = `@${name}`;
	return [
		...(only === undefined
			? [`${matcher} path_regexp \`${pattern}\``]
			: [`${matcher} {`, `\tmethod ${only.method}`, `\tpath_regexp \`${pattern}\``, "}"]),
		`handle ${matcher} {`,
		...inside(to),
		"}",
	];
}

function exceptionally({ about, pattern, origin }: NonNullable<ProxyRoute["exception"]>): readonly string[] {
	return [
		about,
		"@ours {",
		`\tpath_regexp \`${pattern}\``,
		"\tremote_ip 10.0.0.0/8",
		"}",
		"handle @ours {",
		`\treverse_proxy ${origin}`,
		"}",
	];
}

function inside(to: ProxyTarget): readonly string[] {
	if (to.kind === "nowhere") return ["\trespond 404"];
	const size = `${to.largestBody.replace("k", "KiB").replace("m", "MiB")}`;
	return ["\trequest_body {", `\t\tmax_size ${size}`, "\t}", `\treverse_proxy ${to.origin}`];
}

function comments(lines: readonly string[], indent: string): readonly string[] {
	return lines.map((line) => `${indent}# ${line}`);
}
