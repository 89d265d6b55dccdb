import { hash } from "node:crypto";
import { type Transactions, ulidOfBytes } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { Program, ProgramRecords } from "./ports.ts";

interface Deps<Unit extends { readonly programs: ProgramRecords }> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** With a trailing slash. */
	readonly publicBase: string;
}

/**
 * Programs of the operator's, which administer the server in their own name: nobody signs in.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
interface Programs {
	/** The secret, 256 bits, which nobody can be told again: its hash is kept. */
	create(name: string): Promise<{ readonly id: string; readonly secret: string }>;
	list(): Promise<readonly Omit<Program, "secretHash">[]>;
	/**
	 * Of an app that came along from MAS with a secret, which may be one that somebody chose: it gets another, of 256 bits,
	 * for everything that it does. Undefined where there is no such app, or it may already.
	 */
	allow(id: string): Promise<{ readonly secret: string } | undefined>;
	/** What it holds is worth nothing from then on. False where it is none. */
	revoke(id: string): Promise<boolean>;
}

export function createPrograms<Unit extends { readonly programs: ProgramRecords }>({
	storage,
	clock,
	random,
	publicBase,
}: Deps<Unit>): Programs {
	return {
		async create(name) {
			const id = ulidOfBytes(random.bytes(16));
			const { secret, secretHash } = newSecret(random);
			const program = { id, name, secretHash, createdAt: clock(), address: publicBase };
			await storage.write(({ programs }) => programs.add(program));
			return { id, secret };
		},
		list: () => storage.read.programs.list(),
		async allow(id) {
			const { secret, secretHash } = newSecret(random);
			const isAllowed = await storage.write(({ programs }) => programs.allow(id, secretHash));
			return isAllowed ? { secret } : undefined;
		},
		revoke: (id) => storage.write(({ programs }) => programs.revoke(id)),
	};
}

function newSecret(random: Random) {
	const secret = random.token(32);
	return { secret, secretHash: hash("sha256", secret, "base64url") };
}
