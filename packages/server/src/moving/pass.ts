import { hash } from "node:crypto";
import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { bcryptSchemeOf } from "../proofs/index.ts";
import { listOf, type Plan, planPerson } from "./plan-person.ts";
import type { MovedPerson, MovingUnit, SynapseSource } from "./ports.ts";
import type { Reason } from "./reasons.ts";
import type { Entry, Report } from "./report.ts";

/** So many people are read, and written in one transaction: memory and everybody's waiting are bounded by it. */
const atOnce = 100;

interface Reading {
	readonly source: SynapseSource;
	readonly serverName: string;
	readonly clock: Clock;
}

/** What would happen to everybody, in the order of their user ids. Nothing is written. */
async function* plans({ source, serverName, clock }: Reading) {
	for (let after = ""; ; ) {
		const people = await source.people({ after, limit: atOnce });
		const last = people.at(-1);
		if (last === undefined) return;
		after = last.userId;
		const now = clock();
		yield people.map((there) => ({ there, plan: planPerson(there, { serverName, now }) }));
	}
}

/** What a pass would do. */
export async function survey(reading: Reading): Promise<Report> {
	const entries: Entry[] = [];
	const costs = new Map<number, number>();
	for await (const batch of plans(reading)) {
		for (const { there, plan } of batch) {
			entries.push(entryOf(there.userId, plan));
			countCost(costs, plan.person);
		}
	}
	return { entries, bcryptCost: commonest(costs) };
}

interface Passing<Unit extends MovingUnit> extends Reading {
	readonly storage: Transactions<Unit>;
	readonly random: Random;
	/** Told after each step how many people have been looked at. */
	readonly onProgress?: (people: number) => void;
}

/**
 * Reads everybody and writes whoever is new or has changed since the pass before. Broken off at any point it is simply
 * made again: what is the same is not written twice.
 */
export async function pass<Unit extends MovingUnit>(passing: Passing<Unit>): Promise<Report> {
	const entries: Entry[] = [];
	const costs = new Map<number, number>();
	for await (const batch of plans(passing)) {
		const taken = await writeBatch(
			passing,
			batch.flatMap(({ plan }) => plan.person ?? []),
		);
		for (const { there, plan } of batch) {
			const isTaken = plan.person !== undefined && taken.has(plan.person.localpart);
			entries.push(entryOf(there.userId, isTaken ? { reasons: ["name-taken"] } : plan));
			countCost(costs, plan.person);
		}
		passing.onProgress?.(entries.length);
	}
	return { entries, bcryptCost: commonest(costs) };
}

/** Returns the names that somebody else has here. */
function writeBatch<Unit extends MovingUnit>(
	{ storage, random }: Passing<Unit>,
	people: readonly MovedPerson[],
): Promise<ReadonlySet<string>> {
	return storage.write(async ({ moved }) => {
		const taken = new Set<string>();
		const before = await moved.digests(people.map(({ localpart }) => localpart));
		for (const person of people) {
			const digest = hash("sha256", JSON.stringify(person), "base64url");
			if (before.get(person.localpart) === digest) continue;
			if (!(await moved.put(person, { digest, newId: () => random.token(18) }))) taken.add(person.localpart);
		}
		return taken;
	});
}

function entryOf(userId: string, plan: Plan): Entry {
	const sessions = plan.person?.sessions ?? [];
	return {
		...{ user: userId, list: listOf(plan), reasons: plan.reasons satisfies readonly Reason[] },
		devices: sessions.length,
		tokens: sessions.reduce((sum, { access, refresh }) => sum + access.length + refresh.length, 0),
	};
}

function countCost(costs: Map<number, number>, person: MovedPerson | undefined): void {
	const scheme = bcryptSchemeOf(person?.passwordHash ?? "");
	if (scheme !== undefined) costs.set(scheme.cost, (costs.get(scheme.cost) ?? 0) + 1);
}

/** What Synapse takes where nothing is set. */
const usualCost = 12;

function commonest(costs: ReadonlyMap<number, number>): number {
	const [most] = [...costs].sort(([, one], [, other]) => other - one);
	return most?.[0] ?? usualCost;
}
