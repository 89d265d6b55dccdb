import type { Connection, Got } from "../connection.ts";

/** Somebody's browser over one connection: keeps cookies, follows redirects that stay here, and presses buttons. */
export interface Browser {
	open(path: string): Promise<Shown>;
	/** Sends the form that goes to this path, with what is filled in. */
	send(page: Shown, to: string, filled: Readonly<Record<string, string>>): Promise<Shown>;
}

/** The page at which it ended, or the address elsewhere to which it was sent on. */
interface Shown {
	readonly body: string;
	readonly left?: URL;
}

const here = "http://localhost/";
const form = { "content-type": "application/x-www-form-urlencoded" };
const mostRedirects = 9;

/** @param headers sent with each request */
export function createBrowser(
	{ exchange }: Pick<Connection, "exchange">,
	headers: Readonly<Record<string, string>>,
): Browser {
	const cookies = new Map<string, { readonly path: string; readonly value: string }>();
	const cookiesFor = (path: string) =>
		[...cookies].flatMap(([name, cookie]) =>
			path.startsWith(cookie.path) ? [`${name}=${cookie.value}`] : [],
		);
	const request = async (method: "GET" | "POST", path: string, body = ""): Promise<Got> => {
		const sent = { ...headers, ...(method === "POST" && form), cookie: cookiesFor(path).join("; ") };
		const got = await exchange({ method, path, headers: sent, body });
		for (const [, name = "", value = "", rest = ""] of got.head.matchAll(
			/\r\nset-cookie: ([^=]+)=([^;]*)(.*)/gi,
		))
			cookies.set(name, { value, path: /; path=([^;\r]*)/i.exec(rest)?.[1] ?? "/" });
		return got;
	};
	const follow = async (first: Promise<Got>): Promise<Shown> => {
		let got = await first;
		for (let times = 0; times < mostRedirects; times++) {
			const location = /\r\nlocation: (.*)/i.exec(got.head)?.[1];
			if (location === undefined) return shown(got);
			const next = new URL(location, here);
			if (next.origin !== new URL(here).origin) return { body: got.body, left: next };
			got = await request("GET", next.pathname + next.search);
		}
		throw new Error("redirects without end");
	};
	return {
		open: (path) => follow(request("GET", path)),
		send(page, to, filled) {
			const fields = new URLSearchParams({ ...fieldsOf(page.body, to), ...filled });
			return follow(request("POST", to, `${fields}`));
		},
	};
}

function shown({ status, body }: Got): Shown {
	if (status !== 200) throw new Error(`${status}: ${body}`);
	return { body };
}

/** What the form sends without anybody typing. */
function fieldsOf(body: string, to: string): Readonly<Record<string, string>> {
	const inner = body.split("<form ").find((part) => part.includes(`action="${to}"`)) ?? "";
	const hidden = inner.split("</form>")[0]?.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
	return Object.fromEntries([...(hidden ?? [])].map(([, name = "", value = ""]) => [name, value]));
}
