import type { Random } from "../config/index.ts";

const firstMs = 1_000;
/** Of a task that the receiver answered, but did not do. */
const longestMs = 300_000;
/** While the receiver is silent: soon after its return somebody has to notice. */
export const longestSilenceMs = 30_000;

/** How long a task waits after so many attempts. */
export function waitMs(
	attempts: number,
	random: Pick<Random, "bytes">,
	health: { readonly isSilent: () => boolean },
): number {
	return jittered(doubled(attempts, health.isSilent() ? longestSilenceMs : longestMs), random);
}

/** How long until a silent receiver is asked again, after so many times without an answer. */
export function silenceMs(silences: number, random: Pick<Random, "bytes">): number {
	return jittered(doubled(silences - 1, longestSilenceMs), random);
}

function doubled(times: number, longest: number): number {
	return Math.min(firstMs * 2 ** Math.min(times, 20), longest);
}

/** Between half and all of it, so that several servers do not ask at once. */
function jittered(ms: number, random: Pick<Random, "bytes">): number {
	const [byte = 0] = random.bytes(1);
	return Math.round(ms * (0.5 + byte / 510));
}
