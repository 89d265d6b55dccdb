/** A letter as it leaves: to one person, in their language. */
export interface Mail {
	/** One address, as it was read by `readAddress`. */
	readonly to: string;
	readonly subject: string;
	readonly text: string;
	readonly html: string;
	/** The same for each attempt at one letter, so that one which arrives twice is shown once. */
	readonly id: string;
	/** When it was written. */
	readonly at: number;
}

/** How a mail server took a letter. No failure names the address or repeats what the other side wrote. */
export type Sent =
	| { readonly ok: true }
	/** Nobody answered, or not to the end. */
	| { readonly ok: false; readonly reason: "silent"; readonly failure: string }
	/** Not now, or not with these settings: trying again helps. */
	| { readonly ok: false; readonly reason: "deferred"; readonly failure: string }
	/** Not this letter, or not to this address, ever. */
	| { readonly ok: false; readonly reason: "refused"; readonly failure: string };

/** Hands letters to a mail server. */
export interface MailServer {
	/** Ends after a minute at the latest. */
	send(mail: Mail): Promise<Sent>;
	/** Goes as far as a letter would, sending none. */
	verify(): Promise<Exclude<Sent, { reason: "refused" }>>;
	/** Cuts off what is under way. */
	close(): void;
}
