/** A browser in which somebody shows that an address is theirs, before there is an account. */
export interface BegunRegistrationsTable {
	/** SHA-256 of what its forms are tied to. */
	browser_hash: string;
	address: string;
	address_key: string;
	/** The registration token that was shown. */
	token_hash: string | null;
	/** Of what the code in the letter is derived. */
	seed: string;
	/** How many codes were typed. */
	tries: number;
	created_at: number;
	/** Of the code or, once it was typed, of what it proves. */
	expires_at: number;
	proved_at: number | null;
	/** When an account was made with it. */
	used_at: number | null;
}
