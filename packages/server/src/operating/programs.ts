import { type AccountId, type Transactions, ulidOfBytes } from "@countersign/core";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";
import type { Program, ProgramRecords } from "./ports.ts";
import { type EndIssued, type PreparedUnit, withdrawPrepared } from "./prepared.ts";

type ProgramsUnit = PreparedUnit & {
	readonly programs: ProgramRecords;
	readonly accounts: { administrators(): Promise<readonly AccountId[]> };
};

interface Deps<Unit extends ProgramsUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly serverName: string;
	readonly endIssued: EndIssued<Unit>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

/**
 * Programs of the operator's, which administer the server in their own name: nobody signs in. That there is one more, or
 * one less, every administrator reads in their log: whoever holds a program's secret has all that they have.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
interface Programs {
	/** The secret, 256 bits, which nobody can be told again: its hash is kept. */
	create(name: string, by: Operator): Promise<{ readonly id: string; readonly secret: string }>;
	list(): Promise<readonly Omit<Program, "secretHash">[]>;
	/**
	 * Of an app that came along from MAS with a secret, which may be one that somebody chose: it gets another, of 256 bits,
	 * for everything that it does. Undefined where there is no such app, or it may already.
	 */
	allow(id: string, by: Operator): Promise<{ readonly secret: string } | undefined>;
	/**
	 * What it holds is worth nothing from then on, and neither is what it prepared and may know: links that nobody has used,
	 * and tokens of people that administer. Undefined where it is none.
	 */
	revoke(id: string, by: Operator): Promise<{ readonly links: number; readonly tokens: number } | undefined>;
}

export function createPrograms<Unit extends ProgramsUnit>(deps: Deps<Unit>): Programs {
	const { storage, clock, random, publicBase } = deps;
	const tell = async (
		unit: Unit,
		kind: "program-allowed" | "program-revoked",
		of: { readonly id: string; readonly name: string; readonly actor: Operator },
	) => {
		const line = { kind, at: clock(), actor: of.actor, detail: { program: `${of.name} (${of.id})` } };
		for (const accountId of await unit.accounts.administrators())
			await unit.events.record({ id: random.token(), accountId, ...line });
	};
	return {
		async create(name, actor) {
			const id = ulidOfBytes(random.bytes(16));
			const { secret, secretHash } = newSecret(random);
			const program = { id, name, secretHash, createdAt: clock(), address: publicBase };
			await storage.write(async (unit) => {
				await unit.programs.add(program);
				await tell(unit, "program-allowed", { id, name, actor });
			});
			return { id, secret };
		},
		list: () => storage.read.programs.list(),
		async allow(id, actor) {
			const { secret, secretHash } = newSecret(random);
			const isAllowed = await storage.write(async (unit) => {
				if (!(await unit.programs.allow(id, secretHash))) return false;
				const name = (await unit.programs.find(id))?.name ?? "";
				await tell(unit, "program-allowed", { id, name, actor });
				return true;
			});
			return isAllowed ? { secret } : undefined;
		},
		async revoke(id, actor) {
			const done = await storage.write(async (unit) => {
				const program = await unit.programs.find(id);
				if (program === undefined || !(await unit.programs.revoke(id))) return undefined;
				await tell(unit, "program-revoked", { id, name: program.name, actor });
				const by = { kind: "program", name: `${program.name} (${id})` } as const;
				return withdrawPrepared(deps, unit, { by, now: clock(), actor });
			});
			if (done === undefined) return undefined;
			for (const owner of new Set(done.owners)) await deps.afterEnd?.(owner);
			return { links: done.links, tokens: done.owners.length };
		},
	};
}

function newSecret(random: Random) {
	const secret = random.token(32);
	return { secret, secretHash: secretHash(secret) };
}
