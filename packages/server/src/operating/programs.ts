import { type AccountId, type Transactions, ulidOfBytes } from "@countersign/core";
import type { Operator, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { secretHash } from "../secrets/index.ts";
import type { Program, ProgramRecords } from "./ports.ts";

interface ProgramsUnit {
	readonly programs: ProgramRecords;
	readonly accounts: { administrators(): Promise<readonly AccountId[]> };
	readonly events: Pick<SecurityEvents, "record">;
}

interface Deps<Unit extends ProgramsUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** With a trailing slash. */
	readonly publicBase: string;
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
	/** What it holds is worth nothing from then on. False where it is none. */
	revoke(id: string, by: Operator): Promise<boolean>;
}

export function createPrograms<Unit extends ProgramsUnit>({
	storage,
	clock,
	random,
	publicBase,
}: Deps<Unit>): Programs {
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
		revoke: (id, actor) =>
			storage.write(async (unit) => {
				const program = await unit.programs.find(id);
				if (program === undefined || !(await unit.programs.revoke(id))) return false;
				await tell(unit, "program-revoked", { id, name: program.name, actor });
				return true;
			}),
	};
}

function newSecret(random: Random) {
	const secret = random.token(32);
	return { secret, secretHash: secretHash(secret) };
}
