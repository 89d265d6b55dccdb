import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { ListedToken, TokenTerms, TokenTransactions, TokenUnit } from "./ports.ts";
import { tokenHash } from "./token-hash.ts";

interface Deps<Unit extends TokenUnit> {
	readonly storage: TokenTransactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Where people reach this server, with a trailing slash. */
	readonly publicBase: string;
}

/** What operators do with tokens. */
export interface RegistrationTokens {
	/** The token, which nobody can be told again, and the link that carries it. */
	create(
		terms: TokenTerms,
		by: Operator,
	): Promise<{ readonly id: string; readonly token: string; readonly url: string }>;
	list(): Promise<readonly (ListedToken & { readonly state: TokenState })[]>;
	/** False where there is none, or it was revoked before. Accounts that were made with it stay. */
	revoke(id: string, by: Operator): Promise<boolean>;
}

type TokenState = "good" | "used up" | "run out" | "revoked";

export function createRegistrationTokens<Unit extends TokenUnit>({
	storage,
	clock,
	random,
	publicBase,
}: Deps<Unit>): RegistrationTokens {
	return {
		async create(terms, by) {
			const token = random.token(18);
			const kept = { ...terms, id: newId(random), hash: tokenHash(token) };
			const made = { ...kept, createdAt: clock(), madeBy: by.name };
			await storage.write(({ registrationTokens }) => registrationTokens.add(made));
			const { localpart: username } = terms;
			const query = new URLSearchParams({ token, ...(username !== undefined && { username }) });
			return { id: made.id, token, url: `${publicBase}register?${query}` };
		},
		async list() {
			const now = clock();
			const all = await storage.read.registrationTokens.list();
			return all.map((token) => ({ ...token, state: stateOf(token, now) }));
		},
		revoke: (id, { name: by }) =>
			storage.write(({ registrationTokens }) => registrationTokens.revoke(id, { at: clock(), by })),
	};
}

/** Typed after a command: nothing in it reads as an option. */
function newId(random: Random): string {
	return Buffer.from(random.bytes(6)).toString("hex");
}

function stateOf({ revokedAt, expiresAt, uses, used }: ListedToken, now: number): TokenState {
	if (revokedAt !== undefined) return "revoked";
	if (expiresAt !== undefined && expiresAt <= now) return "run out";
	return uses !== undefined && used >= uses ? "used up" : "good";
}
