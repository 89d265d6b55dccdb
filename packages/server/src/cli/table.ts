/** Columns side by side, as wide as they need to be; what a terminal would obey or hide is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const all = [head, ...rows].map((row) => row.map(plain));
	const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
	return `${all
		.map((row) =>
			row
				.map((cell, at) => cell.padEnd(widths[at] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n")}\n`;
}

/** Names come from people and apps: an escape sequence among them must not reach the operator's terminal. */
export function plain(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, 100);
}

/** A time as people and programs can both read it. */
export function when(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
