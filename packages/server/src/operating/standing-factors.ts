import type { AccountId } from "@countersign/core";
import type { OneTimeCodeRecords, PasskeyRecords } from "../proofs/ports.ts";

/** What signs somebody in, or goes with the password, whatever that is by now. */
export interface StandingFactors {
	/** When each was added, the oldest first. */
	readonly passkeys: readonly number[];
	/** Since when an app shows one-time codes; undefined: there is none. */
	readonly codesSince: number | undefined;
	/** Accounts elsewhere that sign in as this one. */
	readonly links: readonly StandingLink[];
}

interface StandingLink {
	readonly provider: string;
	/** What they are called there. */
	readonly name?: string | undefined;
	/** Absent: it came along from elsewhere. */
	readonly linkedAt?: number | undefined;
}

interface Read {
	readonly passkeys: Pick<PasskeyRecords, "list">;
	readonly oneTimeCodes: Pick<OneTimeCodeRecords, "find">;
	readonly accountLinks: { list(accountId: AccountId): Promise<readonly StandingLink[]> };
}

/** Read for the operator, who gives an account another password: neither a passkey nor an app nor a link ends with the old one. */
export async function standingFactors(read: Read, accountId: AccountId): Promise<StandingFactors> {
	const passkeys = await read.passkeys.list(accountId);
	const app = await read.oneTimeCodes.find(accountId);
	const links = await read.accountLinks.list(accountId);
	return { passkeys: passkeys.map(({ createdAt }) => createdAt), codesSince: app?.createdAt, links };
}
