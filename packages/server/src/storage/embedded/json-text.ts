/** The text of a column that only this storage writes, and only from objects. */
export function objectFrom(text: string): Readonly<Record<string, unknown>> {
	return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
