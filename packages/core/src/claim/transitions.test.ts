import { createMemory } from "../../test/memory.ts";
import { transitionsSuite } from "../../test/transitions-suite.ts";
import { asAccountId, asSessionId } from "../identifiers.ts";

transitionsSuite("memory", async () => {
	const memory = createMemory();
	const accountId = asAccountId("account-alice");
	const [one, two] = [asSessionId("alice/ONE"), asSessionId("alice/TWO")];
	memory.addAccount(accountId, [one, two]);
	return {
		...{ storage: memory.storage, accountId, one, two },
		signOut: async () => memory.endSession(accountId, one),
		lock: async () => memory.changeAccount(accountId, { locked: true }),
		closeAccount: async () => memory.changeAccount(accountId, { closed: true }),
		raiseGeneration: async () => memory.changeAccount(accountId, { generation: 1 }),
		close: async () => {},
	};
});
