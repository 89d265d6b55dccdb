import type { StandingFactors } from "../operating/index.ts";
import { when } from "./table.ts";

/** What stays although the password is another one, and how it is taken away; undefined: nothing does. */
export function whatStands(
	{ passkeys, codesSince }: StandingFactors,
	{ user, name }: { readonly user: string; readonly name: string },
): string | undefined {
	const parts = [
		...(passkeys.length === 0 ? [] : [passkeysOf(passkeys)]),
		...(codesSince === undefined ? [] : [`an app that shows one-time codes (since ${when(codesSince)})`]),
	];
	if (parts.length === 0) return undefined;
	return `${user} still has ${parts.join(" and ")}, whoever added that. If it may not be theirs: users reset-proof ${name}`;
}

function passkeysOf(addedAt: readonly number[]): string {
	const since = addedAt.map(when).join(", ");
	return addedAt.length === 1 ? `1 passkey (since ${since})` : `${addedAt.length} passkeys (since ${since})`;
}
