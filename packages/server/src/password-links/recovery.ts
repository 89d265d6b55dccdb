import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { invisible, readAddress, readName } from "../identifiers/index.ts";
import { createRecoveryAttempts, type NewRateLimiter } from "../limits/index.ts";
import { secretHash } from "../secrets/index.ts";
import { linkLifetimes } from "./lifetimes.ts";
import type { RecoveryUnit } from "./ports.ts";

interface Deps<Unit extends RecoveryUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	readonly serverName: string;
	/** Where passwords are checked of people who have none here, by its name among links. Default: nowhere. */
	readonly directory?: string | undefined;
	/** The secret of the link in a letter of this seed. */
	readonly secretOf: (seed: string) => string;
}

/** Links for a new password, by mail, for whoever asks. */
export interface Recovery {
	/** Whether some people have their password in a directory, and none by mail. */
	readonly hasDirectory: boolean;
	/**
	 * Notes what was typed, whatever it is, and looks nobody up: one answer and one work for everything that can be
	 * typed, so that neither says who has an account.
	 */
	ask(asked: {
		readonly typed: string;
		readonly address: string;
	}): Promise<
		| { readonly ok: true }
		| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number }
	>;
	/** Looks up what was typed, and has letters sent where somebody is meant by it. */
	run(stopping: AbortSignal): Promise<void>;
}

/** Longer than any name or address. */
const longestTyped = 320;

export function createRecovery<Unit extends RecoveryUnit>(deps: Deps<Unit>): Recovery {
	const { storage, clock, random } = deps;
	const attempts = createRecoveryAttempts(deps.newRateLimiter);
	return {
		hasDirectory: deps.directory !== undefined,

		async ask({ typed: text, address }) {
			const typed = text.replaceAll(invisible, "").trim().slice(0, longestTyped);
			// Whoever is meant is counted once, in whatever way the name is written.
			const name = readName(typed, deps.serverName);
			const meant = readAddress(typed)?.key ?? (name.ok ? name.localpart : typed.toLowerCase());
			const allowance = await attempts.take({ address, typed: meant });
			if (!allowance.ok) return allowance;
			const asking = { id: random.token(), typed, address, askedAt: clock() };
			await storage.write(({ recovery }) => recovery.add(asking));
			return { ok: true };
		},

		async run(stopping) {
			const next = () => storage.write((unit) => answerNext(deps, unit));
			while (!stopping.aborted && (await storage.read.recovery.isAny()) && (await next()));
		},
	};
}

/** False where none waits. It is gone with its letters or, after a failure, still there with none. */
async function answerNext<Unit extends RecoveryUnit>(deps: Deps<Unit>, unit: Unit): Promise<boolean> {
	const asking = await unit.recovery.take();
	if (asking === undefined) return false;
	const isInDirectory = ({ provider }: { readonly provider: string }) => provider === deps.directory;
	const mailboxes = await mailboxesOf(deps, unit, asking.typed);
	const now = deps.clock();
	for (const { accountId, address, key } of mailboxes) {
		const account = await unit.accounts.find({ id: accountId });
		if (account === undefined || account.deactivatedAt !== null || account.lockedAt !== null) continue;
		const { generation, passwordHash } = account;
		// It is changed there, and one of here would outlast it.
		if (passwordHash === null && (await unit.accountLinks.list(accountId)).some(isInDirectory)) continue;
		const seed = deps.random.token(32);
		const expiresAt = now + linkLifetimes.mailed;
		await unit.passwordLinks.put({
			...{ accountId, generation, addressKey: key, createdAt: now, expiresAt },
			kind: await unit.passwordLinks.kindFor(accountId),
			secretHash: secretHash(deps.secretOf(seed)),
		});
		await unit.mailTasks.add(accountId, { kind: "password-link", to: address, expiresAt, seed }, now);
		await unit.events.record({
			...{ id: deps.random.token(), accountId, at: now, kind: "password-link-mailed", detail: {} },
			...{ address: asking.address, actor: { kind: "somebody" } },
		});
	}
	return true;
}

interface Mailbox {
	readonly accountId: AccountId;
	/** As it is stored, never as it was typed: what only looks the same is another mailbox. */
	readonly address: string;
	readonly key: string;
}

/** The address that was typed, where somebody has confirmed it; or all of whoever has the name that was typed. */
async function mailboxesOf<Unit extends RecoveryUnit>(
	{ serverName }: Deps<Unit>,
	unit: Unit,
	typed: string,
): Promise<readonly Mailbox[]> {
	const read = readAddress(typed);
	const owner = read && (await unit.addresses.ownerOf(read.key));
	if (read !== undefined && owner !== undefined) return [{ ...owner, key: read.key }];
	const name = readName(typed, serverName);
	const account = name.ok ? await unit.accounts.find({ name: name.written }) : undefined;
	if (account === undefined) return [];
	const all = await unit.addresses.list(account.id);
	return all.flatMap(({ address, key, verifiedAt }) =>
		verifiedAt === undefined ? [] : [{ accountId: account.id, address, key }],
	);
}
