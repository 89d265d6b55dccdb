import { tokenLifetimes } from "./lifetimes.ts";
import { usualRules } from "./rules.ts";
import type { RefreshOutcome, RefreshRequest, SessionsDeps } from "./session.ts";
import { parseSuccessorKeys, successorKeysName } from "./successor-keys.ts";
import { accessKindBeside, createToken, successorOf, tokenHash } from "./token-format.ts";

/**
 * The usual refresh in one statement, where the storage has one. It knows the keys of successors from the last unit of
 * work, and the statement does nothing when others count by now.
 */
export function createQuickRefresh({
	rotations,
	clock,
	random,
	secretKey,
	rules: { accessSeconds } = usualRules,
}: Pick<SessionsDeps<never>, "rotations" | "clock" | "random" | "secretKey" | "rules">) {
	let seen: { readonly value: string | undefined } | undefined;
	return {
		/** What the setting of the keys is in a unit of work. */
		saw(value: string | undefined): void {
			seen = { value };
		},

		/** Undefined: nothing has happened, and a unit of work has to decide. */
		async refresh(
			{ refreshToken, clientId, address }: RefreshRequest,
			hash: string,
		): Promise<Extract<RefreshOutcome, { ok: true }> | undefined> {
			if (rotations === undefined || seen === undefined) return undefined;
			const successor = successorOf(refreshToken, parseSuccessorKeys(seen.value, secretKey).current);
			const accessToken = createToken(accessKindBeside(successor), random);
			const rotated = await rotations.rotate({
				...{ hash, clientId, clock, address, accessSeconds },
				successor: tokenHash(successor),
				access: tokenHash(accessToken),
				keepAccess: tokenLifetimes.accessPerSession,
				keys: { setting: successorKeysName, value: seen.value },
			});
			if (rotated === undefined) return undefined;
			const tokens = { accessToken, refreshToken: successor, expiresInSeconds: accessSeconds, ...rotated };
			return { ok: true, tokens };
		},
	};
}

export type QuickRefresh = ReturnType<typeof createQuickRefresh>;
