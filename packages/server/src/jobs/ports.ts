import type { Transactions } from "@countersign/core";
import type { Utilization } from "./giving-way.ts";

/** Something to be done again and again. It may throw: that is logged, and it is run again at the next time. */
export interface Job {
	readonly name: string;
	readonly everyMs: number;
	/** Of several processes that are one server each runs it: it is about the process itself. Default: one of them does. */
	readonly inEachProcess?: true;
	/** @param stopping aborted when the server stops, which waits for the end of the run */
	run(stopping: AbortSignal): Promise<void>;
}

/** What a folder says of the tables that are its own: each is named once, here or there. */
export interface Retention<in Unit> {
	/** What goes, in an order that frees what later rows refer to. */
	readonly ends: readonly Ending<Unit>[];
	/** Tables of which no clean-up takes a row, by name, and why. */
	readonly stays: Readonly<Record<string, string>>;
}

/** Rows that go some time after they were over. */
export interface Ending<in Unit> {
	/** As the log counts them. */
	readonly what: string;
	/** Where they are. */
	readonly table: string;
	/** How long after their end they stay. */
	readonly keptMs: number;
	/**
	 * Given where rows stay that are old enough to go, so that looking at all of them at once would take too long: where a
	 * slice ends that can be looked at in a few milliseconds, a time after `since`, at most `before`.
	 */
	readonly slice?: (unit: Unit, range: Pick<Span, "since" | "before">) => Promise<number>;
	/** Deletes one batch of bounded size of the rows that were over in this span. Returns how many went: 0 once all have. */
	readonly delete: (unit: Unit, span: Span) => Promise<number>;
}

interface Span {
	/** Of use only to those with slices; the others have to look at everything before `before`. */
	readonly since: number;
	readonly before: number;
	readonly now: number;
}

/** Where slices end, of rows by these names. @see Ending.slice */
export interface Slices<in What extends string> {
	end(what: What, range: Pick<Span, "since" | "before">): Promise<number>;
}

/** What is to be cleaned, and by which rules. */
export interface CleanUp<Unit> {
	readonly storage: Transactions<Unit>;
	readonly retention: readonly Retention<Unit>[];
	/** @see Utilization Default: that of this process's event loop. */
	readonly utilization?: Utilization;
}
