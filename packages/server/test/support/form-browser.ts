/** What a person does with a browser, over plain fetch: keeps cookies, follows links, presses buttons. No script. */
export interface FormBrowser {
	/** Opens an address and follows redirects, as long as they stay on the server. */
	open(url: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
	/** Fills in the form that has this button and presses the button, by the label people read. */
	press(page: Page, label: string | RegExp, filled?: Readonly<Record<string, string>>): Promise<Page>;
	/** One request with this browser's cookies; no redirect is followed. */
	send(url: string, init?: RequestInit): Promise<Response>;
	readonly cookies: CookieJar;
}

export interface Page {
	/** Where the browser ended up. */
	readonly url: URL;
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The heading of the page, as people read it. */
	readonly title: string;
	readonly forms: readonly Form[];
	/** Set when the server sent the browser on to somewhere else, like an app; the rest is then the redirect's own. */
	readonly left: URL | undefined;
}

export interface Form {
	readonly action: string;
	/** What it sends without anybody typing. */
	readonly fields: Readonly<Record<string, string>>;
	readonly buttons: readonly Button[];
}

interface Button {
	readonly label: string;
	readonly sends: Readonly<Record<string, string>>;
}

const maxRedirects = 12;

/** A browser in which nobody is signed in. Addresses may be relative to `base`; `sent` goes with each request. */
export function createFormBrowser(base: string, sent: Readonly<Record<string, string>> = {}): FormBrowser {
	const cookies = createCookieJar();
	const send: FormBrowser["send"] = async (address, init = {}) => {
		const url = new URL(address, base);
		const headers = new Headers({ ...sent, ...Object.fromEntries(new Headers(init.headers)) });
		const cookie = cookies.headerFor(url);
		if (cookie !== "") headers.set("cookie", cookie);
		const response = await fetch(url, { ...init, headers, redirect: "manual" });
		cookies.keep(response);
		return response;
	};
	const follow = async (address: string, first: RequestInit): Promise<Page> => {
		let url = new URL(address, base);
		let response = await send(url.href, first);
		for (let steps = 0; steps < maxRedirects; steps++) {
			const location = response.headers.get("location");
			const next = location === null ? undefined : new URL(location, url);
			if (next === undefined || next.origin !== new URL(base).origin) return readPage(url, response, next);
			await response.body?.cancel();
			url = next;
			response = await send(url.href);
		}
		throw new Error(`${address} redirects without end`);
	};
	return {
		cookies,
		send,
		open: (address, headers = {}) => follow(address, { headers }),
		press(page, label, filled = {}) {
			const { form, button } = buttonOf(page, label);
			const body = new URLSearchParams({ ...form.fields, ...filled, ...button.sends });
			return follow(new URL(form.action, page.url).href, { method: "POST", body });
		},
	};
}

interface CookieJar {
	headerFor(url: URL): string;
	keep(response: Response): void;
	/** The value of the first cookie of that name. */
	get(name: string): string | undefined;
}

function createCookieJar(): CookieJar {
	const kept = new Map<string, { readonly name: string; readonly value: string; readonly path: string }>();
	return {
		headerFor: ({ pathname }) =>
			[...kept.values()]
				.filter(
					({ path }) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`),
				)
				.map(({ name, value }) => `${name}=${value}`)
				.join("; "),
		keep(response) {
			for (const line of response.headers.getSetCookie()) {
				const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
				const path = /;\s*path=([^;]*)/i.exec(line)?.[1] ?? "/";
				const isOver = value === "" || /;\s*max-age=0\b/i.test(line);
				if (isOver) kept.delete(`${name} ${path}`);
				else kept.set(`${name} ${path}`, { name, value, path });
			}
		},
		get: (wanted) => [...kept.values()].find(({ name }) => name === wanted)?.value,
	};
}

async function readPage(url: URL, response: Response, left: URL | undefined): Promise<Page> {
	const { status, headers } = response;
	const text = await response.text();
	const title = plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(text)?.[1] ?? "");
	return { url, status, headers, text, title, forms: formsOf(text), left };
}

/** What is sent only where it is ticked. */
const isTicked = new Set(["checkbox", "radio"]);

function formsOf(text: string): readonly Form[] {
	return [...text.matchAll(/<form\s([^>]*)>([\s\S]*?)<\/form>/g)].map(([, own = "", inner = ""]) => ({
		action: attribute(own, "action") ?? "",
		fields: Object.fromEntries(
			[...inner.matchAll(/<input\s([^>]*)>/g)]
				.map(([, input = ""]) => input)
				.filter((input) => !isTicked.has(attribute(input, "type") ?? "") || /\schecked(\s|$)/.test(input))
				.map((input) => [attribute(input, "name") ?? "", attribute(input, "value") ?? ""]),
		),
		buttons: [...inner.matchAll(/<button\s([^>]*)>([\s\S]*?)<\/button>/g)].map(([, own = "", label = ""]) => {
			const name = attribute(own, "name");
			return {
				label: plain(label),
				sends: name === undefined ? {} : { [name]: attribute(own, "value") ?? "" },
			};
		}),
	}));
}

/** The page with this button answering something else, as nobody's browser shows it and anybody can send it. */
export function withAnswer(page: Page, label: string, decision: string): Page {
	const other = (button: Button) => (button.label === label ? { ...button, sends: { decision } } : button);
	return {
		...page,
		forms: page.forms.map((form) => ({ ...form, buttons: form.buttons.map(other) })),
	};
}

function buttonOf(page: Page, label: string | RegExp): { readonly form: Form; readonly button: Button } {
	const isIt = (text: string) => (typeof label === "string" ? text === label : label.test(text));
	for (const form of page.forms) {
		const button = form.buttons.find((one) => isIt(one.label));
		if (button !== undefined) return { form, button };
	}
	const all = page.forms.flatMap((form) => form.buttons.map((one) => one.label)).join(", ");
	const where = `${page.status} “${page.title}” at ${page.url.pathname}`;
	throw new Error(`no button ${label} on ${where}; there are: ${all || "none"}`);
}

function attribute(tag: string, name: string): string | undefined {
	const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
	return value === undefined ? undefined : unescapeHtml(value);
}

function plain(markup: string): string {
	return unescapeHtml(markup.replaceAll(/<[^>]*>/g, ""))
		.replaceAll(/\s+/g, " ")
		.trim();
}

const entities: Readonly<Record<string, string>> = {
	"&lt;": "<",
	"&gt;": ">",
	"&quot;": '"',
	"&#39;": "'",
	"&amp;": "&",
};

function unescapeHtml(text: string): string {
	return text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity);
}
