import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { StoredAccount } from "../people/ports.ts";
import { secretHash } from "../secrets/index.ts";
import { linkLifetimes } from "./lifetimes.ts";
import type { LinkKind, LinkUnit } from "./ports.ts";

/** Where the page of a link is, without the secret. */
export const linkPath = "/account/new-password/";

/** Whoever has the address can set the password: it is told once, to who asked for it. */
export interface MadeLink {
	readonly kind: LinkKind;
	readonly url: string;
	readonly expiresAt: number;
}

/**
 * Makes the one link of an account, inside the caller's transaction, with its line in the security log. Of an account
 * to which nobody has signed in it is an invitation.
 */
export function createMakeLink({
	clock,
	random,
	publicBase,
}: {
	readonly clock: Clock;
	readonly random: Random;
	readonly publicBase: string;
}) {
	return async (
		unit: Pick<LinkUnit, "passwordLinks" | "events">,
		{ id: accountId, generation }: Pick<StoredAccount, "id" | "generation">,
		actor: Operator,
	): Promise<MadeLink> => {
		const createdAt = clock();
		const kind = await unit.passwordLinks.kindFor(accountId);
		const expiresAt = createdAt + linkLifetimes[kind];
		const secret = random.token(32);
		const link = {
			accountId,
			generation,
			kind,
			createdAt,
			expiresAt,
			secretHash: secretHash(secret),
		} as const;
		await unit.passwordLinks.put(link);
		await unit.events.record({
			id: random.token(),
			accountId,
			at: createdAt,
			kind: "password-link-made",
			actor,
			detail: { link: kind },
		});
		return { kind, url: new URL(`.${linkPath}${secret}`, publicBase).href, expiresAt };
	};
}
