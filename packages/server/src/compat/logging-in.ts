import type { AccountId } from "@countersign/core";
import type { Random } from "../config/ports.ts";
import { readName } from "../identifiers/index.ts";
import type { People } from "../people/index.ts";
import type { PasswordRefusal, Proofs } from "../proofs/index.ts";
import { type CompatTokens, newDeviceId, type Sessions } from "../sessions/index.ts";
import type { LoginRefusal } from "./answers.ts";
import type { LoginRequest } from "./login-request.ts";
import type { CompatUnit } from "./ports.ts";
import type { Sso } from "./sso.ts";

export interface LoginDeps<Unit extends CompatUnit = CompatUnit> {
	readonly people: Pick<People, "byId">;
	readonly proofs: Pick<Proofs, "signIn" | "demands">;
	readonly sessions: Pick<Sessions<Unit>, "openCompat">;
	readonly sso: Pick<Sso, "findApproved" | "spend">;
	readonly random: Random;
	readonly serverName: string;
}

interface LoginVisit {
	readonly address: string;
	readonly userAgent: string | undefined;
}

type LoginOutcome =
	| { readonly ok: true; readonly tokens: CompatTokens; readonly localpart: string }
	| { readonly ok: false; readonly refusal: LoginRefusal };

/** What entitles to a session, and how it is spent in the transaction that opens it. */
interface Entitled<Unit> {
	readonly accountId: AccountId;
	readonly localpart: string;
	/** At another service, of the browser that let it in. */
	readonly stay?: string | undefined;
	readonly consume: (unit: Unit) => Promise<boolean>;
	/** What is told where it was not good any more. */
	readonly otherwise: "refused" | "token-refused";
}

/** Logs an app in. Until its session is open nothing is consumed: after an outage the same request is good again. */
export async function logIn<Unit extends CompatUnit>(
	deps: LoginDeps<Unit>,
	{ proof, deviceId, deviceName, renews }: LoginRequest,
	visit: LoginVisit,
): Promise<LoginOutcome> {
	const found = await (proof.type === "password"
		? byPassword(deps, proof, visit.address)
		: byToken(deps, proof.token));
	if (!found.ok) return found;
	const { accountId, localpart, stay, consume, otherwise } = found.entitled;
	const opened = await deps.sessions.openCompat(
		{
			...visit,
			accountId,
			deviceId: deviceId ?? newDeviceId(deps.random),
			isNewDevice: deviceId === undefined,
			deviceName,
			renews,
			...(stay !== undefined && { stay }),
		},
		consume,
	);
	if (opened.ok) return { ok: true, tokens: opened.tokens, localpart };
	switch (opened.reason) {
		case "spent":
			return refuse({ reason: otherwise });
		case "account-closed":
			return refuse({ reason: (await isLocked(deps, accountId)) ? "locked" : otherwise });
		default:
			return refuse({ reason: opened.reason });
	}
}

type Found<Unit> =
	| { readonly ok: true; readonly entitled: Entitled<Unit> }
	| { readonly ok: false; readonly refusal: LoginRefusal };

async function byPassword<Unit extends CompatUnit>(
	{ proofs, serverName }: LoginDeps<Unit>,
	{ user, password }: { readonly user: string; readonly password: string },
	address: string,
): Promise<Found<Unit>> {
	const name = readName(user, serverName);
	if (!name.ok) return refuse({ reason: "elsewhere" });
	const checked = await proofs.signIn({ name: name.written, password, address });
	if (!checked.ok)
		return refuse(
			checked.reason === "second-factor" ? { reason: "second-factor" } : passwordRefused(checked),
		);
	const { accountId, generation } = checked.proof;
	// While there is time too: what is let in here by a password alone stays, and nobody could be told until when.
	if ((await proofs.demands.missing(accountId)) !== undefined) return refuse({ reason: "second-factor" });
	return {
		ok: true,
		entitled: {
			...{ accountId, localpart: checked.localpart },
			// Checking takes long enough for a change of the password or a sign-out of everybody to come between.
			consume: async (unit) => (await unit.accounts.find({ id: accountId }))?.generation === generation,
			otherwise: "refused",
		},
	};
}

function passwordRefused(refusal: PasswordRefusal): LoginRefusal {
	switch (refusal.reason) {
		case "wrong":
			return { reason: "refused" };
		case "locked":
			return { reason: "locked" };
		case "throttled":
			return { reason: "throttled", retryAfterMs: refusal.retryAfterMs };
	}
}

async function byToken<Unit extends CompatUnit>(
	{ people, sso }: LoginDeps<Unit>,
	token: string,
): Promise<Found<Unit>> {
	const approved = await sso.findApproved(token);
	const account = approved && (await people.byId(approved.accountId));
	if (account === undefined) return refuse({ reason: "token-refused" });
	const { stay } = approved ?? {};
	return {
		ok: true,
		entitled: {
			accountId: account.id,
			localpart: account.localpart,
			stay,
			consume: (unit) => sso.spend(unit, token),
			otherwise: "token-refused",
		},
	};
}

async function isLocked<Unit extends CompatUnit>(
	{ people }: LoginDeps<Unit>,
	accountId: AccountId,
): Promise<boolean> {
	const account = await people.byId(accountId);
	return account !== undefined && account.lockedAt !== undefined && account.deactivatedAt === undefined;
}

function refuse(refusal: LoginRefusal): { readonly ok: false; readonly refusal: LoginRefusal } {
	return { ok: false, refusal };
}
