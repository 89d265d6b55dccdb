import { batches } from "./batches.ts";
import type { PlannedSource } from "./planned.ts";
import type { LiveToken } from "./ports.ts";

/** What is said of a token here. */
export type AnswerHere =
	| { readonly ok: false; readonly reason: "unknown" | "locked" }
	| {
			readonly ok: true;
			readonly localpart: string;
			readonly sub: string;
			readonly deviceId: string | null;
			readonly clientId: string;
			readonly admin: boolean;
			/** Epoch seconds, as homeservers are told. */
			readonly expiresAtSeconds: number | null;
	  };

export type AskHere = (token: LiveToken) => Promise<AnswerHere>;

/** What differs of a token: each counts once, by what is worst. */
const differences = {
	unknown: "opens something there and nothing here: who uses it is signed out",
	"other-person": "is somebody else's here",
	"other-device": "is on another device here",
	"other-app": "is refreshed by another app here",
	"not-locked": "is of somebody locked there, and opens something here",
	locked: "is of somebody who is locked here alone",
	admin: "administers the homeserver in one of the two places alone",
	end: "ends at another time here",
} as const;

type Difference = keyof typeof differences;

export interface Comparison {
	/** Tokens that were asked of. */
	readonly access: number;
	readonly refresh: number;
	readonly different: readonly { readonly difference: Difference; readonly user: string }[];
	/** That are left behind, as the report says. */
	readonly left: number;
}

/** Asks here of every token that is live there. */
export async function compareTokens(source: PlannedSource, ask: AskHere): Promise<Comparison> {
	// Which apps are left behind has to be known before people are read.
	if (source.apps !== undefined) for await (const _ of batches(source.apps, ({ id }) => id));
	const counts = { access: 0, refresh: 0, left: 0 };
	const different: { readonly difference: Difference; readonly user: string }[] = [];
	for await (const people of batches(source.people, ({ key }) => key))
		for (const { user, live } of people) {
			const tokens = live();
			counts.left += tokens.left;
			for (const token of tokens.live) {
				counts[token.role] += 1;
				const difference = differenceOf(token, await ask(token));
				if (difference !== undefined) different.push({ difference, user });
			}
		}
	return { ...counts, different };
}

/**
 * The same with a few of its tokens, spread over everybody: access tokens that last. Of the others each is replaced within
 * minutes, and to ask about one says that its answer has arrived.
 * @param of how many access tokens there are
 */
export function sampleOf(
	source: PlannedSource,
	{ of, atMost }: { readonly of: number; readonly atMost: number },
) {
	const step = Math.max(1, Math.ceil(of / atMost));
	let nth = 0;
	const isIn = ({ role, text, expiresAt }: LiveToken) => {
		if (role !== "access" || text === undefined || expiresAt !== null) return false;
		nth += 1;
		return (nth - 1) % step === 0;
	};
	return {
		...source,
		async people(page: Parameters<PlannedSource["people"]>[0]) {
			const people = await source.people(page);
			return people.map((person) => ({
				...person,
				live: () => ({ live: person.live().live.filter(isIn), left: 0 }),
			}));
		},
	} satisfies PlannedSource;
}

function differenceOf(there: LiveToken, here: AnswerHere): Difference | undefined {
	if (!here.ok) {
		if (here.reason === "locked") return there.isLocked ? undefined : "locked";
		return "unknown";
	}
	if (there.isLocked) return "not-locked";
	const isOther = there.sub !== undefined && there.sub !== here.sub;
	if (isOther || there.localpart !== here.localpart) return "other-person";
	if (there.deviceId !== here.deviceId) return "other-device";
	if (there.clientId !== undefined && there.clientId !== here.clientId) return "other-app";
	if (there.role === "refresh") return undefined;
	if (there.admin !== here.admin) return "admin";
	const end = there.expiresAt === null ? null : Math.floor(there.expiresAt / 1_000);
	return end === here.expiresAtSeconds ? undefined : "end";
}

/** For a terminal: how many there are of each, and whose. */
export function comparisonText({ access, refresh, different, left }: Comparison): string {
	return `Compared: access tokens ${access}, refresh tokens ${refresh}; different: ${different.length}. Left behind, as check says: ${left}.\n${kindsText(different)}`;
}

/** The same of a sample that was asked of the running server. */
export function sampleText({ access, different }: Comparison): string {
	return `Asked of the running Countersign: access tokens ${access}; different: ${different.length}.\n${kindsText(different)}`;
}

function kindsText(different: Comparison["different"]): string {
	const kinds = Map.groupBy(different, ({ difference }) => difference);
	const lines = [...kinds].map(([difference, those]) => {
		const users = [...new Set(those.map(({ user }) => user))];
		const shown = users
			.slice(0, shownNames)
			.map((name) => name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ""));
		const more = users.length > shownNames ? `, and ${users.length - shownNames} more` : "";
		return `${difference} (${those.length}): each ${differences[difference]}\n    ${shown.join(", ")}${more}\n`;
	});
	return lines.join("");
}

/** A terminal shows no more than this. */
const shownNames = 10;
