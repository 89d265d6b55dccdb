/**
 * So many of a list, in its order; the same ones for the same seed. Where there are no more than that, all of them.
 * @see https://en.wikipedia.org/wiki/Linear_congruential_generator, with the numbers of POSIX's `rand`
 */
export function sampleOf<Item>(all: readonly Item[], size: number, seed: number): readonly Item[] {
	let state = seed;
	const drawn = all.map((item, index) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return { item, index, lot: state >>> 8 };
	});
	return drawn
		.sort((a, b) => a.lot - b.lot || a.index - b.index)
		.slice(0, size)
		.sort((a, b) => a.index - b.index)
		.map(({ item }) => item);
}
