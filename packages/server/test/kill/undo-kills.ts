import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
	type Attempting,
	attempting,
	type End,
	type Fate,
	fates,
	isUnanswered,
	type Place,
	type Someone,
	stepCount,
} from "./attempts.ts";

/** Servers of which one dies at a time. */
export interface MortalPlace extends Place {
	readonly people: (localpart: string) => Promise<Someone>;
	/** The part whose turn it is. */
	kill(turn: number): Promise<void>;
	/** As if an hour had passed for what these people's apps had begun. */
	pass(localparts: readonly string[]): Promise<void>;
	start(turn: number): Promise<void>;
}

/** At one kill they stand at every second step; the next time at those in between. */
const peopleCount = stepCount / 2;
/** An account has a bound for what its apps remove within an hour. */
const roundsEach = 12;

/**
 * Kills a server again and again while apps are on the way to a reset, each at another request of it: before the
 * request arrives, at some point of its way, after its answer. Of the apps some go on afterwards, others died as well.
 */
export async function killOnTheWay(t: TestContext, place: MortalPlace, kills: number): Promise<void> {
	const ends: Record<End, number> = { back: 0, spent: 0 };
	for (let killed = 0; killed < kills; killed += roundsEach) {
		const people: Attempting[] = [];
		try {
			for (let at = 0; at < peopleCount; at++)
				people.push(attempting(place, await place.people(`p${killed}-${at}`)));
			for (let turn = killed; turn < Math.min(kills, killed + roundsEach); turn++)
				for (const end of await killOnce(place, people, turn)) ends[end] += 1;
		} finally {
			for (const person of people) await person.stop();
		}
	}
	t.diagnostic(`${kills} kills: ${ends.back} times all was back, ${ends.spent} times the reset had happened`);
	assert.ok(ends.back > 0 && ends.spent > 0);
}

async function killOnce(
	place: MortalPlace,
	people: readonly Attempting[],
	turn: number,
): Promise<readonly End[]> {
	const stands = people.map((person, at) => ({
		...{ person, step: (2 * at + turn) % stepCount },
		fate: fates[(at + turn) % fates.length] as Fate,
	}));
	await Promise.all(
		stands.map(async ({ person, step, fate }) => {
			await person.begin(fate);
			for (let at = 0; at < step; at++) await person.step(at);
		}),
	);
	await stepAndKill(place, stands, turn);
	await place.pass(people.filter((person) => person.isGone()).map(({ localpart }) => localpart));
	await place.start(turn);
	return Promise.all(
		stands.map(async ({ person, step }) => {
			await person.goesOn(step);
			if (!person.isGone()) for (let at = step; at < stepCount; at++) await person.insist(at);
			return person.end();
		}),
	);
}

/** All take their step at once. The server dies as soon as so many have got through, another number at each turn. */
async function stepAndKill(
	place: MortalPlace,
	stands: readonly { readonly person: Attempting; readonly step: number }[],
	turn: number,
): Promise<void> {
	let [awaited, dead] = [turn % (stands.length + 1), false];
	const moment = Promise.withResolvers<void>();
	const through = () => {
		awaited -= 1;
		if (awaited <= 0) moment.resolve();
	};
	if (awaited === 0) moment.resolve();
	const steps = stands.map(async ({ person, step }) => {
		try {
			await person.step(step);
			through();
		} catch (error) {
			if (!(dead && isUnanswered(error))) throw error;
		}
	});
	const kill = async () => {
		await moment.promise;
		dead = true;
		await place.kill(turn);
	};
	await Promise.all([kill(), ...steps]);
}
