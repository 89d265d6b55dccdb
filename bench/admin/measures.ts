import { programToken } from "../../packages/server/test/support/admin-api.ts";
import { introspection } from "../cases.ts";
import { openConnection } from "../connection.ts";
import { measure, median, type Operation, type Round } from "../measure.ts";
import type { ServerProcess } from "../processes.ts";
import { aligned } from "../table.ts";
import { type Question, questionsOf } from "./questions.ts";
import type { SeededPeople } from "./seed-people.ts";

export interface Sizes {
	/** How often each question is asked. */
	readonly times: number;
	readonly rounds: number;
	readonly seconds: number;
}

/** Who asks, for five minutes. */
export async function tokenOf(
	{ port }: Pick<ServerProcess, "port">,
	{ program }: Pick<SeededPeople, "program">,
): Promise<string> {
	const server = { url: `http://localhost:${port}/` };
	const { status, body } = await programToken(server, {
		client_id: program.id,
		client_secret: program.secret,
	});
	if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`);
	return body.access_token;
}

/** One after another over one connection: what somebody waits for who administers. */
export async function measureQuestions(
	server: ServerProcess,
	{ token, people, times }: { readonly token: string; readonly people: SeededPeople; readonly times: number },
): Promise<string> {
	const rows: (readonly string[])[] = [];
	for (const question of questionsOf(people)) {
		const operation = operationOf(question, token);
		await measure(server, [operation], { each: 3 });
		const { p50Ms, p99Ms, cpuMicros } = await measure(server, [operation], { each: times });
		rows.push([question.name, p50Ms.toFixed(1), p99Ms.toFixed(1), (cpuMicros / 1_000).toFixed(1)]);
	}
	return aligned([["admin API", "p50 ms", "p99 ms", "CPU ms"], ...rows]);
}

function operationOf({ ask, status }: Question, token: string): Operation {
	let nth = 0;
	return async ({ exchange }) => {
		const { method, path, body } = ask(nth++);
		const text = body === undefined ? {} : { body: JSON.stringify(body) };
		const got = await exchange({ method, path, headers: { authorization: `Bearer ${token}` }, ...text });
		if (got.status !== status) throw new Error(`${method} ${path} answers ${got.status}: ${got.body}`);
	};
}

/** What goes on beside introspection; undefined: nothing does. */
type Beside = Readonly<Record<string, (() => Promise<void>) | undefined>>;

/** Homeservers ask without pause, over a few connections, while one thing after another is done beside them. */
export async function measureBeside(
	server: ServerProcess,
	people: SeededPeople,
	{ beside, sizes }: { readonly beside: Beside; readonly sizes: Sizes },
): Promise<string> {
	const operations = introspection(people).countersign().slice(0, 4);
	const sides = Object.entries(beside).map(([name, act]) => ({
		...{ name, act, rounds: [] as Round[], tookMs: [] as number[] },
	}));
	for (let round = 0; round <= sizes.rounds; round += 1)
		for (const { act, rounds, tookMs } of sides) {
			const over = new AbortController();
			const others = keepOn(act, over.signal);
			const one = await measure(server, operations, { seconds: sizes.seconds });
			over.abort();
			const took = await others;
			if (round === 0) continue;
			rounds.push(one);
			tookMs.push(...took);
		}
	const cells = sides.map(({ name, rounds, tookMs }) => {
		const middle = (what: keyof Round) => median(rounds.map((one) => one[what]));
		const each = tookMs.length === 0 ? "" : median(tookMs).toFixed(1);
		return [
			name,
			middle("perSecond").toFixed(0),
			middle("p50Ms").toFixed(2),
			middle("p99Ms").toFixed(2),
			each,
		];
	});
	return aligned([["introspection", "per second", "p50 ms", "p99 ms", "each beside, ms"], ...cells]);
}

async function keepOn(
	act: (() => Promise<void>) | undefined,
	until: AbortSignal,
): Promise<readonly number[]> {
	const took: number[] = [];
	while (act !== undefined && !until.aborted) {
		const before = performance.now();
		await act();
		took.push(performance.now() - before);
	}
	return took;
}

/** What somebody does beside who goes through the list, and who looks for a name. */
export async function adminBeside(
	server: ServerProcess,
	people: SeededPeople,
	token: string,
): Promise<Beside & AsyncDisposable> {
	const connection = await openConnection(server.port);
	const act = (question: Question | undefined) => {
		if (question === undefined) throw new Error("no such question");
		const operation = operationOf(question, token);
		return () => operation(connection);
	};
	const all = questionsOf(people);
	const named = (name: string) => act(all.find((each) => each.name === name));
	return {
		"pages of users": named("the same without their number"),
		"pages with their number": named("users, the first page"),
		"searches for a name": named("search: one name"),
		[Symbol.asyncDispose]: async () => connection.close(),
	};
}
