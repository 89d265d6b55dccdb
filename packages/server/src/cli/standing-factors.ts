import type { StandingFactors } from "../operating/index.ts";
import { plain, when } from "./table.ts";

/** An account elsewhere, as operators read it. */
export function linkWords({ provider, name, linkedAt }: StandingFactors["links"][number]): string {
	const as = name === undefined ? "" : ` as ${plain(name)}`;
	return `${provider}${as}${linkedAt === undefined ? "" : ` (since ${when(linkedAt)})`}`;
}

/** What stays although the password is another one, and how it is taken away; undefined: nothing does. */
export function whatStands(
	{ passkeys, codesSince, links }: StandingFactors,
	{ user, name }: { readonly user: string; readonly name: string },
): string | undefined {
	const said = [factorWords(passkeys, codesSince, { user, name }), linkedWords(links, user)];
	const words = said.filter((one) => one !== undefined);
	return words.length === 0 ? undefined : words.join("\n");
}

function linkedWords(links: StandingFactors["links"], user: string): string | undefined {
	if (links.length === 0) return undefined;
	return `${user} still signs in by ${links.map(linkWords).join(" and ")}, whoever linked that. If it may not be theirs: they unlink it on their account page, or an administrator by the admin API (deleteUpstreamOAuthLink)`;
}

function factorWords(
	passkeys: readonly number[],
	codesSince: number | undefined,
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
