import type { Wanted } from "../connection.ts";
import type { SeededPeople } from "./seed-people.ts";

/** One request to the admin API, again and again: the number of the time makes each another one where that matters. */
export interface Question {
	readonly name: string;
	readonly status: number;
	ask(nth: number): Pick<Wanted, "method" | "path"> & { readonly body?: object };
}

const base = "/api/admin/v1";
const get = (name: string, path: (nth: number) => string): Question => ({
	...{ name, status: 200 },
	ask: (nth) => ({ method: "GET", path: encodeURI(`${base}/${path(nth)}`) }),
});

/** What tools ask, with the number of all as they do unless it says otherwise. */
export function questionsOf({ person, count }: Pick<SeededPeople, "person" | "count">): readonly Question[] {
	const one = (nth: number) => Math.floor(count * 0.7) + nth;
	const behind = `page[after]=${person}`;
	return [
		get("users, the first page", () => "users?page[first]=50"),
		get("the same without their number", () => "users?page[first]=50&count=false"),
		get("users, in the middle", () => `users?page[first]=50&count=false&${behind}`),
		get("users, the last page", () => "users?page[last]=50&count=false"),
		get("users, administrators", () => "users?page[first]=50&filter[admin]=true"),
		get("users, locked", () => "users?page[first]=50&filter[status]=locked"),
		get("users, active", () => "users?page[first]=50&filter[status]=active"),
		get("users, with the older API", () => "users?page[first]=50&filter[has-active-compat-session]=true"),
		get("users, with an app", () => "users?page[first]=50&filter[has-active-oauth2-session]=true"),
		get("search: one name", (nth) => `users?page[first]=50&filter[search]=person.${one(nth)}`),
		get("search: in every name", () => "users?page[first]=50&filter[search]=person"),
		get("search: in no name", (nth) => `users?page[first]=50&filter[search]=zz${nth}`),
		get("search: an address", (nth) => `users?page[first]=50&filter[search]=mail.${one(nth)}@`),
		get("by name", (nth) => `users/by-username/person.${one(nth)}`),
		get("addresses: the one", (nth) => `user-emails?filter[email]=mail.${one(nth)}@example.org`),
		get("apps of somebody", () => `oauth2-sessions?filter[user]=${person}`),
		get("browsers of somebody", () => `user-sessions?filter[user]=${person}`),
		get("older API, of somebody", () => `compat-sessions?filter[user]=${person}`),
		get("apps of everybody", () => "oauth2-sessions?page[first]=50"),
		get("older API, of everybody", () => "compat-sessions?page[first]=50"),
		get("tokens of everybody", () => "personal-sessions?page[first]=50"),
		get("apps", () => "oauth2-clients?page[first]=50"),
		{
			...{ name: "create", status: 201 },
			ask: (nth) => ({ method: "POST", path: `${base}/users`, body: { username: `created${nth}` } }),
		},
	];
}
