import { createHash } from "node:crypto";
import type { Clock } from "../config/ports.ts";
import type { Form } from "../http/index.ts";

/** What was answered, and whether what the form asked for is done by that. */
export interface Answered {
	readonly answer: Response;
	readonly isDone: boolean;
}

/** For forms that are sent twice, as by a double click: the browser shows the second answer. */
export interface SentTwice {
	/**
	 * Works on a form. The same one, while that lasts, waits for the same answer; and where it then cannot be done because
	 * it was, a moment ago, it is told what was answered before. A proof that is good once stays so: nothing is done.
	 */
	answer(form: string, work: () => Promise<Answered>): Promise<Response>;
}

/**
 * As long as somebody clicks again who saw nothing happen. An answer may hold a cookie, or what is shown once: who has
 * read a code over a shoulder has as long, too, if they are at the same address with the cookies of that browser.
 */
const toldAgainMs = 15_000;
/** Within that time at one server; whoever sends more loses no more than the second answer. */
const rememberedMost = 1_000;

/** In this process alone. */
export function createSentTwice(clock: Clock): SentTwice {
	const running = new Map<string, Promise<Response>>();
	const told = new Map<string, { readonly answer: Response; readonly at: number }>();
	const forget = (now: number) => {
		for (const [form, { at }] of told)
			if (told.size > rememberedMost || Math.abs(now - at) > toldAgainMs) told.delete(form);
	};
	const settle = async (form: string, work: () => Promise<Answered>) => {
		const { answer, isDone } = await work();
		const now = clock();
		forget(now);
		if (!isDone) return told.get(form)?.answer ?? answer;
		told.set(form, { answer, at: now });
		// What was shown once is not kept where nobody comes by any more.
		setTimeout(() => forget(clock()), toldAgainMs + 1).unref();
		return answer;
	};
	return {
		async answer(form, work) {
			const first = running.get(form);
			if (first !== undefined) return (await first).clone();
			const answer = settle(form, work).finally(() => running.delete(form));
			running.set(form, answer);
			// Whoever comes later has a copy of what nobody reads.
			return (await answer).clone();
		},
	};
}

/** What makes two forms the same: who sends them, in which browser, to where, and all that is in them. */
export function formId(ties: readonly (string | undefined)[], path: string, form: Form): string {
	const fields = form.names.map((name) => [name, form.value(name)]);
	return createHash("sha256")
		.update(JSON.stringify([ties, path, fields]))
		.digest("base64");
}
