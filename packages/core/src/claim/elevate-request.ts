import { expireOld, logLine, type Moment } from "../events.ts";
import type { AccountId, SessionId } from "../identifiers.ts";
import type { DecisionUnit } from "../ports.ts";
import type { RequestIn, ResetRequest } from "./reset-request.ts";
import { isOver } from "./transitions.ts";

/** Whether a session could have this request approved for a token of its own: it waits, and is that session's. */
export function mayBeElevated(
	request: ResetRequest | undefined,
	by: { readonly accountId: AccountId; readonly sessionId: SessionId; readonly now: number },
): request is RequestIn<"pending"> {
	const isTheirs = request?.accountId === by.accountId && request.sessionId === by.sessionId;
	return isTheirs && request.state === "pending" && !isOver(request, by.now);
}

/** Whether this access token still has what a yes bought it: the request is approved for it, and not used or over. */
export function isElevated(
	request: ResetRequest | undefined,
	by: { readonly token: string; readonly now: number },
): boolean {
	return request?.state === "approved" && request.onlyToken === by.token && !isOver(request, by.now);
}

/** A yes that was given to an app which steps up, in the transaction in which it gets its access token for it. */
interface Elevation extends Moment {
	readonly reference: string;
	readonly accountId: AccountId;
	/** The session of that token. */
	readonly sessionId: SessionId;
	/** Hash of that token. */
	readonly token: string;
	/** Of the account when its person said yes. */
	readonly generation: number;
	/** When that was, and from where. */
	readonly agreedAt: number;
	readonly address?: string | undefined;
	/** Spends what the yes was written down in, by one conditional statement that knows the generation too. */
	readonly spendYes: () => Promise<boolean>;
}

/**
 * Approves a waiting request for one access token. False, and nothing is changed: the request does not wait any more or
 * is another session's, the person has said yes to another one since, or this yes was spent before.
 */
export async function elevateRequest(unit: DecisionUnit, elevation: Elevation): Promise<boolean> {
	const { reference, accountId, token, generation, agreedAt, address, now } = elevation;
	const found = await unit.requests.find({ reference });
	if (!mayBeElevated(found, elevation) || (await isOlder(unit, elevation))) return false;
	if (!(await elevation.spendYes())) return false;
	await expireOld(unit, accountId, elevation);
	await unit.requests.withdraw({ of: "older-approval", accountId }, "newer-approval", now);
	const approved = await unit.requests.move({
		...{ move: "elevate", reference, accountId, token, generation, agreedAt, now },
	});
	// Undoes the transaction, and with it that the yes is spent.
	if (approved === undefined)
		throw new Error(`the request ${reference} was waiting, and could not be approved`);
	const by = { accountId, actor: { kind: "person" }, ...(address !== undefined && { address }) } as const;
	await unit.events.record(logLine("reset-approved", by, elevation, approved));
	return true;
}

/** An app comes for its token when it likes: what its person approved meanwhile is what they want. */
async function isOlder({ requests }: DecisionUnit, { accountId, agreedAt }: Elevation): Promise<boolean> {
	const all = await requests.ofAccount(accountId, agreedAt);
	return all.some((other) => "decidedAt" in other && other.state !== "denied" && other.decidedAt > agreedAt);
}
