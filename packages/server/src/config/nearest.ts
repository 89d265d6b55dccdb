/** The known name that a mistyped one most likely meant; undefined when none is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
	const near = known
		.map((name) => ({ name, distance: distance(typed, name) }))
		.filter((each) => each.distance <= Math.max(1, Math.floor(each.name.length / 3)))
		.sort((one, other) => one.distance - other.distance);
	return near[0]?.name;
}

/** How many characters to insert, delete, replace or swap with their neighbour. */
function distance(one: string, other: string): number {
	let before: number[] = [];
	let row = Array.from({ length: other.length + 1 }, (_, at) => at);
	for (let i = 1; i <= one.length; i++) {
		const next = [i];
		for (let j = 1; j <= other.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
			const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
			const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;
			next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced, swapped));
		}
		[before, row] = [row, next];
	}
	return row[other.length] ?? 0;
}
