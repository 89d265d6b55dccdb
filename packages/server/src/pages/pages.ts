import type { Random } from "../config/ports.ts";
import type { Language, Text } from "../words/index.ts";
import { actions, linkButton } from "./components.ts";
import { constantMarkup, type Html, html } from "./html.ts";
import { operatorContact } from "./operator-contact.ts";
import { type Branding, type PageView, page } from "./page.ts";
import { localTimes, showsTimes } from "./scripts/local-times.ts";
import { passkeys, usesPasskeys } from "./scripts/passkeys.ts";
import { reveal, revealsPasswords } from "./scripts/reveal.ts";

export type { PageView } from "./page.ts";

export interface PageOptions {
	/** Default 200. */
	readonly status?: number;
	/**
	 * Where the page's forms may lead beside this server, by origin or `scheme:`. Browsers apply it to redirects
	 * after the form as well, so a page that ends at an app has to name the app's address.
	 */
	readonly formAction?: readonly string[];
	/** `Set-Cookie` values. */
	readonly cookies?: readonly string[];
	readonly headers?: Readonly<Record<string, string>>;
}

/** Something went wrong, in words for the person: what, and what to do now. */
export interface Problem {
	readonly status: number;
	readonly title: Text;
	readonly text: Text;
	readonly action?: { readonly label: Text; readonly href: string };
	readonly headers?: Readonly<Record<string, string>>;
	/** As of every page: it tells people to ask those who run the server. */
	readonly asksOperator?: boolean;
	/** As of every page: who is signed in, where that is known. */
	readonly signedInAs?: string | undefined;
}

export interface Pages {
	show(view: PageView, options?: PageOptions): Response;
	problem(problem: Problem): Response;
}

/** Makes pages into answers, each under a policy that lets nothing in but its own style and script. */
export function createPages({
	serverName,
	random,
	language,
	contact,
	branding = {},
}: {
	readonly serverName: string;
	readonly random: Random;
	/** In which everything is said. */
	readonly language: Language;
	/** Those who run the server, as they want to be asked. Default: they do not say. */
	readonly contact?: string | undefined;
	/** How they want their pages to look. Default: as the program has it. */
	readonly branding?: Branding | undefined;
}): Pages {
	const show: Pages["show"] = (view, options = {}) => {
		const nonce = random.token(18);
		const whom = view.asksOperator === true && contact !== undefined ? operatorContact(contact) : "";
		const body = constantMarkup(html`${view.body}${whom}`.markup(language));
		const scripts = scriptsOf(view, body.markup(language));
		const policy = contentPolicy({
			...{ nonce, formAction: options.formAction ?? [], scripts },
			outside: view.outside?.hosts ?? [],
		});
		const response = new Response(
			page({ ...view, body }, { serverName, branding, nonce, language, scripts }),
			{
				status: options.status ?? 200,
				headers: { ...options.headers, ...pageHeaders, "content-security-policy": policy },
			},
		);
		for (const cookie of options.cookies ?? []) {
			response.headers.append("set-cookie", cookie);
		}
		return response;
	};
	return {
		show,
		problem: ({ status, title, text, action, headers, asksOperator, signedInAs }) =>
			show(
				{ title, body: problemBody(text, action), asksOperator: asksOperator === true, signedInAs },
				{ status, ...(headers === undefined ? {} : { headers }) },
			),
	};
}

/**
 * COOP stays off on every page: an app that opened us in a window learns of the end through its `opener`, which
 * any other value would cut for good.
 */
const pageHeaders = {
	"content-type": "text/html; charset=utf-8",
	"cache-control": "no-store",
	"cross-origin-opener-policy": "unsafe-none",
	"cross-origin-resource-policy": "same-origin",
	"permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
} as const;

function scriptsOf({ script }: PageView, markup: string): readonly string[] {
	return [
		...(script === undefined ? [] : [script]),
		...(showsTimes(markup) ? [localTimes] : []),
		...(revealsPasswords(markup) ? [reveal] : []),
		...(usesPasskeys(markup) ? [passkeys] : []),
	];
}

function contentPolicy(it: {
	readonly nonce: string;
	readonly formAction: readonly string[];
	readonly scripts: readonly string[];
	/** Of a service elsewhere whose script this one page loads. */
	readonly outside: readonly string[];
}): string {
	const outside = it.outside.map((host) => ` ${host}`).join("");
	const hasScript = it.scripts.length > 0 || outside !== "";
	const script = hasScript
		? [`script-src 'nonce-${it.nonce}'${outside}`, `connect-src 'self'${outside}`]
		: [];
	const frames = outside === "" ? [] : [`frame-src${outside}`];
	return [
		"default-src 'none'",
		`style-src 'nonce-${it.nonce}'${outside}`,
		...script,
		...frames,
		"img-src 'self' data:",
		["form-action 'self'", ...it.formAction.filter(isPolicySource)].join(" "),
		"frame-ancestors 'none'",
		"base-uri 'none'",
	].join("; ");
}

/** An origin or a scheme and nothing that could end the directive and begin another. */
function isPolicySource(text: string): boolean {
	return /^[a-z][a-z0-9+.-]*:(?:\/\/[\w.:[\]-]+)?$/i.test(text);
}

function problemBody(text: Text, action: Problem["action"]): Html {
	return html`<p>${text}</p>${action && actions(linkButton("plain", action.label, action.href))}`;
}
