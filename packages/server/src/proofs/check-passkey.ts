import type { AccountId, Transactions } from "@countersign/core";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import type { Clock, Random } from "../config/ports.ts";
import { createPasskeyAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { ChallengeFor, Challenges } from "./challenges.ts";
import type { Demands } from "./demands.ts";
import { nothingIsLost } from "./factors.ts";
import type { PasskeySite } from "./passkey-site.ts";
import type { ProofUnit, ProvableAccount, StoredPasskey } from "./ports.ts";
import type { WaysIn } from "./ways-in.ts";
import { readAnswer, verifyAssertion } from "./webauthn.ts";

export interface PasskeyDeps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly newRateLimiter: NewRateLimiter;
	readonly challenges: Challenges;
	readonly demands: Pick<Demands, "isDemandedOf">;
	/** Undefined where there are none to be had. */
	readonly site: PasskeySite | undefined;
	readonly ways: WaysIn;
}

/** Which passkey is asked for, and where. */
type AskedFor = ChallengeFor & {
	/** Whose. Default: anybody's, who then need not say who they are. */
	readonly accountId?: AccountId;
};

interface Entered extends AskedFor {
	/** What the browser's script put in the form. */
	readonly answer: string;
	readonly address: string;
	/** Whether `browser` is that of somebody who is signed in. Default: it is a sign-in. */
	readonly isSignedIn?: boolean;
}

interface NotTaken {
	readonly ok: false;
	/** `passkey-late`: the page was open too long, or the same answer was sent before. */
	readonly reason: "passkey-wrong" | "passkey-late" | "passkey-copied";
}

export type PasskeyRefusal =
	| NotTaken
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

type Checked = { readonly ok: true; readonly account: ProvableAccount } | NotTaken;

export function createCheckPasskey<Unit extends ProofUnit>(deps: PasskeyDeps<Unit>) {
	const { storage, challenges, site } = deps;
	const attempts = createPasskeyAttempts(deps.newRateLimiter);
	return {
		/** For the browser's script, as JSON. Undefined where no passkey would do here. */
		async ask({ accountId, ...about }: AskedFor): Promise<string | undefined> {
			if (site === undefined) return undefined;
			const known = accountId && (await storage.read.passkeys.list(accountId));
			const usable = known?.filter(({ host }) => host === site.host);
			if (usable?.length === 0) return undefined;
			const options: PublicKeyCredentialRequestOptionsJSON = {
				challenge: challenges.make(about),
				rpId: site.host,
				userVerification: "required",
				...(usable && { allowCredentials: usable.map(descriptor) }),
			};
			return JSON.stringify(options);
		},

		/** Spends the challenge and moves the counter, in one transaction. What was wrong is counted. */
		async check(entered: Entered): Promise<Checked | PasskeyRefusal> {
			const { accountId, browser, address, isSignedIn = false } = entered;
			const signedIn = isSignedIn && accountId !== undefined ? { accountId, browser } : undefined;
			const allowance = await attempts.take({ address, signedIn });
			if (!allowance.ok) return allowance;
			const checked = await compare(deps, entered);
			if (checked.ok) await attempts.giveBack({ address, signedIn });
			return checked;
		},
	};
}

async function compare<Unit extends ProofUnit>(deps: PasskeyDeps<Unit>, entered: Entered): Promise<Checked> {
	const { storage, challenges, site } = deps;
	const { answer, accountId, purpose, browser } = entered;
	const said = readAnswer(answer);
	if (site === undefined || said === undefined) return wrong;
	const passkey = await storage.read.passkeys.find(said.id);
	if (passkey === undefined || passkey.host !== site.host) return wrong;
	if (accountId !== undefined && passkey.accountId !== accountId) return wrong;
	const asked = { site, challenge: said.challenge };
	const verified = await verifyAssertion(answer, passkey, asked);
	if (verified === undefined) return wrong;
	// Of whom it says it is: who names nobody is found by it, so it has to be said then.
	const handle = verified.userHandle ?? accountId;
	if (handle !== passkey.accountId) return wrong;
	const answered = challenges.read(said.challenge, { purpose, browser });
	if (answered === undefined) return late;
	const account = await storage.read.accounts.find({ id: passkey.accountId });
	if (account === undefined || account.deactivatedAt !== null) return wrong;
	const refusal = await storage.write((unit) =>
		use(deps, unit, { ...entered, passkey, answered, counter: verified.counter }),
	);
	return refusal ?? { ok: true, account };
}

async function use<Unit extends ProofUnit>(
	deps: PasskeyDeps<Unit>,
	unit: Unit,
	it: {
		readonly passkey: StoredPasskey;
		readonly answered: { readonly hash: string; readonly expiresAt: number };
		readonly counter: number;
		readonly address: string;
	},
): Promise<NotTaken | undefined> {
	const { clock, random } = deps;
	const { passkey, answered, counter, address } = it;
	if (!(await unit.challenges.use(answered.hash, answered.expiresAt))) return late;
	const at = clock();
	if (await unit.passkeys.use(passkey.id, { counter, at })) {
		await nothingIsLost(unit, deps, { accountId: passkey.accountId, address });
		return undefined;
	}
	const isThere = (await unit.passkeys.find(passkey.credentialId)) !== undefined;
	if (!isThere) return wrong;
	const line = { id: random.token(), accountId: passkey.accountId, at, address } as const;
	const detail = { name: passkey.name };
	await unit.events.record({ ...line, kind: "passkey-copied", actor: { kind: "somebody" }, detail });
	return { ok: false, reason: "passkey-copied" };
}

/** As browsers name one that is known. */
export function descriptor({ credentialId, transports }: StoredPasskey) {
	return { id: credentialId, type: "public-key" as const, transports: [...transports] };
}

const wrong = { ok: false, reason: "passkey-wrong" } as const;
const late = { ok: false, reason: "passkey-late" } as const;
