import type { MadeLink } from "../password-links/index.ts";
import type { Asked } from "./command.ts";
import { plain, when } from "./table.ts";

/** How links are printed: for people, for spreadsheets and letters, for programs. */
export const linkOptions = { json: { type: "boolean" }, csv: { type: "boolean" } } as const;

export interface LinkRow {
	/** Their whole user id. */
	readonly user: string;
	/** Absent where they have an account already and get none. */
	readonly link?: Pick<MadeLink, "url" | "expiresAt">;
}

/** One entry for each person, in their order. */
export function printLinks(asked: Asked, rows: readonly LinkRow[]): void {
	const told = rows.map(({ user, link }) => ({
		user,
		state: link === undefined ? "exists" : "link",
		link: link?.url ?? "",
		until: link === undefined ? "" : new Date(link.expiresAt).toISOString(),
	}));
	if (asked.flag("json")) {
		asked.out(`${JSON.stringify(told, undefined, "\t")}\n`);
		return;
	}
	if (asked.flag("csv")) {
		const lines = told.map(({ user, state, link, until }) => [user, state, link, until].map(cell).join(","));
		asked.out(`${["user,state,link,until", ...lines].join("\r\n")}\r\n`);
		return;
	}
	asked.out(rows.map(asText).join("\n"));
}

function asText({ user, link }: LinkRow): string {
	const name = plain(user);
	if (link === undefined) return `${name}\n  has an account already\n`;
	return `${name}\n  ${link.url}\n  once, until ${when(link.expiresAt)}\n`;
}

/** @see https://www.rfc-editor.org/rfc/rfc4180#section-2 */
function cell(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
