import type { AccountId } from "@countersign/core";
import { createTokenAttempts } from "../limits/index.ts";
import { createPasswords } from "../proofs/index.ts";
import { bareToken } from "../registration-tokens/index.ts";
import { accountOf } from "./account.ts";
import { createAdmit } from "./admit.ts";
import { createAgreeToTerms } from "./agree-to-terms.ts";
import { createBegunRegistrations } from "./begun-registrations.ts";
import { checkChosen, createChangePassword, isPasswordJustChanged } from "./change-password.ts";
import { closeAccount } from "./close-account.ts";
import { usualOfficialNames } from "./official-names.ts";
import type { People, PeopleDeps } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";
import { createRegister, createRegistrationAttempts } from "./register.ts";
import { createRegisterArrived } from "./register-arrived.ts";
import { createRemovePassword } from "./remove-password.ts";

export function createPeople<Unit extends PeopleUnit>(deps: PeopleDeps<Unit>): People {
	const passwords = deps.passwords ?? createPasswords();
	const find = async (by: { readonly id: AccountId } | { readonly name: string }) => {
		const row = await deps.storage.read.accounts.find(by);
		return row && accountOf(row);
	};
	const { needsToken = false, addressCodeOf: codeOf, terms } = deps;
	const attempts = createRegistrationAttempts(deps.newRateLimiter);
	const tokens = createTokenAttempts(deps.newRateLimiter, bareToken);
	const { directory, onNotAdmitted: onRefused = () => {}, officialNames = usualOfficialNames } = deps;
	return {
		openRegistration: deps.openRegistration,
		needsToken,
		begunRegistrations:
			codeOf && deps.openRegistration
				? createBegunRegistrations({ ...deps, needsToken, attempts, tokens, codeOf })
				: undefined,
		terms,
		byId: (id) => find({ id }),
		byAddress: deps.byAddress
			? async (key) => {
					const owner = await deps.storage.read.addresses.ownerOf(key);
					return owner && find({ id: owner.accountId });
				}
			: undefined,
		byName: (name) => find({ name }),
		register: createRegister({
			...deps,
			passwords,
			needsToken,
			attempts,
			tokens,
			needsAddress: codeOf !== undefined,
			officialNames,
		}),
		registerArrived: createRegisterArrived({
			...deps,
			attempts,
			tokens,
			needsAddress: codeOf !== undefined,
			officialNames,
		}),
		async refusesPassword(id, next) {
			const checked = await checkChosen(deps, id, next);
			return checked.ok ? undefined : checked.reason;
		},
		owesTerms: async (accountId) =>
			terms !== undefined &&
			!(await deps.storage.read.agreedTerms.has({ accountId, version: terms.version })),
		agree: createAgreeToTerms({ ...deps, terms }),
		admit: directory ? createAdmit({ ...deps, directory, officialNames, onRefused }) : async () => undefined,
		changePassword: createChangePassword({ ...deps, passwords }),
		removePassword: createRemovePassword(deps),
		async isPasswordJustChanged(id) {
			const row = await deps.storage.read.accounts.find({ id });
			return row !== undefined && isPasswordJustChanged(row, deps.clock());
		},
		close: ({ proof, erase, address }) =>
			deps.storage.write(async (unit) => {
				if (!(await unit.browserSessions.isSignedIn(proof, deps.clock()))) return false;
				return closeAccount(deps, unit, {
					accountId: proof.accountId,
					erase,
					actor: { kind: "person" },
					address,
				});
			}),
	};
}
