import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";
import type { Addresses } from "../identifiers/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { ifAnswered } from "./if-answered.ts";
import type { IdentitySafety, Safety } from "./pages/safety.ts";
import type { HomeserverView } from "./ports.ts";

export interface SafetyDeps {
	readonly storage: Pick<Transactions<{ readonly events: Pick<SecurityEvents, "list"> }>, "read">;
	readonly homeserver: Pick<HomeserverView, "identityOf">;
	readonly proofs: {
		readonly passkeys: Pick<Proofs["passkeys"], "canBeMade" | "list">;
		readonly codes: Pick<Proofs["codes"], "stateOf">;
	};
	/** Absent: nobody is sent mail. */
	readonly addresses?: Pick<Addresses, "listOf"> | undefined;
}

/** The front page does not wait longer for a homeserver that hangs. */
const patienceMs = 1_000;

/** What the front page says of how safe an account is. Goes without the homeserver while that is away. */
export async function loadSafety(deps: SafetyDeps, accountId: AccountId): Promise<Safety> {
	const { proofs, addresses } = deps;
	const [identity, passkeys, codes, list] = await Promise.all([
		identitySafety(deps, accountId),
		proofs.passkeys.list(accountId),
		proofs.codes.stateOf(accountId),
		addresses?.listOf(accountId),
	]);
	return {
		identity,
		passkeys: passkeys.filter(({ isUsable }) => isUsable).length,
		canHavePasskeys: proofs.passkeys.canBeMade,
		codes,
		// Letters go to those alone whose mailbox was shown to be theirs.
		addresses: list?.own.filter(({ verifiedAt }) => verifiedAt !== undefined).length,
	};
}

async function identitySafety(
	{ storage, homeserver }: SafetyDeps,
	accountId: AccountId,
): Promise<IdentitySafety | undefined> {
	const [truth, [latest]] = await Promise.all([
		ifAnswered(homeserver.identityOf(accountId), patienceMs),
		storage.read.events.list(accountId, { limit: 1, kinds: [...newIdentity] }),
	]);
	if (truth === undefined) return undefined;
	const { masterKey, selfSigningValid, signedDevices, backup } = truth;
	return {
		isSetUp: masterKey !== undefined,
		since: latest?.at,
		verifiedDevices: selfSigningValid ? signedDevices.length : 0,
		backup,
	};
}

/** The lines of the log that say which identity it is. */
const newIdentity = [
	"identity-created",
	"identity-replaced",
	"identity-replaced-unasked",
	"identity-replaced-by-service",
] as const;
