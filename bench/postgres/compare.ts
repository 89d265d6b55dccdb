import { clients } from "../cases.ts";
import { median } from "../measure.ts";
import { aligned } from "../table.ts";
import { type Load, type Measured, measureSide } from "./measure-side.ts";
import type { Side } from "./side.ts";
import { signingIn } from "./sign-ins.ts";

export interface Comparing {
	readonly quick: boolean;
	readonly say: (line: string) => void;
	/** The one case that is measured; undefined: all. */
	readonly only: string | undefined;
}

/** In turn, so that what else the machine does meets all. The first round warms up. */
export async function compareSides(sides: readonly Side[], { quick, say, only }: Comparing): Promise<void> {
	const rounds = quick ? 1 : 5;
	const columns = ["a second", "p50 ms", "p99 ms", "p99.9 ms", "CPU us", "of the database", ...counted];
	for (const [at, { name }] of (sides[0]?.cases ?? []).entries()) {
		if (only !== undefined && only !== name) continue;
		for (const load of loadsOf(name, quick)) {
			const measured = new Map(sides.map((side): [Side, Measured[]] => [side, []]));
			for (let round = 0; round <= rounds; round++)
				for (const [side, all] of measured) {
					const of = side.cases[at];
					if (of === undefined || (load.besideSignIns && side.signIns === undefined)) continue;
					const one = await measureSide(side, of, load);
					if (round > 0) all.push(one);
				}
			const asked = [...measured].filter(([, all]) => all.length > 0);
			const rows = asked.map(([side, all]) => [side.name, ...cells(all)]);
			say(`\n${aligned([[`${name}, ${load.name}`, ...columns], ...rows])}`);
			if (load.besideSignIns) say(signedIn(asked));
		}
	}
}

function loadsOf(name: string, quick: boolean): readonly Load[] {
	const seconds = quick ? 1 : 3;
	if (name.endsWith("login"))
		return [
			{ name: "one at a time", connections: 1, seconds: seconds * 2 },
			{ name: "8 at once", connections: 8, seconds: seconds * 2 },
		];
	const perSecond = name === "introspection" ? 1_000 : 200;
	return [
		{ name: "one connection", connections: 1, seconds },
		{ name: `${clients} connections`, connections: clients, seconds },
		{ name: `${perSecond} a second`, connections: clients, perSecond, seconds: seconds * 2 },
		...(name === "introspection" ? [besideSignIns({ perSecond, seconds })] : []),
	];
}

function besideSignIns({
	perSecond,
	seconds,
}: {
	readonly perSecond: number;
	readonly seconds: number;
}): Load {
	const name = `${perSecond} a second while ${signingIn} sign in`;
	return { name, connections: clients, perSecond, seconds: seconds * 2, besideSignIns: true };
}

function signedIn(measured: readonly (readonly [Side, readonly Measured[]])[]): string {
	const each = measured.map(([{ name }, all]) => {
		const rate = median(all.map(({ signInsPerSecond }) => signInsPerSecond ?? Number.NaN));
		return `${name} ${rate.toFixed(0)}`;
	});
	return `sign-ins by password a second meanwhile: ${each.join(", ")}`;
}

const counted = ["statements", "commits", "rollbacks", "syncs", "WAL bytes"];

function cells(all: readonly Measured[]): readonly string[] {
	const middle = (of: (one: Measured) => number | undefined, digits: number) => {
		const value = median(all.map((one) => of(one) ?? Number.NaN));
		return Number.isNaN(value) ? "-" : value.toFixed(digits);
	};
	return [
		middle((one) => one.perSecond, 0),
		middle((one) => one.p50Ms, 2),
		middle((one) => one.p99Ms, 2),
		middle((one) => one.p999Ms, 2),
		middle((one) => one.serverMicros, 0),
		middle((one) => one.databaseMicros, 0),
		middle((one) => one.counted?.statements, 2),
		middle((one) => one.counted?.commits, 2),
		middle((one) => one.counted?.rollbacks, 3),
		middle((one) => one.counted?.syncs, 3),
		middle((one) => one.counted?.walBytes, 0),
	];
}
