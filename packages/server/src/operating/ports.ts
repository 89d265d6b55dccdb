/** Clients of the operator's that act for themselves. Each method is one statement, or one conditional on what it read. */
export interface ProgramRecords {
	/** With its secret's hash. Undefined for every client that signs people in and nothing else. */
	find(id: string): Promise<Program | undefined>;
	/** Oldest first. */
	list(): Promise<readonly Omit<Program, "secretHash">[]>;
	add(program: Program & { readonly address: string }): Promise<void>;
	/**
	 * Makes one of an app that came along with a secret, which this one takes the place of. False where there is none, or
	 * it is one already.
	 */
	allow(id: string, secretHash: string): Promise<boolean>;
	/** Makes it none. What it was besides it stays; what was nothing else is gone. False where it was none. */
	revoke(id: string): Promise<boolean>;
}

export interface Program {
	readonly id: string;
	/** In the operator's words. */
	readonly name: string;
	/** SHA-256, base64url. */
	readonly secretHash: string;
	readonly createdAt: number;
}
