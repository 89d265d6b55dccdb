import { button, form, type Html, hidden } from "../../http/index.ts";

/** Signs this browser out; with `next` it leads through signing in to that page, for "not you?". */
export function signOutForm(it: {
	readonly label: string;
	readonly csrf: string;
	readonly next?: string;
}): Html {
	return form({
		action: "/logout",
		csrf: it.csrf,
		fields: [hidden("next", it.next), button("plain", it.label)],
	});
}
