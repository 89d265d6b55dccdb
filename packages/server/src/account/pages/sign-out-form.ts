import { type ButtonKind, button, form, type Html, hidden } from "../../pages/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import type { Text } from "../../words/index.ts";

/**
 * Signs this browser out; with `next` it leads through signing in to that page, for "not you?", or with `to` through
 * registering.
 */
export function signOutForm(it: {
	readonly label: Text;
	readonly csrf: string;
	readonly next?: Resume;
	readonly to?: "register";
	/** Default: plain. */
	readonly kind?: ButtonKind;
}): Html {
	return form({
		action: "/logout",
		csrf: it.csrf,
		fields: [
			hidden("next", it.next && addressOf(it.next)),
			hidden("to", it.to),
			button(it.kind ?? "plain", it.label),
		],
	});
}
