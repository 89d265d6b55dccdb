import { hash } from "node:crypto";
import { type Transactions, ulidOfBytes } from "@countersign/core";
import type { Random } from "../config/ports.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import { batches } from "./batches.ts";
import { listOf, type Plan } from "./plan-person.ts";
import type { PlannedSource } from "./planned.ts";
import type { Kept, MovedPerson, MovingUnit } from "./ports.ts";
import type { AppWord, Entry, Report, ServiceWord } from "./report.ts";
import { createSchemeCounts } from "./schemes.ts";

type Write = (people: readonly MovedPerson[]) => Promise<ReadonlySet<string>>;

/** What a pass would do. */
export function survey(source: PlannedSource): Promise<Report> {
	return walk(source, {});
}

interface Passing<Unit extends MovingUnit> {
	readonly source: PlannedSource;
	readonly storage: Transactions<Unit>;
	readonly random: Random;
	/** Told after each step how many people have been looked at. */
	readonly onProgress?: (people: number) => void;
}

/**
 * Reads everybody and writes whoever is new or has changed since the pass before. Broken off at any point it is simply
 * made again: what is the same is not written twice.
 */
export function pass<Unit extends MovingUnit>(passing: Passing<Unit>): Promise<Report> {
	const { source, storage, onProgress } = passing;
	return walk(source, {
		writeApps: (apps) => storage.write(({ moved }) => moved.putApps(apps)),
		writeKept: (kept) => storage.write(({ moved }) => moved.putKept(kept.map(withoutToken))),
		write: (people) => writeBatch(passing, people),
		...(onProgress !== undefined && { onProgress }),
	});
}

/** Of a registration token the hash is what is kept, as of those that are made here. */
function withoutToken(kept: Kept): Kept {
	if (kept.kind !== "registration-token") return kept;
	const { token, ...body } = kept.body;
	return { ...kept, body: { ...body, token_hash: tokenHash(String(token)) } };
}

interface Walking {
	readonly writeApps?: (apps: Parameters<MovingUnit["moved"]["putApps"]>[0]) => Promise<void>;
	readonly writeKept?: (kept: Parameters<MovingUnit["moved"]["putKept"]>[0]) => Promise<void>;
	readonly write?: Write;
	readonly onProgress?: (people: number) => void;
}

/** Apps first: sessions refer to them. */
async function walk(
	source: PlannedSource,
	{ writeApps, writeKept, write, onProgress }: Walking,
): Promise<Report> {
	const entries: Entry[] = [];
	const counts = createSchemeCounts();
	const services = new Map<string, ServiceWord>();
	const apps = source.apps === undefined ? undefined : await walkApps(source.apps, writeApps);
	if (source.kept !== undefined) await writeKept?.(await source.kept());
	for await (const batch of batches(source.people, ({ key }) => key)) {
		const taken = (await write?.(batch.flatMap(({ plan }) => plan.person ?? []))) ?? new Set<string>();
		for (const { user, plan, service, live } of batch) {
			const isTaken = plan.person !== undefined && taken.has(plan.person.localpart);
			entries.push(entryOf(user, isTaken ? { reasons: ["name-taken"] } : plan));
			if (plan.person?.passwordHash != null) counts.add(plan.person.passwordHash);
			if (service === undefined) continue;
			const { people, tokens } = services.get(service) ?? { people: 0, tokens: 0 };
			services.set(service, { id: service, people: people + 1, tokens: tokens + live().left });
		}
		onProgress?.(entries.length);
	}
	const ofMost = counts.commonest();
	return { entries, ofMost, services: [...services.values()], ...(apps !== undefined && { apps }) };
}

async function walkApps(
	read: NonNullable<PlannedSource["apps"]>,
	write: Walking["writeApps"],
): Promise<Report["apps"]> {
	let moved = 0;
	const [left, noted]: [AppWord[], AppWord[]] = [[], []];
	for await (const batch of batches(read, ({ id }) => id)) {
		const apps = batch.flatMap((plan) => (plan.ok ? [plan.app] : []));
		await write?.(apps);
		moved += apps.length;
		for (const plan of batch) {
			const { id, name } = plan;
			if (!plan.ok) left.push({ id, name, means: plan.means });
			else if (plan.note !== undefined) noted.push({ id, name, means: plan.note });
		}
	}
	return { moved, left, noted };
}

/** Returns the names that somebody else has here. */
function writeBatch<Unit extends MovingUnit>(
	{ storage, random }: Passing<Unit>,
	people: readonly MovedPerson[],
): Promise<ReadonlySet<string>> {
	return storage.write(async ({ moved }) => {
		const taken = new Set<string>();
		const before = await moved.digests(people.map(({ localpart }) => localpart));
		const changed = people
			.map((person) => ({ person, digest: hash("sha256", JSON.stringify(person), "base64url") }))
			.filter(({ person, digest }) => before.get(person.localpart) !== digest);
		await moved.release(changed.map(({ person }) => person.localpart));
		for (const { person, digest } of changed) {
			if (!(await moved.put(person, { digest, newId: () => ulidOfBytes(random.bytes(16)) })))
				taken.add(person.localpart);
		}
		return taken;
	});
}

function entryOf(user: string, plan: Plan): Entry {
	const sessions = plan.person?.sessions ?? [];
	return {
		...{ user, list: listOf(plan), reasons: plan.reasons },
		devices: sessions.filter(({ deviceId }) => deviceId !== null).length,
		tokens: sessions.reduce((sum, { access, refresh }) => sum + access.length + refresh.length, 0),
	};
}
