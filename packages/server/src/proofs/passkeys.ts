import { type AccountId, isFresh } from "@countersign/core";
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { descriptor, type PasskeyDeps } from "./check-passkey.ts";
import { endWhatAPasswordGave, toldAgainMs } from "./factors.ts";
import type { ProofUnit, StoredPasskey } from "./ports.ts";
import type { BrowserProof, ProofFor } from "./proof.ts";
import type { WayIn } from "./ways-in.ts";
import { algorithms, readAnswer, verifyRegistration } from "./webauthn.ts";

/** A person's own passkeys. */
export interface Passkeys {
	/** Whether any can be made here. */
	readonly canBeMade: boolean;
	/** In the order in which they were added. */
	list(accountId: AccountId): Promise<readonly Passkey[]>;
	/**
	 * What the browser needs to make one, as JSON. It is the permission to add it: for this person in this browser, once,
	 * within minutes. Undefined where none can be made, or there are as many as may be.
	 */
	begin(proof: ProofFor<"add-factor">, person: { readonly userId: string }): Promise<string | undefined>;
	/** Adds the one that the browser made. With the first second factor of an account its other browsers are signed out. */
	add(made: {
		/** Who is signed in in this browser. What was begun there is the proof. */
		readonly by: BrowserProof;
		readonly answer: string;
		/** What its person calls it. */
		readonly name: string;
		readonly address: string;
	}): Promise<AddOutcome>;
	/**
	 * `last`: without it nobody could sign in to the account; `beside-codes`: nothing would be left beside which its codes
	 * prove anything; `demanded`: it would be left without a second factor, which the operator demands.
	 */
	remove(removal: {
		readonly proof: ProofFor<"remove-factor">;
		readonly id: string;
		readonly address: string;
	}): Promise<RemoveOutcome>;
}

export interface Passkey extends Pick<StoredPasskey, "id" | "name" | "host" | "createdAt" | "lastUsedAt"> {
	/** False of one that was made when this server had another address. */
	readonly isUsable: boolean;
}

type AddOutcome =
	| { readonly ok: true; readonly id: string }
	| { readonly ok: false; readonly reason: "wrong" | "late" | "known" | "signed-out" };

type RemoveOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "unknown" | "last" | "beside-codes" | "demanded" | "signed-out" };

/** More would only hide the one that is not its person's. */
const passkeysAtMost = 20;
export const passkeyNameLength = 60;

export function createPasskeys<Unit extends ProofUnit>(deps: PasskeyDeps<Unit>): Passkeys {
	const { storage, clock, random, challenges, site, demands, ways } = deps;
	return {
		canBeMade: site !== undefined,
		async list(accountId) {
			const all = await storage.read.passkeys.list(accountId);
			return all.map(({ id, name, host, createdAt, lastUsedAt }) => {
				return { id, name, host, createdAt, lastUsedAt, isUsable: host === site?.host };
			});
		},

		async begin(proof, { userId }) {
			const known = await storage.read.passkeys.list(proof.accountId);
			if (site === undefined || known.length >= passkeysAtMost) return undefined;
			const { purpose, browser } = addingBy(proof);
			const options: PublicKeyCredentialCreationOptionsJSON = {
				challenge: challenges.make({ purpose, browser }),
				rp: { id: site.host, name: site.host },
				user: { id: Buffer.from(proof.accountId).toString("base64url"), name: userId, displayName: userId },
				pubKeyCredParams: algorithms.map((alg) => ({ alg, type: "public-key" })),
				attestation: "none",
				excludeCredentials: known.map(descriptor),
				authenticatorSelection: {
					residentKey: "required",
					requireResidentKey: true,
					userVerification: "required",
				},
			};
			return JSON.stringify(options);
		},

		async add({ by, answer, name, address }) {
			const said = readAnswer(answer);
			if (site === undefined || said === undefined) return refused("wrong");
			const [id, at, { accountId }] = [random.token(), clock(), by];
			// Sent twice, as by a double click, it is told that it was added.
			const before = (unit: Pick<ProofUnit, "passkeys">) => justAdded(unit, { id: said.id, accountId, at });
			const added = await before(storage.read);
			if (added !== undefined) return added;
			const answered = challenges.read(said.challenge, addingBy(by));
			if (answered === undefined) return refused("late");
			const made = await verifyRegistration(answer, { site, challenge: said.challenge });
			if (made === undefined) return refused("wrong");
			const passkey = { ...made, id, accountId, host: site.host, name, createdAt: at };
			return storage.write(async (unit) => {
				const addedMeanwhile = await before(unit);
				if (addedMeanwhile !== undefined) return addedMeanwhile;
				if (!(await unit.browserSessions.isSignedIn(by, at))) return refused("signed-out");
				if (!(await unit.challenges.use(answered.hash, answered.expiresAt))) return refused("late");
				const others = await unit.passkeys.list(accountId);
				const isFirst = !(await unit.secondFactors.isThere(accountId));
				if (others.length >= passkeysAtMost || !(await unit.passkeys.add(passkey))) return refused("known");
				if (isFirst) await endWhatAPasswordGave(unit, by, at);
				const line = { id: random.token(), accountId, at, kind: "passkey-added", address } as const;
				await unit.events.record({
					...line,
					actor: { kind: "person" },
					detail: { name, passkey: id, ...(isFirst && { first: "yes" }) },
				});
				return { ok: true, id };
			});
		},

		remove: ({ proof, id, address }) =>
			storage.write(async (unit) => {
				const [at, { accountId }] = [clock(), proof];
				if (!(await unit.browserSessions.isSignedIn(proof, at))) return refused("signed-out");
				const all = await unit.passkeys.list(accountId);
				const it = all.find((one) => one.id === id);
				if (it === undefined) return refused("unknown");
				const account = await unit.accounts.find({ id: accountId });
				const goes = (way: WayIn) => way.kind === "passkey" && way.id === id;
				if (!(await ways.isThere(unit, accountId, goes))) return refused("last");
				const hasApp = (await unit.oneTimeCodes.find(accountId)) !== undefined;
				if (hasApp && !(await ways.isProvable(unit, accountId, goes))) return refused("beside-codes");
				if (account && demands.isDemandedOf(account) && all.length === 1 && !hasApp)
					return refused("demanded");
				await unit.passkeys.remove(id, accountId);
				const line = { id: random.token(), accountId, at, kind: "passkey-removed", address } as const;
				await unit.events.record({ ...line, actor: { kind: "person" }, detail: { name: it.name } });
				return { ok: true };
			}),
	};
}

/** The same credential, of the same account, a moment ago. */
async function justAdded(
	{ passkeys }: Pick<ProofUnit, "passkeys">,
	{ id, accountId, at }: { readonly id: string; readonly accountId: AccountId; readonly at: number },
): Promise<{ readonly ok: true; readonly id: string } | undefined> {
	const known = await passkeys.find(id);
	const isSo = known?.accountId === accountId && isFresh(known.createdAt, toldAgainMs, at);
	return isSo ? { ok: true, id: known.id } : undefined;
}

/** A permission ends with whatever throws everybody out. */
function addingBy({ accountId, browser, generation }: BrowserProof) {
	return { purpose: `add ${accountId} ${generation}`, browser } as const;
}

function refused<Reason extends string>(reason: Reason): { readonly ok: false; readonly reason: Reason } {
	return { ok: false, reason };
}
