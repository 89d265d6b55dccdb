import { Hono } from "hono";
import { createRegisterRoutes } from "../../src/account/register.ts";
import { createSignInRoutes } from "../../src/account/sign-in.ts";
import { createSignOutRoutes } from "../../src/account/sign-out.ts";
import { createVisitors, type Visitors } from "../../src/account/visitor.ts";
import { createCookies, type Env } from "../../src/http/index.ts";
import { createCsrf, createPages, type Pages } from "../../src/pages/index.ts";
import { english } from "../../src/words/index.ts";
import { home, openPeopleWorld, type PeopleWorld, password, random } from "./people-world.ts";

export interface PagesWorld extends PeopleWorld {
	readonly app: Hono<Env>;
	readonly visitors: Visitors;
	readonly pages: Pages;
	/** A browser of its own, from the given address. */
	browser(address?: string): Browser;
	/** The same on other routes. */
	browserOn(app: Hono<Env>): Browser;
}

interface Browser {
	readonly cookies: Map<string, string>;
	get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
	/** Sends a form as it is, with nothing added. */
	post(
		path: string,
		fields: Readonly<Record<string, string>>,
		headers?: Readonly<Record<string, string>>,
	): Promise<Page>;
	/** Loads a page and sends its form with these fields filled in. `action` picks one of several forms. */
	fill(path: string, fields: Readonly<Record<string, string>>, action?: string): Promise<Page>;
	/** Signs in through the page. */
	signIn(localpart: string): Promise<Page>;
}

interface Page {
	readonly status: number;
	readonly headers: Headers;
	readonly location: string | null;
	readonly text: string;
}

/** The sign-in pages over real people; other groups are added with `app.route`. */
export async function openPagesWorld(
	options: { readonly openRegistration?: boolean; readonly publicBase?: string } = {},
): Promise<PagesWorld> {
	const world = await openPeopleWorld(options);
	const publicBase = options.publicBase ?? "http://localhost/";
	const serverName = "localhost";
	const pages = createPages({ serverName, random, language: english });
	const visitors = createVisitors({
		...{ browserSessions: world.browserSessions, clock: world.clock, random, serverName, pages },
		proofs: world.proofs,
		people: world.people,
		cookies: createCookies({ publicBase }),
		csrf: createCsrf({ key: new Uint8Array(32).fill(7), publicBase }),
	});
	const shared = { ...world, visitors, pages, serverName };
	const app = new Hono<Env>()
		.route("/", createSignInRoutes(shared))
		.route("/", createRegisterRoutes(shared))
		.route("/", createSignOutRoutes(shared));
	return {
		...world,
		app,
		visitors,
		pages,
		browser: (address = home) => browser(app, address),
		browserOn: (other) => browser(other, home),
	};
}

/** What a browser does with a server: keeps cookies, reads forms, follows nothing by itself. */
function browser(app: Hono<Env>, address: string): Browser {
	const cookies = new Map<string, string>();
	const send = async (path: string, init: RequestInit): Promise<Page> => {
		const headers = new Headers(init.headers);
		const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
		if (cookie !== "") headers.set("cookie", cookie);
		const response = await app.request(path, { ...init, headers }, { address });
		for (const line of response.headers.getSetCookie()) {
			const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			if (line.includes("Max-Age=0")) cookies.delete(name);
			else cookies.set(name, value);
		}
		const { status } = response;
		return {
			status,
			headers: response.headers,
			location: response.headers.get("location"),
			text: await response.text(),
		};
	};
	const get: Browser["get"] = (path, headers = {}) => send(path, { headers });
	const post: Browser["post"] = (path, fields, headers = {}) =>
		send(path, { method: "POST", body: new URLSearchParams(fields), headers });
	const fill: Browser["fill"] = async (path, fields, action) => {
		const form = formOf((await get(path)).text, action);
		return post(form.action, { ...form.hidden, ...fields });
	};
	const signIn = (username: string) => fill("/login", { username, password });
	return { cookies, get, post, fill, signIn };
}

/** The form on a page: where it goes and what it sends without being asked. */
export function formOf(text: string, action?: string) {
	const forms = [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)];
	const [, found, inner = ""] = forms.find((form) => action === undefined || form[1] === action) ?? [];
	if (found === undefined) throw new Error(`no form ${action ?? ""} in: ${text}`);
	const hidden = [...inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
	const plain = (value = "") => value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
	return {
		action: plain(found),
		hidden: Object.fromEntries(hidden.map(([, name, value]) => [name ?? "", plain(value)])),
	};
}
