import {
	isLoopbackSite,
	type ProxyPlan,
	type ProxyRoute,
	type ProxySite,
	type ProxyTarget,
} from "./proxy-plan.ts";

/** The plan as `server` blocks of nginx, to be included inside of `http`. */
export function nginxSnippet({ notes, sites }: ProxyPlan): string {
	const head = [
		"For nginx, printed by: countersign proxy nginx",
		"Keep it in a file of its own that is included inside of http { }, like /etc/nginx/conf.d/countersign.conf, and",
		"print it again after a change of the settings.",
		"Every proxy_pass is without a path: locations are chosen by the path in its plain form, but it is passed on as it was",
		"sent, so that nothing that is refused in one spelling is let through in another.",
		"Where nginx itself stands behind a proxy, name that one with set_real_ip_from and real_ip_header.",
		...notes,
	];
	return `${[...comments(head, ""), ...sites.flatMap(serverBlock)].join("\n")}\n`;
}

function serverBlock(site: ProxySite): readonly string[] {
	return [
		"",
		...comments([site.about], ""),
		"server {",
		...listens(site).map((line) => `\t${line}`),
		`\tserver_name ${site.base.hostname};`,
		"",
		"\tproxy_http_version 1.1;",
		"\tproxy_set_header Host $host;",
		...comments(["Set, not added to: what a client writes there is a claim."], "\t"),
		"\tproxy_set_header X-Forwarded-For $remote_addr;",
		"\tproxy_set_header X-Forwarded-Proto $scheme;",
		...comments(["Apps wait long for news."], "\t"),
		"\tproxy_read_timeout 300s;",
		"\tproxy_max_temp_file_size 0;",
		...site.routes.flatMap(location),
		"",
		"\tlocation / {",
		...inside(site.rest).map((line) => `\t${line}`),
		"\t}",
		"}",
	];
}

function listens({ base, isHomeserver }: ProxySite): readonly string[] {
	const isSecure = base.protocol === "https:";
	const port = base.port || (isSecure ? "443" : "80");
	const end = isSecure ? " ssl;" : ";";
	if (isLoopbackSite(base)) return [`listen 127.0.0.1:${port}${end}`, ...certificates(base)];
	const both = (each: string) => [`listen ${each}${end}`, `listen [::]:${each}${end}`];
	const federation = [
		"# Other homeservers may call on 8448. That has to be this very block: another one would have no guard.",
		...both("8448").map((line) => `# ${line}`),
	];
	return [...both(port), ...(isSecure && isHomeserver ? federation : []), ...certificates(base)];
}

function certificates({ protocol, hostname }: URL): readonly string[] {
	if (protocol !== "https:") return [];
	const folder = `/etc/letsencrypt/live/${hostname}`;
	return [`ssl_certificate ${folder}/fullchain.pem;`, `ssl_certificate_key ${folder}/privkey.pem;`];
}

function location(route: ProxyRoute): readonly string[] {
	const { about, exception } = route;
	return [
		"",
		...comments([...about, ...(exception === undefined ? [] : exceptionally(exception))], "\t"),
		...nginxRule(route).map((line) => `\t${line}`),
	];
}

/** The lines of one route, as they stand inside of `server`. */
export function nginxRule({ name, pattern, to, only }: ProxyRoute): readonly string[] {
	const block = (head: string, lines: readonly string[]) => [`location ${head} {`, ...lines, "}"];
	if (only === undefined) return block(`~ ${pattern}`, inside(to));
	return [
		...block(`~ ${pattern}`, [
			`\terror_page 418 = @${name};`,
			`\tif ($request_method = ${only.method}) { return 418; }`,
			...inside(only.others),
		]),
		...block(`@${name}`, inside(to)),
	];
}

function exceptionally({ about, pattern, origin }: NonNullable<ProxyRoute["exception"]>): readonly string[] {
	return [about, `location ~ ${pattern} { allow 10.0.0.0/8; deny all; proxy_pass ${origin}; }`];
}

function inside(to: ProxyTarget): readonly string[] {
	if (to.kind === "nowhere") return ["\treturn 404;"];
	return [
		`\tclient_max_body_size ${to.largestBody};`,
		...(to.origin.startsWith("https:") ? ["\tproxy_ssl_server_name on;"] : []),
		`\tproxy_pass ${to.origin};`,
	];
}

function comments(lines: readonly string[], indent: string): readonly string[] {
	return lines.map((line) => `${indent}# ${line}`);
}
