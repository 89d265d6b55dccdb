import type { Case } from "./cases.ts";
import { measure, type Round } from "./measure.ts";
import type { ServerProcess } from "./processes.ts";
import type { Row } from "./table.ts";

/** Alternates between the two, so that what else the machine does meets both. The first round only warms up. */
export async function compare(
	one: Case,
	{
		countersign,
		baseline,
		rounds,
	}: { readonly countersign: ServerProcess; readonly baseline: ServerProcess; readonly rounds: number },
): Promise<Row> {
	const ours: Round[] = [];
	const bare: Round[] = [];
	for (let round = 0; round <= rounds; round++) {
		ours.push(await measure(countersign, one.countersign(), one.extent));
		bare.push(await measure(baseline, one.baseline(), { seconds: 1 }));
	}
	return { name: one.name, ours: ours.slice(1), bare: bare.slice(1) };
}
