import type { Arrived, Says } from "./guarding-world.ts";

type Content = Readonly<Record<string, unknown>>;

/** What a homeserver keeps of one person that apps take away before a reset. */
export interface UndoBehind {
	/** Settable: what it says to whatever begins so (`GET room_keys/version`), in the place of what is true. */
	readonly says: Map<string, Says>;
	/** Of the key backup, the oldest first. */
	readonly versions: Set<number>;
	readonly data: Map<string, Content>;
	dehydrated: string | undefined;
	answer(request: Pick<Arrived, "method" | "url" | "body">): Says;
}

export function createUndoBehind(): UndoBehind {
	const behind: UndoBehind = {
		says: new Map(),
		versions: new Set(),
		data: new Map(),
		dehydrated: undefined,
		answer({ method, url, body }) {
			const asked = `${method} ${pathOf(url)}`;
			const said = [...behind.says].find(([start]) => asked.startsWith(start))?.[1];
			return said ?? answerOf(behind, { method, path: pathOf(url), body });
		},
	};
	return behind;
}

/** Without what all of them begin with. */
export function pathOf(url: string): string {
	const [path = ""] = url.split("?");
	return path.replace(/^\/_matrix\/client\/(?:v3|unstable)\//, "");
}

function answerOf(
	behind: UndoBehind,
	{ method, path, body }: { readonly method: string; readonly path: string; readonly body: string },
): Says {
	const [first, second = "", third = ""] = path.split("/");
	if (first === "room_keys" && second === "version") return versionAnswer(behind, method, third);
	if (first === "room_keys") return found({ count: 0, etag: "e" });
	if (first === "user") return dataAnswer(behind, { method, type: path.split("/").at(-1) ?? "", body });
	return dehydratedAnswer(behind, { method, body });
}

function versionAnswer({ versions }: UndoBehind, method: string, named: string): Says {
	const newest = Math.max(0, ...versions);
	if (method === "POST") {
		versions.add(newest + 1);
		return found({ version: String(newest + 1) });
	}
	const version = named === "" ? newest : Number(named);
	if (!versions.has(version)) return notFound;
	if (method === "DELETE") versions.delete(version);
	return found(method === "GET" ? { version: String(version), count: 2 } : {});
}

function dataAnswer(
	{ data }: UndoBehind,
	{ method, type, body }: { readonly method: string; readonly type: string; readonly body: string },
): Says {
	if (method === "PUT") data.set(type, JSON.parse(body));
	const content = data.get(type);
	return method === "PUT" ? found({}) : content === undefined ? notFound : found(content);
}

function dehydratedAnswer(
	behind: UndoBehind,
	{ method, body }: { readonly method: string; readonly body: string },
): Says {
	if (method === "PUT") behind.dehydrated = JSON.parse(body).device_id;
	const { dehydrated } = behind;
	if (method === "DELETE") behind.dehydrated = undefined;
	return dehydrated === undefined ? notFound : found({ device_id: dehydrated });
}

const found = (body: Content): Says => ({ status: 200, body });
const notFound: Says = { status: 404, body: { errcode: "M_NOT_FOUND", error: "It is not there" } };
