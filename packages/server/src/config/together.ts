import type { Given } from "./given.ts";
import { isOpenlyAsked } from "./ldap.ts";
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

const besideLdap = [
	...["starttls", "ca", "ca_file", "bind_dn", "filter", "required_filter", "id_attribute", "name_attribute"],
	...["display_name_attribute", "email_attribute", "new_accounts", "timeout_seconds"],
];

/** What means nothing alone. */
const pairs = [
	[
		["email", "host"],
		["email", "from"],
	],
	[
		["email", "from"],
		["email", "host"],
	],
	[
		["registration", "terms"],
		["registration", "terms_version"],
	],
	[
		["registration", "terms_version"],
		["registration", "terms"],
	],
	[
		["registration", "email_required"],
		["email", "host"],
	],
	...["kind", "site_key", "secret", "secret_file"].flatMap((name) =>
		["kind", "site_key", "secret"]
			.filter((other) => other !== name.replace(/_file$/, ""))
			.map((other) => [
				["captcha", name],
				["captcha", other],
			]),
	),
	...["port", "security", "username", "password", "password_file", "reply_to"].map((name) => [
		["email", name],
		["email", "host"],
	]),
	...[...besideLdap, "base"].map((name) => [
		["ldap", name],
		["ldap", "url"],
	]),
	[
		["ldap", "url"],
		["ldap", "base"],
	],
	[
		["ldap", "bind_dn"],
		["ldap", "bind_password"],
	],
	...["bind_password", "bind_password_file"].map((name) => [
		["ldap", name],
		["ldap", "bind_dn"],
	]),
	[
		["second_factor", "grace_days"],
		["second_factor", "demanded_of"],
	],
	[
		["email", "username"],
		["email", "password"],
	],
	[
		["email", "password"],
		["email", "username"],
	],
	[
		["email", "password_file"],
		["email", "username"],
	],
] as const;

const idle = ["sessions", "idle_days"];
const age = ["sessions", "days_at_most"];
const whenFull = ["sessions", "when_full"];
const mostDevices = ["devices_at_most", "devices_per_app"].map((name) => ["sessions", name]);

/** What people are told of by letter, and what it means that they are not. */
const toldByLetter = [
	[
		["second_factor", "demanded_of"],
		"who knows a password and comes first can add a second factor, and its owner gets no letter about it",
	],
	...[idle, age, whenFull].map(
		(path) =>
			[path, "who does not open their account pages loses an app and its keys without a letter"] as const,
	),
] as const;

/** A line for what works, and leaves people without something that they would need, or means nothing. */
export function doubtfulTogether(given: Given): readonly string[] {
	const untold = toldByLetter
		.filter(([path]) => given.at(path) !== undefined && given.at(["email", "host"]) === undefined)
		.map(([path, means]) => `${given.nameOf(path)} is set, and email.host is not: ${means}`);
	const isFullNever =
		given.at(whenFull) !== undefined && mostDevices.every((path) => given.at(path) === undefined);
	if (isFullNever)
		untold.push(`${given.nameOf(whenFull)} is set, and no number of devices is: there is always room`);
	const [idleDays, ageDays] = [given.at(idle), given.at(age)].map(Number);
	const neverIdle = idleDays !== undefined && ageDays !== undefined && idleDays > ageDays;
	return neverIdle
		? [...untold, `${given.nameOf(idle)} is more than ${age.join(".")}: every app ends by its age before`]
		: untold;
}

/** A line for each setting that means nothing without others that are not there. */
export function missingBeside(given: Given): readonly string[] {
	const isThere = (path: readonly string[]) =>
		given.at(path) !== undefined || given.at(fileSettingOf(path)) !== undefined;
	const alone = pairs
		.filter(([path, beside]) => isSaid(given.at(path)) && !isThere(beside))
		.map(([path, beside]) => `${given.nameOf(path)} is set; expected ${beside.join(".")} beside it`);
	return [...alone, ...missingBesideSynapse(given), ...aroundTheDelay(given), ...wrongOfLdap(given)];
}

function wrongOfLdap(given: Given): readonly string[] {
	const [url, starttls] = [
		["ldap", "url"],
		["ldap", "starttls"],
	].map((path) => given.at(path));
	const openly =
		"ldap.url is ldap:// and not of this machine; expected ldaps://, or ldap.starttls: yes beside it";
	const both =
		"upstream.ldap is set beside ldap; expected another id for it: links of people would be mixed up";
	return [
		...(isOpenlyAsked(url, starttls) ? [openly] : []),
		...(url !== undefined && given.at(["upstream", "ldap"]) !== undefined ? [both] : []),
	];
}

/** Two ways to an identity know of no time to object: a token that carries the approval, and Synapse's own window. */
function aroundTheDelay(given: Given): readonly string[] {
	const delay = given.at(["reset", "delay_hours"]);
	if (delay === undefined || delay === 0) return [];
	const around = [
		{ path: ["step_up"], off: "no", isAround: isYes },
		{ path: ["homeserver", "guard"], off: "yes", isAround: (value: unknown) => !isYes(value) },
	];
	return around
		.filter(({ path, isAround }) => given.at(path) !== undefined && isAround(given.at(path)))
		.map(({ path, off }) => `reset.delay_hours is set; expected ${path.join(".")}: ${off} beside it`);
}

function isYes(value: unknown): boolean {
	return value === true || value === "yes";
}

/** What is said to be not wanted takes nothing beside it. */
function isSaid(value: unknown): boolean {
	return value !== undefined && value !== false && value !== "no";
}

function missingBesideSynapse(given: Given): readonly string[] {
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
