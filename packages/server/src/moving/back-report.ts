/** What a way back does. */
export interface BackReport {
	readonly people: number;
	/** Refresh tokens that were not known there. */
	readonly broughtBack: number;
	/** What ended here, and ends there: tokens, and sessions where they are rows of their own. */
	readonly ended: number;
	readonly passwords: number;
	readonly signedOut: readonly LostDevice[];
}

export interface LostDevice {
	readonly user: string;
	readonly device: string;
	readonly name: string | null;
}
