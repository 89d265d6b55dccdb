import { createCheckPassword, createPasswords, createRefusalLog } from "../proofs/index.ts";
import { accountOf } from "./account.ts";
import { createChangePassword } from "./change-password.ts";
import { createDeactivate } from "./deactivate.ts";
import type { People, PeopleDeps } from "./people.ts";
import type { PeopleUnit, StoredAccount } from "./ports.ts";
import { createRegister } from "./register.ts";

export function createPeople<Unit extends PeopleUnit>(deps: PeopleDeps<Unit>): People {
	const passwords = deps.passwords ?? createPasswords();
	const refusals = createRefusalLog(deps.storage, deps.onError);
	const check = createCheckPassword<StoredAccount, Unit>({ ...deps, passwords, noteRefusal: refusals.note });
	const find = async (by: { readonly id: string } | { readonly localpart: string }) => {
		const row = await deps.storage.read.accounts.find(by);
		return row && accountOf(row);
	};
	return {
		openRegistration: deps.openRegistration,
		byId: (id) => find({ id }),
		byLocalpart: (localpart) => find({ localpart }),
		register: createRegister({ ...deps, passwords }),
		async checkPassword(attempt) {
			const outcome = await check(attempt);
			return outcome.ok ? { ok: true, account: accountOf(outcome.row) } : outcome;
		},
		changePassword: createChangePassword({ ...deps, passwords, check }),
		deactivate: createDeactivate(deps),
		flush: refusals.flush,
	};
}
