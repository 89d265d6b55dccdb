import { createMemory } from "./memory.ts";
import { accountOf, devices, people, sessionOf } from "./people.ts";
import type { CoreStorage, Ground } from "./world.ts";

/** Everybody signed in, and nothing but memory beneath. */
export function memoryGround(memory = createMemory()): Ground<CoreStorage> {
	for (const localpart of people) {
		const sessions = devices.map((device) => sessionOf({ localpart, device }));
		memory.addAccount(accountOf(localpart), sessions);
	}
	return {
		storage: memory.storage,
		async endSession(of, now) {
			memory.endSession(accountOf(of.localpart), sessionOf(of));
			await memory.storage.write(({ requests }) =>
				requests.withdraw({ of: "session", sessionId: sessionOf(of) }, "session-ended", now),
			);
		},
		log: async (accountId) =>
			memory
				.events()
				.filter((event) => event.accountId === accountId)
				.map(({ kind }) => kind)
				.toReversed(),
		close: async () => {},
	};
}
