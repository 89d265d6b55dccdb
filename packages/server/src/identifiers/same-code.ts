import { timingSafeEqual } from "node:crypto";

/** Whether this is the code of a letter, in a time that does not tell how much of it is right. */
export function isSameCode(code: string, typed: string): boolean {
	const [ours, theirs] = [Buffer.from(code), Buffer.from(typed)];
	return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
