/** Counts the handlers that are at work, those of people who hung up too: they still work on the data. */
export function createRunning() {
	let count = 0;
	const none = Promise.withResolvers<void>();
	let isAwaited = false;
	return {
		begin() {
			count += 1;
		},
		end() {
			count -= 1;
			if (isAwaited && count === 0) none.resolve();
		},
		/** Resolves when there is none; to be asked when no more can begin. */
		none(): Promise<void> {
			isAwaited = true;
			if (count === 0) none.resolve();
			return none.promise;
		},
	};
}

export type Running = ReturnType<typeof createRunning>;
