import { field, type Html } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

/** Where a registration token is entered, on whichever page asks for it. */
export function tokenField(value: string, error: Text | undefined): Html {
	return field({
		...{ name: "token", value, error, autocomplete: "off" },
		label: say("register.token"),
		hint: say("register.token-hint"),
	});
}
