import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { manners, type Ready, sender } from "./sent-form.ts";
import type { RunningServer } from "./server.ts";

/** A form that does something once. */
export interface RepeatedForm<World = RunningServer> {
	/** Makes the form, as a person of this name. */
	readonly ready: (server: World, name: string) => Promise<Ready>;
	/** What every answer is: a status, and where it leads or what it says. */
	readonly answer: RegExp;
	/** The first answer, where whoever did not wait for it is told another one. */
	readonly shownOnce?: RegExp;
	/** What must be so afterwards, once. */
	readonly done?: (server: World, name: string, rows: Rows) => Promise<void>;
}

export type Rows = (table: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Lines of the security log of this kind. */
export function logged(kind: string, times: number): NonNullable<RepeatedForm["done"]> {
	return async (_, _name, rows) =>
		assert.equal((await rows("security_events")).filter((event) => event.kind === kind).length, times);
}

/** A test for each form and manner. Every form has a server of its own. */
export function sendTwice<World extends RunningServer>(
	cases: Readonly<Record<string, RepeatedForm<World>>>,
	open: () => Promise<World>,
): void {
	for (const [what, { ready, answer, shownOnce, done }] of Object.entries(cases)) {
		describe(what, () => {
			let server: World;
			before(async () => {
				server = await open();
			});
			after(() => server.close());

			for (const [index, [how, send]] of Object.entries(manners).entries()) {
				test(`twice ${how} is told the same, and done once`, async () => {
					const name = `person${index}`;
					const form = await ready(server, name);
					const before = new Map<string, Set<string>>();
					for (const table of ["engine_records", "security_events", "reset_requests"])
						before.set(table, new Set((await server.rows(table)).map((row) => JSON.stringify(row))));
					const answers = await send(sender(form));
					const shown = answers.filter((told) => shownOnce?.test(told)).length;
					if (shownOnce === undefined) assert.equal(new Set(answers).size, 1, answers.join("\n"));
					else assert.ok(how === "at once" ? shown > 0 : shown === 1, answers.join("\n"));
					for (const told of answers) assert.match(told, answer);
					const isNew = (table: string) => (row: object) => !before.get(table)?.has(JSON.stringify(row));
					await done?.(server, name, async (table) => (await server.rows(table)).filter(isNew(table)));
				});
			}
		});
	}
}
