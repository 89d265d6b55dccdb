/** Of a storage, what its writes are counted by. */
export interface CountedStorage<Unit> {
	readonly read: Unit;
	write<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
	/** Writes that are no units of work, where it has such. */
	readonly rotations?: { rotate(rotation: never): Promise<unknown> } | undefined;
	readonly useNotes?: { write(notes: never): Promise<unknown> } | undefined;
	readonly begunRequests?: { add(record: never): Promise<unknown> } | undefined;
}

/** Of a unit of work, what tells that something happened to a person's account. */
export interface CountedUnit {
	readonly events: { record(event: { readonly kind: string }): Promise<void> };
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Of sessions, what is counted by its outcome; whatever it is called with. */
export interface CountedSessions {
	open(...call: never[]): Promise<Outcome>;
	refresh(...call: never[]): Promise<Outcome>;
	openCompat(...call: never[]): Promise<Outcome>;
	refreshCompat(...call: never[]): Promise<Outcome>;
}
