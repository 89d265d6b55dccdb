/**
 * Writes exact times in the zone of the reader, which no browser tells a server; without script they stay UTC. Runs on
 * pages that show a time, and again by `showLocalTimes` where a part of one is replaced.
 */
export const localTimes = `function showLocalTimes() {
	const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "long" });
	for (const time of document.querySelectorAll("time")) time.title = format.format(new Date(time.dateTime));
}
showLocalTimes();`;

/** Whether there is anything for it to do. */
export function showsTimes(markup: string): boolean {
	return markup.includes("<time ");
}
