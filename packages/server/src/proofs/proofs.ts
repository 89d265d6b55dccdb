import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { NewRateLimiter } from "../limits/index.ts";
import { doesFor, isJustShownElsewhere, isStrongEnough, type SensitiveAct } from "./acts.ts";
import { createChallenges } from "./challenges.ts";
import { type CodeRefusal, createCheckCode } from "./check-code.ts";
import { linkedTo } from "./check-in-directory.ts";
import { createCheckPasskey, type PasskeyRefusal } from "./check-passkey.ts";
import { createCheckPassword, type PasswordRefusal } from "./check-password.ts";
import { type Codes, createCodes } from "./codes.ts";
import { createDemands, type DemandRule, type Demands } from "./demands.ts";
import { takesCode } from "./factors.ts";
import type { PasskeySite } from "./passkey-site.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import type { HowProved, PasswordDirectory, ProofUnit } from "./ports.ts";
import { type BrowserProof, goodProof, type Proof, type ProofFor, presenceProof } from "./proof.ts";
import { createProofCookie, type ProofCookie } from "./proof-cookie.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { createSecondStep, type FirstFactor, type SecondStep } from "./second-step.ts";
import type { WaysIn } from "./ways-in.ts";

export interface ProofsDeps<Unit extends ProofUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Told when a line of the security log could not be written. */
	readonly onError: (error: unknown) => void;
	/** Default: argon2id. */
	readonly passwords?: Passwords;
	readonly newRateLimiter: NewRateLimiter;
	/** Whether people sign in by an e-mail address that they have confirmed, too. Default: no. */
	readonly byAddress?: boolean | undefined;
	/** Checks passwords of people who have none here. Default: there is none. */
	readonly directory?: PasswordDirectory | undefined;
	/** Reads what was typed as an e-mail address, as its key. Default: nothing is one. */
	readonly addressKeyOf?: ((typed: string) => string | undefined) | undefined;
	/** Services that may vouch for people. Default: none. */
	readonly upstream?: readonly UpstreamService[] | undefined;
	readonly ways: WaysIn;
	/** For whom passkeys are made. Default: there are none. */
	readonly site?: PasskeySite | undefined;
	/** Of whom a second factor is demanded. Default: of nobody. */
	readonly demand?: DemandRule | undefined;
	/** 32 bytes; challenges are made under it. */
	readonly secretKey: Uint8Array;
	/** 32 bytes; secrets of one-time codes are sealed under it. */
	readonly sealKey: Uint8Array;
}

/** The one door for what people enter to show that an account is theirs. */
export interface Proofs {
	/**
	 * Somebody wants to sign in under this name. Unknown, closed and wrong are one answer that takes one time; a lock is
	 * told only to who knows the password. `second-factor`: it is right, and not enough.
	 */
	signIn(entered: {
		/** As they wrote it. */
		readonly name: string;
		/** The same read as an e-mail address, by its key. Of no account where that is not allowed. Default: none. */
		readonly addressKey?: string | undefined;
		readonly password: string;
		readonly address: string;
	}): Promise<SignedIn | PasswordRefusal | { ok: false; reason: "second-factor"; first: FirstFactor }>;
	/** Somebody who says nothing signs in with a passkey. */
	signInWithPasskey(entered: {
		readonly answer: string;
		/** To what the forms of this browser are tied. */
		readonly browser: string;
		readonly address: string;
	}): Promise<SignedIn | PasskeyRefusal | { readonly ok: false; readonly reason: "locked" }>;
	/** Another service has just vouched for somebody. */
	signInFromUpstream(vouched: {
		readonly accountId: AccountId;
		/** When they last showed there who they are. */
		readonly at: number;
		/** Their session there, where it is known. Default: none. */
		readonly stay?: string | undefined;
	}): Promise<
		| SignedIn
		| { readonly ok: false; readonly reason: "second-factor"; readonly first: FirstFactor }
		| { readonly ok: false; readonly reason: "locked" | "closed" }
	>;
	/** Another service has just vouched for who is signed in here: its part of the proof, which the caller has the browser carry. */
	againFromUpstream(
		last: BrowserProof,
		vouched: { readonly accountId: AccountId; readonly at: number },
	): Promise<
		| Outcome<BrowserProof>
		/** `password`, `second-factor`: it has one of its own to prove with. */
		| { readonly ok: false; readonly reason: "signed-out" | "password" | "second-factor" }
	>;
	/** For the script of the sign-in page, as JSON. Undefined where there are no passkeys. */
	passkeyForSignIn(browser: string): Promise<string | undefined>;
	/** What follows `second-factor`. */
	readonly secondStep: SecondStep;
	readonly passkeys: Passkeys;
	readonly codes: Codes;
	readonly demands: Demands;
	/** How a browser carries what was entered in it. */
	readonly cookie: ProofCookie;
	/** Somebody signed in shows once more that they are there; the caller has their browser carry it. */
	again(last: BrowserProof, entered: Entered): Promise<Outcome<BrowserProof> | ProofRefusal>;
	/** What a page has to ask for that has been said to want a proof whatever the last one was. */
	asks(last: BrowserProof): Promise<ProofAsked>;
	/** Whether there is one that checks passwords. */
	readonly hasDirectory: boolean;
	/** Whether the password of the account is the directory's: it is not kept here, nor changed. */
	isInDirectory(accountId: AccountId): Promise<boolean>;
	/** Whether it is as strong as the account can have it: with a second factor, both. */
	isStrong(last: BrowserProof): Promise<boolean>;
	/** What the form for this act has to ask for, after the last proof of the browser; undefined: nothing. */
	asksFor(act: SensitiveAct, last: BrowserProof): Promise<ProofAsked | undefined>;
	/**
	 * The last proof where that does for the act, or what is entered with it; without either, `missing`. `factor-demanded`:
	 * the account has to have a second factor by now, has none, and does nothing but add one.
	 */
	forAct<Act extends SensitiveAct>(
		act: Act,
		last: BrowserProof,
		entered: Entered,
	): Promise<Outcome<ProofFor<Act>> | ProofRefusal>;
	/** Resolves when refusals noted so far are stored. Call before the storage is closed. */
	flush(): Promise<void>;
}

