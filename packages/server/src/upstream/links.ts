import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/index.ts";
import type { BrowserProof, ProofFor, WaysIn } from "../proofs/index.ts";
import type { Withdrawn } from "./administers.ts";
import type { AccountLink, Intent, UpstreamUnit } from "./ports.ts";
import { type ArriveOutcome, detailOf } from "./upstream.ts";

/**
 * As whom other services know somebody, as they see and change it. A directory that checks passwords is none of these: its
 * link goes by the operator alone. Without it a password of here could be set, which outlasts the one there (decision
 * 139), and one-time codes would stand beside nothing.
 */
export interface Links {
	/** Those of services that were set up once, too. */
	of(accountId: AccountId): Promise<readonly AccountLink[]>;
	/** Both sides were shown: this one when it was begun, by who is signed in still, and the other just now. */
	add(link: {
		/** Of the browser that came back, which showed this side before it went: not before the password was changed. */
		readonly by: BrowserProof;
		readonly shown: Extract<ArriveOutcome, { is: "shown" }>;
		readonly address: string;
	}): Promise<
		| { readonly ok: true }
		/** `somebodys`: it is another account's, or was just linked to it. */
		| { readonly ok: false; readonly reason: "signed-out" | "somebodys" }
	>;
	remove(link: {
		readonly proof: ProofFor<"change-links">;
		readonly provider: string;
		readonly subject: string;
		readonly address: string;
	}): Promise<
		| { readonly ok: true }
		/** `last`: without it nobody could sign in. */
		| { readonly ok: false; readonly reason: "signed-out" | "unknown" | "last" }
	>;
}

type Unit = UpstreamUnit & {
	readonly passkeys: Parameters<WaysIn["isThere"]>[0]["passkeys"];
};

export function createLinks<All extends Unit>({
	storage,
	clock,
	random,
	ways,
	directory,
	afterUnlink,
	afterEnd,
}: {
	readonly storage: Transactions<All>;
	readonly clock: Clock;
	readonly random: Random;
	readonly ways: Pick<WaysIn, "isThere">;
	/** Under which links to the directory stand. Default: there is none. */
	readonly directory?: string | undefined;
	/** What its service gave goes with it, inside that transaction. Returns how many sessions ended. */
	readonly afterUnlink: (unit: All, unlinked: Withdrawn) => Promise<number>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}): Links {
	const listed = async ({ accountLinks }: Pick<Unit, "accountLinks">, accountId: AccountId) =>
		(await accountLinks.list(accountId)).filter(({ provider }) => provider !== directory);
	return {
		of: (accountId) => listed(storage.read, accountId),

		add: ({ by, shown: { intent, arrival }, address }) =>
			storage.write(async (unit) => {
				const { accountId } = by;
				const at = clock();
				if (
					intent.kind !== "link" ||
					!isBegunBy(intent, by) ||
					!(await unit.browserSessions.isSignedIn(by, at))
				)
					return signedOut;
				const { provider, issuer, subject, said } = arrival;
				const owner = await unit.accountLinks.ownerOf(provider, subject);
				if (owner !== undefined)
					return owner.accountId === accountId ? { ok: true } : { ok: false, reason: "somebodys" };
				const link = { accountId, provider, issuer, subject, name: said.accountName, linkedAt: at };
				if (!(await unit.accountLinks.add(link))) return { ok: false, reason: "somebodys" };
				await unit.events.record({
					...{ id: random.token(), accountId, at, kind: "link-added", address },
					...{ actor: { kind: "person" }, detail: detailOf(arrival) },
				});
				return { ok: true };
			}),

		async remove({ proof, provider, subject, address }) {
			const { accountId } = proof;
			let ended = 0;
			const outcome = await storage.write<Awaited<ReturnType<Links["remove"]>>>(async (unit) => {
				const at = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, at))) return signedOut;
				const found = (await listed(unit, accountId)).find(
					(link) => link.provider === provider && link.subject === subject,
				);
				if (found === undefined) return { ok: false, reason: "unknown" };
				const stays = await ways.isThere(
					unit,
					accountId,
					(way) => way.kind === "link" && way.provider === provider && way.subject === subject,
				);
				if (!stays) return { ok: false, reason: "last" };
				if (!(await unit.accountLinks.remove({ accountId, provider, subject })))
					return { ok: false, reason: "unknown" };
				const name = found.name === undefined ? {} : { name: found.name };
				await unit.events.record({
					...{ id: random.token(), accountId, at, kind: "link-removed", address },
					...{ actor: { kind: "person" }, detail: { provider, ...name } },
				});
				ended = await afterUnlink(unit, { accountId, provider, now: at, actor: { kind: "person" } });
				return { ok: true };
			});
			if (ended > 0) await afterEnd?.(accountId);
			return outcome;
		},
	};
}

/** Whether it was begun by who is signed in in this browser, and nobody was thrown out since. */
export function isBegunBy(intent: Exclude<Intent, { kind: "sign-in" }>, by: BrowserProof): boolean {
	const isSame = intent.accountId === by.accountId && intent.browser === by.browser;
	return isSame && intent.generation === by.generation;
}

const signedOut = { ok: false, reason: "signed-out" } as const;
