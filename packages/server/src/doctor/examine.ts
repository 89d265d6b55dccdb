import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../config/index.ts";
import { certificateAt } from "./certificate.ts";
import { checks } from "./checks/index.ts";
import type { Facts } from "./facts.ts";
import type { Check, Finding } from "./finding.ts";
import type { Ask, DataState, DirectoryState, MailState } from "./ports.ts";
import { isTurnedAway, keyOf, type Question, type Reply } from "./question.ts";
import type { Setup } from "./setup.ts";

/** One check and what came of it. */
export type Result =
	| { readonly check: string; readonly verdict: "ok"; readonly promise: string }
	| ({ readonly check: string } & Finding)
	/** What it is about cannot be told before the problems of these checks are solved. */
	| { readonly check: string; readonly verdict: "left-out"; readonly because: readonly string[] };

export interface ExamineOptions {
	readonly setup: Setup;
	readonly ask: Ask;
	readonly data: Promise<DataState>;
	readonly mail: Promise<MailState | undefined>;
	readonly directory: Promise<DirectoryState | undefined>;
	readonly clock: Clock;
}

/** Asks everything at once, and only then judges. Changes nothing anywhere. */
export async function examine({ setup, ask, clock, ...asked }: ExamineOptions): Promise<readonly Result[]> {
	const [replies, certificates] = await Promise.all([
		allReplies(
			checks.flatMap((check) => check.asks(setup)),
			ask,
		),
		allCertificates(setup),
	]);
	const reply = (question: Question): Reply => {
		const found = replies.get(keyOf(question));
		if (found === undefined) throw new Error("a check looks for an answer that it has not asked for");
		return found;
	};
	const [data, mail, directory] = await Promise.all([asked.data, asked.mail, asked.directory]);
	return judgeAll(checks, { setup, reply, certificates, data, mail, directory, now: clock() });
}

/** Judges in the order of the list, in which every check stands behind those that it comes after. */
export function judgeAll(all: readonly Check[], facts: Facts): readonly Result[] {
	const troubled = new Set<string>();
	const applying = all.filter(({ appliesTo }) => appliesTo === undefined || appliesTo(facts.setup));
	return applying.flatMap((check): readonly Result[] => {
		const because = check.after.filter((id) => troubled.has(id));
		if (because.length > 0) {
			// What comes after this one would only repeat the same problem.
			troubled.add(check.id);
			return [{ check: check.id, verdict: "left-out", because }];
		}
		const findings = check.judge(facts);
		if (findings === undefined) return [];
		if (findings.some(({ verdict }) => verdict === "problem")) troubled.add(check.id);
		if (findings.length === 0) return [{ check: check.id, verdict: "ok", promise: check.promise }];
		return findings.map((finding) => ({ check: check.id, ...finding }));
	});
}

const atOnce = 16;

async function allReplies(questions: readonly Question[], ask: Ask): Promise<ReadonlyMap<string, Reply>> {
	const waiting = [...new Map(questions.map((question) => [keyOf(question), question]))];
	const replies = new Map<string, Reply>();
	const silent = new Map<string, Reply>();
	const work = async () => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const [key, question] = next;
			const { origin } = new URL(question.url);
			// Who has let one question wait in vain is not asked the others: the operator waits too.
			const reply = silent.get(origin) ?? (await ask(question));
			if (!reply.ok && reply.timedOut) silent.set(origin, reply);
			replies.set(key, reply);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	await askAgain(questions, { replies, ask });
	return replies;
}

/** Slower than any proxy that lets a browser load a page, and no longer than somebody watches a command. */
const [calmMs, again] = [300, 100];

/** Asks once more, one at a time, what a proxy turned away because all was asked at once. */
async function askAgain(
	questions: readonly Question[],
	{ replies, ask }: { readonly replies: Map<string, Reply>; readonly ask: Ask },
): Promise<void> {
	const isLeft = (question: Question) => {
		const reply = replies.get(keyOf(question));
		return reply !== undefined && isTurnedAway(reply);
	};
	for (const question of questions.filter(isLeft).slice(0, again)) {
		if (!isLeft(question)) continue;
		await pause(calmMs);
		replies.set(keyOf(question), await ask(question));
	}
}

async function allCertificates(setup: Setup): Promise<Facts["certificates"]> {
	const { publicBase, homeserver, also } = setup;
	const all = [publicBase, ...(homeserver === undefined ? [] : [homeserver.publicBase]), ...also];
	const secure = [...new Set(all)].filter((url) => url.startsWith("https:"));
	const shown = await Promise.all(secure.map(async (url) => [url, await certificateAt(url)] as const));
	return new Map(shown.flatMap(([url, one]) => (one === undefined ? [] : [[url, one] as const])));
}
