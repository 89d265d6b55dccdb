/** Beyond so many different ones, statements have no name and are compiled each time. */
const preparedStatements = 512;

/** The name under which a statement is compiled once for each connection and kept; undefined: it is not kept. */
export type StatementNames = (sql: string) => string | undefined;

/** Names for the statements of one pool: a name means the same on every connection. */
export function createStatementNames(): StatementNames {
	const names = new Map<string, string>();
	return (sql) => {
		const known = names.get(sql);
		if (known !== undefined || names.size >= preparedStatements) return known;
		const name = `s${names.size}`;
		names.set(sql, name);
		return name;
	};
}
