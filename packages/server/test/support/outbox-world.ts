import { type AccountId, asAccountId, HomeserverUnavailable } from "@countersign/core";
import { createMakeDevice } from "../../src/homeserver/synapse/make-device.ts";
import { createMasApi } from "../../src/homeserver/synapse/mas-api.ts";
import type { MasCall, MasOutcome, MasRequest } from "../../src/homeserver/synapse/mas-call.ts";
import type { Telling } from "../../src/homeserver/synapse/ports.ts";
import { createSynapseReceiver } from "../../src/homeserver/synapse/receiver.ts";
import type { Storage } from "../../src/storage/index.ts";
import { createHealth, createOutbox, type Outbox } from "../../src/tasks/index.ts";
import { random } from "./people-world.ts";
import { openTemporaryStorage } from "./storage.ts";

/** What was said to Synapse: the call, and about whom. */
interface Call {
	/** `delete_device alice PHONE` */
	readonly text: string;
	readonly localpart: string;
}

/** Undefined: it does as it is told. */
type Answer = { readonly refuses: string; readonly status?: number } | "silence" | undefined;

/** The outbox and the making of devices over a real storage, a clock that moves when told, and a Synapse of words. */
export interface OutboxWorld {
	readonly storage: Storage;
	readonly outbox: Outbox;
	/** Every call that arrived, in order, but for questions. */
	readonly calls: readonly string[];
	/** Decides about each call from now on; what it returns comes when it comes. */
	answer(decide: (call: Call) => Answer | Promise<Answer>): void;
	readonly counted: readonly string[];
	readonly said: readonly string[];
	makeDevice: ReturnType<typeof createMakeDevice>;
	/** Whose accounts are closed at Synapse, by name, and of which it was followed here, by id. */
	readonly closed: { readonly there: Set<string>; readonly here: readonly string[] };
	/** A second server on the same storage and before the same Synapse. */
	another(): Outbox;
	now(): number;
	advance(ms: number): void;
	person(localpart: string): Promise<AccountId>;
	add(localpart: string, telling: Telling): Promise<void>;
	/** Waits until nothing is under way: no look at the storage, no write, no call. */
	quiet(): Promise<void>;
	/** Has the outbox look, and waits until nothing is under way. */
	settle(): Promise<void>;
	waiting(): Promise<number>;
	[Symbol.asyncDispose](): Promise<void>;
}

export async function openOutboxWorld(): Promise<OutboxWorld> {
	const opened = await openTemporaryStorage("synapse");
	let underWay = 0;
	const during = <T>(work: Promise<T>): Promise<T> => {
		underWay++;
		return work.finally(() => underWay--);
	};
	const { homeserverTasks } = opened.read;
	const due = (...asked: Parameters<typeof homeserverTasks.due>) => during(homeserverTasks.due(...asked));
	const storage: Storage = {
		...opened,
		read: { ...opened.read, homeserverTasks: { ...homeserverTasks, due } },
		write: (work) => during(opened.write(work)),
	};
	const [calls, counted, said]: [string[], string[], string[]] = [[], [], []];
	let now = 1_800_000_000_000;
	let decide: (call: Call) => Answer | Promise<Answer> = () => undefined;
	const clock = () => now;
	const log = {
		info() {},
		warn: (_: unknown, message: string) => void said.push(message),
		error: (_: unknown, message: string) => void said.push(message),
	};
	const closed = { there: new Set<string>(), here: [] as string[] };
	const closeHere = async (accountId: AccountId) => closed.here.push(accountId);
	const server = () => {
		const health = createHealth("Synapse", log);
		const call: MasCall = async (request) => {
			const words = wordsOf(request);
			// Changes nothing there, and is asked before each device is made.
			if (request.name === "query_user")
				return outcomeOf(request, undefined, { is_deactivated: closed.there.has(words.localpart) });
			calls.push(words.text);
			const answer = await during(Promise.resolve(decide(words)));
			health.note(answer === "silence" ? "timeout" : undefined);
			return outcomeOf(request, answer);
		};
		const api = createMasApi(call);
		const outbox = createOutbox({
			...{ storage, clock, random, log },
			lineOf: (unit) => unit.homeserverTasks,
			receiver: createSynapseReceiver(api, health),
			count: (kind, outcome) => void counted.push(`${kind} ${outcome}`),
		});
		return { outbox, makeDevice: createMakeDevice({ storage, api, outbox, clock, random, closeHere }) };
	};
	const { outbox, makeDevice } = server();
	/** One thing follows another without a pause. */
	const quiet = async (): Promise<void> => {
		for (let still = 0; still < 5; still++) {
			await new Promise((resolve) => setImmediate(resolve));
			if (underWay > 0) still = 0;
		}
	};
	return {
		...{ storage, outbox, calls, counted, said, makeDevice, closed, now: clock },
		answer(next) {
			decide = next;
		},
		another: () => server().outbox,
		advance(ms) {
			now += ms;
		},
		async person(localpart) {
			const id = asAccountId(`account-${localpart}`);
			await storage.write((unit) => unit.accounts.add({ id, localpart, passwordHash: "h", createdAt: now }));
			return id;
		},
		add: (localpart, telling) =>
			storage.write((unit) =>
				unit.homeserverTasks.add({ accountId: asAccountId(`account-${localpart}`), telling, now }),
			),
		quiet,
		async settle() {
			await outbox.run();
			await quiet();
		},
		waiting: async () => (await outbox.overview()).waiting,
		async [Symbol.asyncDispose]() {
			await outbox.stop();
			await storage.close();
		},
	};
}

function wordsOf({ name, body, query }: MasRequest<unknown>): Call {
	const { localpart, ...rest } = { ...body, ...query } as Readonly<Record<string, unknown>>;
	return { text: [name, localpart, ...Object.values(rest)].join(" "), localpart: String(localpart) };
}

function outcomeOf<Value>(
	request: MasRequest<Value>,
	answer: Answer,
	body: Readonly<Record<string, unknown>> = {},
): MasOutcome<Value> {
	if (answer === "silence") throw new HomeserverUnavailable("timeout");
	if (answer !== undefined) {
		if (answer.status !== undefined) throw new HomeserverUnavailable(`status ${answer.status}`);
		const reason = request.refusals?.[answer.refuses];
		const general = { M_NOT_FOUND: "unknown-user", M_FORBIDDEN: "secret-refused" } as const;
		const known = answer.refuses in general && general[answer.refuses as keyof typeof general];
		return { ok: false, reason: reason ?? (known || "request-refused"), errcode: answer.refuses };
	}
	const value = request.parse(200, body);
	if (value === undefined) throw new HomeserverUnavailable("rubbish");
	return { ok: true, value };
}
