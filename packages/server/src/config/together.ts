import type { Given } from "./given.ts";
import { fileSettingOf } from "./secrets.ts";

const synapse = ["homeserver", "synapse"];
const secret = ["homeserver", "secret"];
/** Beside Synapse there is no guess for these: people sign in at one, and the other is in every Matrix identifier. */
const besideSynapse = [["server_name"], ["public_base"], secret];
const onlyBesideSynapse = [
	secret,
	fileSettingOf(secret),
	["homeserver", "public_base"],
	["homeserver", "guard"],
];

/** A line for each setting that means nothing without others that are not there. */
export function missingBeside(given: Given): readonly string[] {
	const isGiven = (path: readonly string[]) => given.at(path) !== undefined;
	if (!isGiven(synapse)) {
		return onlyBesideSynapse
			.filter(isGiven)
			.map((path) => `${given.nameOf(path)} is set; expected homeserver.synapse beside it`);
	}
	const missing = besideSynapse.filter((path) => !isGiven(path) && !isGiven(fileSettingOf(path)));
	if (missing.length === 0) return [];
	return [`${given.nameOf(synapse)} is set; expected beside it: ${missing.map(nameFor).join(", ")}`];
}

function nameFor(path: readonly string[]): string {
	return [path, ...(path === secret ? [fileSettingOf(secret)] : [])]
		.map((each) => each.join("."))
		.join(" or ");
}
