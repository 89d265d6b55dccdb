import { errcodes } from "@countersign/protocol";
import type { Finding } from "../finding.ts";
import { exchange, isTurnedAway, type Question, type Reply, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { addRule, few, proxyOf } from "./words.ts";

/** Requests that have to pass the guard, whatever way they come. */
export interface Guarded {
	/** The printed rule that leads them there. */
	readonly rule: string;
	/** What it means where they do not, for people. */
	readonly past: string;
	/** The same as a question, where it was not seen. */
	readonly unseen: string;
	asked(door: string, setup: SynapseSetup): readonly GuardedQuestion[];
}

interface GuardedQuestion {
	readonly question: Question;
	/** Whether it has to be the guard who answers at the public address, and not only anybody but Synapse. */
	readonly isNamed: boolean;
}

export function isGuarded(answer: Reply): boolean {
	return answer.ok && answer.headers["x-countersign-guard"] !== undefined;
}

/** What is wrong at one way to Synapse. */
export function judgeDoor(
	guarded: Guarded,
	door: string,
	{ setup, reply }: { readonly setup: SynapseSetup; readonly reply: (question: Question) => Reply },
): readonly Finding[] {
	const isPublic = door === setup.homeserver.publicBase;
	const unguarded = guarded
		.asked(door, setup)
		.map((one) => ({ ...one, answer: reply(one.question) }))
		.filter(({ answer }) => !isGuarded(answer));
	const turnedAway = unguarded.filter(({ answer }) => isTurnedAway(answer));
	const wrong = unguarded.filter(
		({ answer, isNamed }) => !isTurnedAway(answer) && (isTaken(answer) || (isPublic && isNamed)),
	);
	const shown = (of: typeof unguarded) => few(of.map(({ question, answer }) => exchange(question, answer)));
	if (wrong.length > 0)
		return [
			{
				verdict: "problem",
				what: proxyOf(door),
				found: `${guarded.past}:\n${shown(wrong)}`,
				fix: addRule(setup, { url: door, rule: guarded.rule }),
			},
		];
	if (turnedAway.length === 0) return [];
	return [
		{
			verdict: "warning",
			what: proxyOf(door),
			found: `it turns away who asks often, so ${guarded.unseen} was not seen:\n${shown(turnedAway)}`,
			fix: "run doctor again in a minute, or from an address that the proxy does not limit",
		},
	];
}

/** A homeserver that asks for a token would take the request with one; where nothing is, nothing can be done. */
function isTaken(answer: Reply): boolean {
	const code = textOf(answer, "errcode") ?? "";
	return code.startsWith("M_") && code !== errcodes.unrecognized && code !== errcodes.notFound;
}
