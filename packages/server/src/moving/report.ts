import type { PasswordScheme } from "../proofs/index.ts";
import { type Reason, reasons } from "./reasons.ts";

/** What became of one person: each stands in exactly one list. */
export interface Entry {
	readonly user: string;
	readonly list: "moved" | "noted" | "left";
	readonly reasons: readonly Reason[];
	/** That stay signed in. */
	readonly devices: number;
	/** Access and refresh tokens that go on working. */
	readonly tokens: number;
}

export interface Report {
	readonly entries: readonly Entry[];
	/** How most of their passwords are hashed; undefined where nobody has one. */
	readonly ofMost: PasswordScheme | undefined;
	/** Absent where apps have no ids. */
	readonly apps?: {
		readonly moved: number;
		readonly left: readonly AppWord[];
		/** Those of the moved that need a look. */
		readonly noted: readonly AppWord[];
	};
	/** Those that have people there. */
	readonly services: readonly ServiceWord[];
}

/** An application service, and what its people have, who are left where they are. */
export interface ServiceWord {
	readonly id: string;
	readonly people: number;
	/** By which some of them are signed in: nothing there takes those once signing in is ours. */
	readonly tokens: number;
}

export interface AppWord {
	readonly id: string;
	readonly name: string;
	readonly means: string;
}

const titles = { moved: "Moved", noted: "Moved, with a note", left: "Not moved" } as const;
const lists = Object.keys(titles) as readonly Entry["list"][];

/** How many people every reason concerns, the commonest first. */
function countReasons({ entries }: Report): readonly (readonly [Reason, number])[] {
	const counts = new Map<Reason, number>();
	for (const reason of entries.flatMap((entry) => entry.reasons))
		counts.set(reason, (counts.get(reason) ?? 0) + 1);
	return [...counts].sort(([, one], [, other]) => other - one);
}

/** For a terminal: how many of each, and who is concerned by what needs a look. */
export function reportText(report: Report): string {
	const of = (list: Entry["list"]) => report.entries.filter((entry) => entry.list === list);
	const devices = report.entries.reduce((sum, entry) => sum + entry.devices, 0);
	const tokens = report.entries.reduce((sum, entry) => sum + entry.tokens, 0);
	const lines = lists.map((list) => `${titles[list]}: ${people(of(list).length)}`);
	const notes = countReasons(report).flatMap(([reason, count]) => [
		`${reason} (${people(count)}): each ${reasons[reason].means}`,
		`    ${namesOf(report, reason)}`,
	]);
	const head = [
		...lines,
		`Signed in as before: devices ${devices}, tokens ${tokens}`,
		...appLines(report),
		...serviceLines(report),
	];
	return `${[...head, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}

function appLines({ apps }: Report): readonly string[] {
	if (apps === undefined) return [];
	const line = ({ id, name, means }: AppWord) => `    ${shown(`${id} ${name}`.trim())}: ${shown(means)}`;
	const head = `Apps under the ids they have: ${apps.moved}; not moved: ${apps.left.length}`;
	const noted = apps.noted.length > 0 ? ["Moved, with a note:", ...apps.noted.map(line)] : [];
	return [head, ...apps.left.map(line), ...noted];
}

/** A service speaks for its people by its own token, which goes on; what it got by signing them in does not. */
function serviceLines({ services }: Report): readonly string[] {
	if (services.length === 0) return [];
	const lines = services.map(
		({ id, people, tokens }) => `    ${shown(id)}: people ${people}, live tokens ${tokens}`,
	);
	const signedIn = services.some(({ tokens }) => tokens > 0);
	const first = "Their live tokens open nothing after the switch. An encrypted bridge: turn MSC4190 on first";
	return ["Application services, which go on at Synapse:", ...lines, ...(signedIn ? [first] : [])];
}

/** One line for each person, as spreadsheets read it. */
export function reportCsv({ entries }: Report): string {
	const rows = entries.map(({ user, list, reasons: why, devices, tokens }) =>
		[user, list, why.join(" "), String(devices), String(tokens)].map(csvCell).join(","),
	);
	return `${["user,list,reasons,devices,tokens", ...rows].join("\r\n")}\r\n`;
}

export function reportJson({ entries }: Report): string {
	return `${JSON.stringify(entries, undefined, "\t")}\n`;
}

function people(count: number): string {
	return count === 1 ? "1 person" : `${count} people`;
}

/** A terminal shows no more than this; the file has all. */
const shownNames = 10;

function namesOf({ entries }: Report, reason: Reason): string {
	const names = entries.filter((entry) => entry.reasons.includes(reason)).map(({ user }) => user);
	const more = names.length - shownNames;
	return [...names.slice(0, shownNames).map(shown), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

function shown(name: string): string {
	return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}

/** A name that a spreadsheet would take for a formula begins with a quotation mark. */
function csvCell(text: string): string {
	const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
