import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { createCodeAttempts, createRecoveryCodeAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { HowProved } from "./acts.ts";
import { nothingIsLost } from "./factors.ts";
import { openSecret, stepOf } from "./one-time-codes.ts";
import type { ProofUnit } from "./ports.ts";
import { recoveryHash } from "./recovery-codes.ts";

interface Deps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	/** Under which the secrets of one-time codes are sealed. */
	readonly sealKey: Uint8Array;
	readonly noteRefusal: (event: SecurityEvent) => void;
}

export type CodeRefusal =
	| { readonly ok: false; readonly reason: "code-wrong" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

/** What stands beside a password. */
type CodeCheck = { readonly ok: true; readonly how: HowProved } | CodeRefusal;

/** A one-time code or a recovery code, in whatever way it was typed. Each is good once, at all servers of the data. */
export function createCheckCode<Unit extends ProofUnit>(deps: Deps<Unit>) {
	const { clock, random } = deps;
	const ofApps = createCodeAttempts(deps.newRateLimiter);
	const ofRecovery = createRecoveryCodeAttempts(deps.newRateLimiter);
	return async (entered: {
		readonly accountId: AccountId;
		/** The browser session of somebody who is signed in. Undefined of a sign-in. */
		readonly browser?: string;
		readonly code: string;
		readonly address: string;
	}): Promise<CodeCheck> => {
		const { accountId, browser, address } = entered;
		const code = entered.code.replaceAll(/[\s-]/g, "");
		const isOfApp = /^\d{6}$/.test(code);
		const who = { accountId, browser };
		const allowance = await (isOfApp ? ofApps.take(who) : ofRecovery.take(accountId));
		if (!allowance.ok) return allowance;
		const how = isOfApp
			? await useOneTimeCode(deps, { accountId, code, address })
			: await useRecoveryCode(deps, { accountId, code, address });
		if (how !== undefined) {
			await (isOfApp ? ofApps.giveBack(who) : ofRecovery.giveBack(accountId));
			return { ok: true, how };
		}
		const line = { id: random.token(), accountId, at: clock(), address } as const;
		deps.noteRefusal({ ...line, kind: "code-refused", actor: { kind: "somebody" }, detail: {} });
		return { ok: false, reason: "code-wrong" };
	};
}

interface Typed {
	readonly accountId: AccountId;
	readonly code: string;
	readonly address: string;
}

async function useOneTimeCode<Unit extends ProofUnit>(
	deps: Deps<Unit>,
	{ accountId, code, address }: Typed,
): Promise<HowProved | undefined> {
	const { storage, clock, sealKey } = deps;
	const known = await storage.read.oneTimeCodes.find(accountId);
	if (known === undefined) return undefined;
	const step = stepOf(openSecret(sealKey, known.secret, accountId), code, clock());
	if (step === undefined) return undefined;
	const isUsed = await storage.write(async (unit) => {
		if (!(await unit.oneTimeCodes.use(accountId, step))) return false;
		await nothingIsLost(unit, deps, { accountId, address });
		return true;
	});
	return isUsed ? "password-and-code" : undefined;
}

function useRecoveryCode<Unit extends ProofUnit>(
	deps: Deps<Unit>,
	{ accountId, code, address }: Typed,
): Promise<HowProved | undefined> {
	const { storage, clock, random } = deps;
	return storage.write(async (unit) => {
		const at = clock();
		if (!(await unit.recoveryCodes.use(accountId, recoveryHash(accountId, code), at))) return undefined;
		await nothingIsLost(unit, deps, { accountId, address });
		const detail = { left: String(await unit.recoveryCodes.left(accountId)) };
		const line = { id: random.token(), accountId, at, address, detail } as const;
		await unit.events.record({ ...line, kind: "recovery-code-used", actor: { kind: "person" } });
		return "password-and-recovery-code";
	});
}
