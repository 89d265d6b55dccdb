/** As much of a line's random id as nobody meets by chance. */
const named = 8;
/** What one cookie holds; of more the latest. */
const heldMost = 32;

/** The lines of the front page that were put away in a browser, by the beginnings of their ids, as its cookie says. */
export function readPutAway(cookieValue: string | undefined): readonly string[] {
	return cookieValue?.match(new RegExp(`.{${named}}`, "g")) ?? [];
}

/** What the cookie says with these put away as well. */
export function putAwayToo(before: readonly string[], ids: readonly string[]): string {
	const all = new Set([...before, ...ids.map((id) => id.slice(0, named))]);
	return [...all].slice(-heldMost).join("");
}
