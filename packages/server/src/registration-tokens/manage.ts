import { ulidOfBytes } from "@countersign/core";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { ListedToken, TokenChange, TokenTerms, TokenTransactions, TokenUnit } from "./ports.ts";
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
	/** The same, with a text that the operator chose. False where another token has it. */
	make(terms: TokenTerms, text: string | undefined, by: Operator): Promise<MadeToken | false>;
	list(): Promise<readonly (ListedToken & { readonly state: TokenState })[]>;
	/** False where there is none, or it was revoked before. Accounts that were made with it stay. */
	revoke(id: string, by: Operator): Promise<boolean>;
	/** False where there is none. */
	change(id: string, to: TokenChange, by: Operator): Promise<boolean>;
	/** Takes a revocation back. False where it is not revoked. */
	restore(id: string, by: Operator): Promise<boolean>;
}

interface MadeToken {
	readonly id: string;
	readonly token: string;
}

type TokenState = "good" | "used up" | "run out" | "revoked";

export function createRegistrationTokens<Unit extends TokenUnit>({
	storage,
	clock,
	random,
	publicBase,
}: Deps<Unit>): RegistrationTokens {
	const done = (by: Operator) => ({ at: clock(), by: known(by) });
	const make: RegistrationTokens["make"] = async (terms, text, by) => {
		const token = text ?? random.token(18);
		const kept = { ...terms, id: newId(random), hash: tokenHash(token) };
		const made = { ...kept, createdAt: clock(), madeBy: known(by) };
		const isNew = await storage.write(({ registrationTokens }) => registrationTokens.add(made));
		return isNew && { id: made.id, token };
	};
	return {
		async create(terms, by) {
			const made = await make(terms, undefined, by);
			if (!made) throw new Error("two tokens of 144 random bits were the same");
			const { localpart: username } = terms;
			const query = new URLSearchParams({ token: made.token, ...(username !== undefined && { username }) });
			return { ...made, url: `${publicBase}register?${query}` };
		},
		make,
		async list() {
			const now = clock();
			const all = await storage.read.registrationTokens.list();
			return all.map((token) => ({ ...token, state: stateOf(token, now) }));
		},
		revoke: (id, by) => storage.write(({ registrationTokens }) => registrationTokens.revoke(id, done(by))),
		change: (id, to, by) =>
			storage.write(({ registrationTokens }) => registrationTokens.change(id, to, done(by))),
		restore: (id, by) => storage.write(({ registrationTokens }) => registrationTokens.restore(id, done(by))),
	};
}

/** Operators as their system calls them; of the others as what they came, since a program may be called like anybody. */
function known({ kind, name }: Operator): string {
	return kind === "operator" ? name : `${kind} ${name}`;
}

/** Typed after a command, where nothing in it reads as an option; programs of the admin API take no other. */
function newId(random: Random): string {
	return ulidOfBytes(random.bytes(16));
}

function stateOf({ revokedAt, expiresAt, uses, used }: ListedToken, now: number): TokenState {
	if (revokedAt !== undefined) return "revoked";
	if (expiresAt !== undefined && expiresAt <= now) return "run out";
	return uses !== undefined && used >= uses ? "used up" : "good";
}
