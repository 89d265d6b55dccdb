/** As long as Synapse takes, in UTF-16 units. */
export const longestDisplayName = 256;

/** Why nobody is given this name to be shown by: Synapse would refuse it, or it cannot be shown. */
export type DisplayNameFault = "display-name-too-long" | "display-name-not-shown";

/** Undefined where it is fine. */
export function displayNameFault(name: string | undefined): DisplayNameFault | undefined {
	if (name === undefined) return undefined;
	if (name.length > longestDisplayName) return "display-name-too-long";
	return /\p{Cc}/u.test(name) || !name.isWellFormed() ? "display-name-not-shown" : undefined;
}
