/** The real one, though a test holds the time. */
const { setTimeout: later } = globalThis;
const [pauseMs, patienceMs] = [5, 60_000];

/**
 * Resolves once it is so, however long a busy machine takes for what happens by itself; throws where it is not so
 * after a minute. For what is bound to come: that something does not come needs another event after which it cannot.
 */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	const givenUpAt = performance.now() + patienceMs;
	while (!(await isSo())) {
		if (performance.now() > givenUpAt) throw new Error(`it never came to this: ${isSo}`);
		await new Promise((resolve) => later(resolve, pauseMs));
	}
}
