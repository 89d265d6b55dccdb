/** What clean-up does with requests to replace an identity. Each method deletes one batch. */
export interface UploadsCleanUp {
	readonly requests: {
		/** Requests whose time is over, except those that are approved or being spent. */
		deleteEnded(before: number): Promise<number>;
		/** Of these, those that nobody said yes or no to. */
		deleteUndecided(before: number): Promise<number>;
	};
}
