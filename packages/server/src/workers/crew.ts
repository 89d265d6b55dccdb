import cluster from "node:cluster";
import type { Clock, Config } from "../config/index.ts";
import type { Log } from "../log/index.ts";
import { createCounting } from "./counting.ts";
import type { Complaint, ServerFacts } from "./messages.ts";
import { createPlace, type Place } from "./place.ts";
import { readProgram } from "./program.ts";

/** The workers, at work. */
interface Crew {
	readonly facts: ServerFacts;
	/** Resolves, with why, when a worker cannot be replaced: there is nothing left but to stop. */
	readonly broken: Promise<Complaint>;
	/** Has all finish what they accepted, ten seconds at most. False where one did not, or ended badly. */
	stop(): Promise<boolean>;
}

type CrewOutcome =
	| { readonly ok: true; readonly crew: Crew }
	| { readonly ok: false; readonly complaint: Complaint };

interface CrewDeps {
	readonly config: Config;
	readonly count: number;
	readonly log: Log;
	readonly clock: Clock;
}

/** A worker gives up earlier what does not end. */
const stopWithinMs = 10_000;

/**
 * Starts so many workers, and resolves when all of them serve; refuses, all stopped, where one cannot start. This process
 * keeps the port, and all workers accept from it: one that is stuck, or dead, gets no connection.
 */
export async function startCrew({ config, count, log, clock }: CrewDeps): Promise<CrewOutcome> {
	if (!cluster.isPrimary) return { ok: false, complaint: isWorkerElsewhere };
	// Handed on one by one, a connection that was on its way to a worker that dies would be answered by nobody, and closed
	// by nobody.
	cluster.schedulingPolicy = cluster.SCHED_NONE;
	// Settings hold bytes.
	cluster.setupPrimary({ serialization: "advanced" });
	const up = Promise.withResolvers<ServerFacts>();
	const broken = Promise.withResolvers<Complaint>();
	const program = readProgram();
	let isUp = false;
	const serving = () => places.flatMap((place) => place.serving() ?? []);
	const counting = createCounting(serving, log);
	const places: readonly Place[] = Array.from({ length: count }, (_, at) =>
		createPlace({
			...{ number: at + 1, config, program, log, clock },
			triesAgain: () => isUp,
			isServed: () => serving().length > 0,
			onServing(facts) {
				if (serving().length === count) up.resolve(facts);
			},
			onEnded: counting.ended,
			onSaid: counting.hear,
			onGivenUp: broken.resolve,
		}),
	);
	for (const place of places) place.start();
	const first = await Promise.race([
		up.promise.then((facts) => ({ ok: true, facts }) as const),
		broken.promise.then((complaint) => ({ ok: false, complaint }) as const),
	]);
	if (!first.ok) {
		await stop(places);
		return first;
	}
	isUp = true;
	return { ok: true, crew: { facts: first.facts, broken: broken.promise, stop: () => stop(places) } };
}

/** A process of a cluster has no workers of its own. */
const isWorkerElsewhere: Complaint = {
	headline:
		"--workers cannot be used where another program has made this process one of several on one port.",
	details: ["Have it start one process, and leave the workers to Countersign; or leave --workers out."],
};

async function stop(places: readonly Place[]): Promise<boolean> {
	const late = setTimeout(() => {
		for (const place of places) place.kill();
	}, stopWithinMs);
	await Promise.all(places.map((place) => place.stop()));
	clearTimeout(late);
	return places.every((place) => place.isClean());
}
