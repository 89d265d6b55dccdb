/** A value as both dialects hold it. */
export type Value = string | number | null;
export type Row = readonly Value[];

/** A table as both dialects have it. */
export interface CopiedTable {
	readonly name: string;
	readonly columns: readonly string[];
	/** Its primary key: the order in which rows are read, by bytes. */
	readonly key: readonly string[];
}

/** One side of a copy, that nobody else works on meanwhile. */
export interface CopyEnd {
	/** Every row, in the order of the key. */
	rows(table: CopiedTable): AsyncIterable<Row>;
	/** Which migrations made the tables. */
	migrations(): Promise<readonly string[]>;
	close(): Promise<void>;
}

/** The side that is written. */
export interface CopyTarget extends CopyEnd {
	/** Does all of it or nothing. */
	inTransaction(work: () => Promise<void>): Promise<void>;
	insert(table: CopiedTable, rows: readonly Row[]): Promise<void>;
	clear(table: CopiedTable): Promise<void>;
}

/** The statement that reads every row in the order of the key, or by what each part of it is made into. */
export function selectAll({ name, columns, key }: CopiedTable, ordered = quoted): string {
	return `SELECT ${columns.map(quoted).join(", ")} FROM ${quoted(name)} ORDER BY ${key.map((column) => ordered(column)).join(", ")}`;
}

export function quoted(name: string): string {
	return `"${name}"`;
}
