import { type Case, clients, introspection, refresh } from "../cases.ts";
import type { Seeded } from "../seed.ts";
import type { Place } from "./places.ts";

/** The data of one server, and what is asked of it: the cases know its newest tokens, also after another start. */
export interface Side {
	readonly name: string;
	readonly place: Place;
	readonly introspection: Case;
	readonly refresh: Case;
	/** The same by people of whom the other case knows nothing. */
	readonly singleRefresh: Case;
}

/** Every session takes its turn in a refresh: those who renew their tokens are all over the database. */
export function createSide(name: string, place: Place, seeded: Seeded): Side {
	const { clientId, devices } = seeded;
	const alone = Math.floor(devices.length / 10);
	const byAll = (some: typeof devices) =>
		refresh({ clientId, devices: some }, Math.floor(some.length / clients));
	return {
		...{ name, place },
		introspection: introspection(seeded),
		refresh: byAll(devices.slice(alone)),
		singleRefresh: byAll(devices.slice(0, alone)),
	};
}
