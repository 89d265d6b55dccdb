import type { AccountId } from "@countersign/core";

export interface MovingTables {
	moved_accounts: MovedAccountsTable;
	account_emails: AccountEmailsTable;
	moved_extras: MovedExtrasTable;
}

interface MovedAccountsTable {
	account_id: AccountId;
	/** Of all that was last put for the person. */
	digest: string;
}

interface AccountEmailsTable {
	/** How the admin API calls it. */
	told_id: string;
	account_id: AccountId;
	/** As it was written, and as one text for all spellings. */
	address: string;
	address_key: string;
	added_at: number;
	/** When its mailbox was shown to be the person's; of those one account has an address. Null: it never was. */
	verified_at: number | null;
}

/** What came along and does nothing yet. */
interface MovedExtrasTable {
	kind: string;
	id: string;
	/** JSON. */
	body: string;
}
