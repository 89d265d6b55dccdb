interface Page {
	readonly after: string;
	readonly limit: number;
}

/** So many are read at once, and written in one transaction: memory and everybody's waiting are bounded by it. */
const atOnce = 100;

/** Everything of a source in its order, batch by batch. */
export async function* batches<Item>(
	read: (page: Page) => Promise<readonly Item[]>,
	keyOf: (item: Item) => string,
) {
	for (let after = ""; ; ) {
		const items = await read({ after, limit: atOnce });
		const last = items.at(-1);
		if (last === undefined) return;
		after = keyOf(last);
		yield items;
	}
}
