import { parseAccountAction } from "@countersign/protocol";
import { hintIn } from "./login-hint.ts";
import { accountPages, front, type Resume } from "./resume.ts";

/**
 * The path of the page, with its query. Made of our own words and of escaped values alone, so that it can lead nowhere
 * but to one of our pages.
 */
export function addressOf(to: Resume): string {
	switch (to.kind) {
		case "front": {
			const { action, deviceId: device_id, loginHint: login_hint } = to;
			return withQuery("/account/", { action, device_id, login_hint });
		}
		case "page":
			return `/account/${to.page}`;
		case "device": {
			const path = `/account/devices/${encodeURIComponent(to.deviceId)}`;
			if (to.part === "name") return `${path}/name`;
			return to.part === "removal" ? `${path}?delete=1` : path;
		}
		case "session": {
			const path = `/account/sessions/${encodeURIComponent(to.sessionId)}`;
			return to.part === "removal" ? `${path}?delete=1` : path;
		}
		case "token": {
			const path = `/account/tokens/${encodeURIComponent(to.sessionId)}`;
			return to.part === "replace" ? `${path}/replace` : path;
		}
		case "browser":
			return `/account/browsers/${encodeURIComponent(to.browser)}`;
		case "passkey":
			return `/account/proofs/passkeys/${encodeURIComponent(to.id)}`;
		case "notice":
			return `/account/notices/${encodeURIComponent(to.id)}`;
		case "address":
			return `/account/email/${encodeURIComponent(to.key)}`;
		case "linked":
			return `/account/links/${encodeURIComponent(to.key)}`;
		case "log":
			return withQuery("/account/security", { kind: to.group, device: to.deviceId, after: to.after });
		case "kept":
			return withQuery("/account/kept", { device_id: to.deviceId });
		case "reset": {
			const from = to.fromFallback ? "fallback" : undefined;
			return withQuery(`/account/reset/${encodeURIComponent(to.reference)}`, { from });
		}
		case "interaction": {
			const offered = to.offered ? "1" : undefined;
			return withQuery(`/interaction/${encodeURIComponent(to.uid)}`, { offered });
		}
		case "sso":
			return `/account/sso/${encodeURIComponent(to.id)}`;
		case "link":
			return withQuery("/link", { code: to.code, login_hint: to.loginHint });
		case "link-answer":
			return `/link/${encodeURIComponent(to.code)}`;
	}
}

function withQuery(path: string, values: Readonly<Record<string, string | undefined>>): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, value);
	return query.size === 0 ? path : `${path}?${query}`;
}

/**
 * Reads where somebody was going, from the address of a page of ours. Whatever is none leads to the front page, and what
 * such a page does not read is left out: a link to our sign-in can name pages of ours and nothing besides.
 */
export function parseResume(text: string | undefined): Resume {
	if (text === undefined || text.length > 4096 || !/^\/[\x21-\x5b\x5d-\x7e]*$/.test(text)) return front;
	const sent = text.replace(/#.*/, "");
	const [path = "", search] = sent.split(/\?(.*)/);
	const query = new URLSearchParams(search);
	const [room, ...rest] = path.slice(1).split("/");
	switch (room) {
		case "account":
			return inAccount(rest, query);
		case "interaction":
			return one(rest, (uid) => ({ kind: "interaction", uid, offered: query.has("offered") }));
		case "link":
			if (rest.length === 0) {
				const code = short(query.get("code"), 100);
				return { kind: "link", ...given({ code, loginHint: hintIn(query) }) };
			}
			return one(rest, (code) => ({ kind: "link-answer", code }));
		default:
			return front;
	}
}

function inAccount(segments: readonly string[], query: URLSearchParams): Resume {
	const [room = "", ...rest] = segments;
	const page = accountPages.find((each) => each === segments.join("/"));
	if (page !== undefined) return { kind: "page", page };
	switch (room) {
		case "":
			return rest.length === 0 ? frontOf(query) : front;
		case "devices": {
			const isName = rest.length === 2 && rest[1] === "name";
			const part = isName ? ("name" as const) : query.has("delete") ? ("removal" as const) : undefined;
			const ids = isName ? rest.slice(0, 1) : rest;
			return one(ids, (deviceId) => ({ kind: "device", deviceId, ...given({ part }) }));
		}
		case "sessions": {
			const part = query.has("delete") ? ("removal" as const) : undefined;
			return one(rest, (sessionId) => ({ kind: "session", sessionId, ...given({ part }) }));
		}
		case "proofs": {
			const [kind, ...ids] = rest;
			return kind === "passkeys" ? one(ids, (id) => ({ kind: "passkey", id })) : front;
		}
		case "tokens": {
			const part = rest.length === 2 && rest[1] === "replace" ? ("replace" as const) : undefined;
			const ids = part === undefined ? rest : rest.slice(0, 1);
			return one(ids, (sessionId) => ({ kind: "token", sessionId, ...given({ part }) }));
		}
		case "notices":
			return one(rest, (id) => ({ kind: "notice", id }));
		case "browsers":
			return one(rest, (browser) => ({ kind: "browser", browser }));
		case "email":
			return one(rest, (key) => ({ kind: "address", key }));
		case "links":
			return one(rest, (key) => ({ kind: "linked", key }));
		case "security": {
			const [group, after] = [short(query.get("kind"), 40), short(query.get("after"), 100)];
			const deviceId = short(query.get("device"), 255);
			return rest.length === 0 ? { kind: "log", ...given({ group, deviceId, after }) } : front;
		}
		case "kept": {
			const deviceId = short(query.get("device_id"), 255);
			return rest.length === 0 ? { kind: "kept", ...given({ deviceId }) } : front;
		}
		case "reset": {
			const fromFallback = query.get("from") === "fallback";
			if (rest.join("") === "") return { kind: "page", page: "reset" };
			return one(rest, (reference) => ({ kind: "reset", reference, fromFallback }));
		}
		case "sso":
			return one(rest, (id) => ({ kind: "sso", id }));
		default:
			return front;
	}
}

function frontOf(query: URLSearchParams): Resume {
	const action = parseAccountAction(query.get("action") ?? undefined);
	const deviceId = short(query.get("device_id"), 255);
	return { kind: "front", ...given({ action, deviceId, loginHint: hintIn(query) }) };
}

/** The one value in the path. It never holds what a proxy that decodes once more could take for a path. */
function one(segments: readonly string[], make: (value: string) => Resume): Resume {
	const [segment = "", ...more] = segments;
	const value = decoded(segment);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
	if (more.length > 0 || value === undefined || !/^[^\x00-\x1f\x7f/\\%]{1,255}$/.test(value)) return front;
	return value.includes("..") || value === "." ? front : make(value);
}

function decoded(segment: string): string | undefined {
	try {
		return decodeURIComponent(segment);
	} catch {
		return undefined;
	}
}

/** A value of the query; empty, or longer than any that means something, is none. */
function short(value: string | null, longest: number): string | undefined {
	return value === null || value === "" || value.length > longest ? undefined : value;
}

/** Only the members that are there. */
function given<Values extends object>(
	values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
	const there = Object.entries(values).filter(([, value]) => value !== undefined);
	return Object.fromEntries(there) as { [Name in keyof Values]?: Exclude<Values[Name], undefined> };
}