/** What a form brought of what it asked for. */
interface Entered {
	readonly password: string;
	/** A one-time code or a recovery code, beside the password. Default: none. */
	readonly code?: string;
	/** What the browser's script put in the form. Default: nothing. */
	readonly passkey?: string;
	readonly address: string;
}

/** What a form may ask for: a passkey, or else what there is beside it. */
export interface ProofAsked {
	readonly password: boolean;
	/** Beside the password. */
	readonly code?: boolean;
	/** For the browser's script, as JSON. */
	readonly passkey?: string | undefined;
	/**
	 * Services elsewhere that would do, where there is no password: the person goes there first. `shown`: they have just
	 * been. Default: none.
	 */
	readonly upstream?: readonly UpstreamService[] | "shown" | undefined;
}

/** Another service, by what it is called. */
export interface UpstreamService {
	readonly id: string;
	readonly name: string;
}

interface Outcome<Made extends Proof> {
	readonly ok: true;
	readonly proof: Made;
}

interface SignedIn extends Outcome<Proof> {
	/** As it is in their user id. */
	readonly localpart: string;
}

export type ProofRefusal =
	| PasswordRefusal
	| PasskeyRefusal
	| CodeRefusal
	/** Nothing was entered, or a password where that is not enough. */
	| { readonly ok: false; readonly reason: "missing" | "second-factor" }
	| { readonly ok: false; readonly reason: "factor-demanded" }
	/** It is shown at another service, and was not. */
	| { readonly ok: false; readonly reason: "elsewhere" }
	/** The browser was signed out meanwhile. */
	| { readonly ok: false; readonly reason: "signed-out" };

