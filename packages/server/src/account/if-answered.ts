import { HomeserverUnavailable } from "@countersign/core";

/**
 * What the homeserver says, or undefined where it does not say it in time: a page for which it is an ornament or one
 * truth of several is shown with a gap, and nobody waits for a homeserver that hangs.
 */
export async function ifAnswered<Said>(asked: Promise<Said>, patienceMs: number): Promise<Said | undefined> {
	const late = Promise.withResolvers<undefined>();
	const timer = setTimeout(() => late.resolve(undefined), patienceMs);
	try {
		return await Promise.race([asked, late.promise]);
	} catch (error) {
		if (error instanceof HomeserverUnavailable) return undefined;
		throw error;
	} finally {
		clearTimeout(timer);
	}
}