export function createProofs<Unit extends ProofUnit>(deps: ProofsDeps<Unit>): Proofs {
	const { storage, clock, ways } = deps;
	const refusals = createRefusalLog(storage, deps.onError);
	const passwords = deps.passwords ?? createPasswords();
	const checkPassword = createCheckPassword({
		...{ ...deps, passwords, noteRefusal: refusals.note },
		byAddress: deps.byAddress ?? false,
	});
	const challenges = createChallenges({ ...deps, key: deps.secretKey });
	const demands = createDemands({ storage, clock, rule: deps.demand });
	const passkeyDeps = { ...deps, challenges, demands, site: deps.site };
	const passkey = createCheckPasskey(passkeyDeps);
	const checkCode = createCheckCode({ ...deps, noteRefusal: refusals.note });

	const noted = async (last: BrowserProof, how: HowProved, generation: number) => {
		const { accountId, browser } = last;
		const at = clock();
		const proof = presenceProof({ how, at, accountId, browser, generation });
		if (!(await storage.read.browserSessions.isSignedIn(proof, at)))
			return { ok: false, reason: "signed-out" } as const;
		return { ok: true, proof } as const;
	};

	const again: Proofs["again"] = async (last, entered) => {
		const { accountId, browser } = last;
		const { address, password, code = "", passkey: answer = "" } = entered;
		if (answer !== "") {
			const checked = await passkey.check({
				...{ purpose: "prove", browser, accountId, answer, address },
				isSignedIn: true,
			});
			if (!checked.ok) return checked;
			return noted(last, "passkey", checked.account.generation);
		}
		const needsTwo = await storage.read.secondFactors.isThere(accountId);
		// Before the password is compared: who has not got the other factor learns nothing of it.
		if (needsTwo && code.trim() === "") return secondFactor;
		const checked = await checkPassword({ accountId, browser, password, address });
		if (!checked.ok) return checked;
		const beside = needsTwo ? await checkCode({ accountId, browser, code, address }) : onlyPassword;
		return beside.ok ? noted(last, beside.how, checked.account.generation) : beside;
	};

	const isInDirectory = async (id: AccountId) => {
		const account = await storage.read.accounts.find({ id });
		return account !== undefined && (await linkedTo(deps, account)) !== undefined;
	};

	const hasPassword = async (id: AccountId) =>
		(await storage.read.accounts.find({ id }))?.passwordHash !== null || (await isInDirectory(id));

	const asks: Proofs["asks"] = async (last) => {
		const { accountId, browser } = last;
		const code = await storage.read.secondFactors.isThere(accountId);
		const password = await hasPassword(accountId);
		const hasCode = code && password && (await takesCode(storage.read, accountId));
		return {
			password: password && (!code || hasCode),
			code: hasCode,
			passkey: await passkey.ask({ purpose: "prove", browser, accountId }),
			// Where there is a password or a second factor here, it is what proves.
			...(!password && !code && { upstream: await servicesFor(last) }),
		};
	};

	/** Of those that the operator has set up, where the person is known. */
	const servicesFor = async (last: BrowserProof) => {
		if (isJustShownElsewhere(last, clock())) return "shown" as const;
		const links = await storage.read.accountLinks.list(last.accountId);
		const known =
			deps.upstream?.filter(({ id }) => links.some((link) => link.provider === id && ways.isGood(link))) ??
			[];
		return known.length === 0 ? undefined : known;
	};

	const does = async (act: SensitiveAct, last: BrowserProof) =>
		doesFor(act, last, {
			now: clock(),
			hasSecondFactor: await storage.read.secondFactors.isThere(last.accountId),
			hasPassword: await hasPassword(last.accountId),
		});

	return {
		async signIn(entered) {
			const checked = await checkPassword(entered);
			if (!checked.ok) return checked;
			const { id: accountId, generation, localpart } = checked.account;
			const how = "password";
			if (!isStrongEnough(how, await storage.read.secondFactors.isThere(accountId)))
				return { ...secondFactor, first: { accountId, generation, how, at: clock() } };
			return { ok: true, proof: presenceProof({ how, at: clock(), accountId, generation }), localpart };
		},
		async signInWithPasskey(entered) {
			const checked = await passkey.check({ purpose: "sign-in", ...entered });
			if (!checked.ok) return checked;
			const { id: accountId, generation, localpart, lockedAt } = checked.account;
			if (lockedAt !== null) return { ok: false, reason: "locked" };
			const proof = presenceProof({ how: "passkey", at: clock(), accountId, generation });
			return { ok: true, proof, localpart };
		},
		async signInFromUpstream({ accountId, at, stay }) {
			const account = await storage.read.accounts.find({ id: accountId });
			if (account === undefined || account.deactivatedAt !== null) return { ok: false, reason: "closed" };
			if (account.lockedAt !== null) return { ok: false, reason: "locked" };
			const { generation, localpart } = account;
			const how = "upstream";
			if (!isStrongEnough(how, await storage.read.secondFactors.isThere(accountId)))
				return { ...secondFactor, first: { accountId, generation, how, at, stay } };
			return { ok: true, proof: presenceProof({ how, at, accountId, generation, stay }), localpart };
		},
		async againFromUpstream(last, { accountId, at }) {
			const account = await storage.read.accounts.find({ id: accountId });
			if (account === undefined || accountId !== last.accountId) return signedOut;
			if (await hasPassword(accountId)) return { ok: false, reason: "password" };
			// A second factor that there is has to be shown: it is asked for at the page itself.
			if (await storage.read.secondFactors.isThere(accountId)) return secondFactor;
			const { generation } = account;
			const proof = presenceProof({ ...last, how: "upstream", at, generation, isAnew: true });
			return (await storage.read.browserSessions.isSignedIn(proof, clock()))
				? { ok: true, proof }
				: signedOut;
		},
		passkeyForSignIn: (browser) => passkey.ask({ purpose: "sign-in", browser }),
		secondStep: createSecondStep({ ...deps, passkey, checkCode }),
		passkeys: createPasskeys(passkeyDeps),
		codes: createCodes({ ...deps, challenges, demands }),
		demands,
		cookie: createProofCookie({ key: deps.secretKey, clock }),
		again,
		asks,
		hasDirectory: deps.directory !== undefined,
		isInDirectory,
		isStrong: async ({ how, accountId }) =>
			isStrongEnough(how, await storage.read.secondFactors.isThere(accountId)),
		asksFor: async (act, last) => ((await does(act, last)) ? undefined : asks(last)),
		async forAct(act, last, entered) {
			if (act !== "add-factor" && (await demands.missing(last.accountId))?.isOver) return factorDemanded;
			if (await does(act, last)) return { ok: true, proof: goodProof(act, last) };
			if (entered.password === "" && (entered.passkey ?? "") === "") {
				const { upstream, password, passkey: key } = await asks(last);
				const isElsewhere = typeof upstream === "object" && !password && key === undefined;
				return { ok: false, reason: isElsewhere ? "elsewhere" : "missing" };
			}
			const entry = await again(last, entered);
			return entry.ok ? { ok: true, proof: goodProof(act, entry.proof) } : entry;
		},
		flush: refusals.flush,
	};
}

const secondFactor = { ok: false, reason: "second-factor" } as const;
const signedOut = { ok: false, reason: "signed-out" } as const;
const factorDemanded = { ok: false, reason: "factor-demanded" } as const;
const onlyPassword = { ok: true, how: "password" } as const;
