import type { RequestFacts } from "./claim/reset-request.ts";
import type { AccountId } from "./identifiers.ts";
import type {
	DecisionUnit,
	IdentityActor,
	IdentityEvent,
	IdentityEventKind,
	NewToken,
	Uploader,
} from "./ports.ts";

/** The moment of something that is written down, and where the line gets its id from. */
export interface Moment {
	readonly now: number;
	readonly newToken: NewToken;
}

/** A line of the security log: who, from where, and which request it was about. */
export function logLine(
	kind: IdentityEventKind,
	by: Pick<IdentityEvent, "accountId" | "sessionId" | "deviceId" | "address" | "actor">,
	at: Moment,
	request?: RequestFacts,
): IdentityEvent {
	const sessionId = request?.sessionId ?? by.sessionId;
	const deviceId = request?.deviceId ?? by.deviceId;
	return {
		id: at.newToken(),
		accountId: by.accountId,
		at: at.now,
		kind,
		...(sessionId !== undefined && { sessionId }),
		...(deviceId !== undefined && { deviceId }),
		...(by.address !== undefined && { address: by.address }),
		actor: by.actor,
		detail: request === undefined ? {} : { request: request.reference, masterKey: request.masterKey },
	};
}

/** What an uploader does, their app does. */
export function byApp(uploader: Uploader): Uploader & { readonly actor: IdentityActor } {
	return { ...uploader, actor: { kind: "app", clientId: uploader.clientId } };
}

const expiry: IdentityActor = { kind: "server", because: "expiry" };

/** Marks the person's requests whose time is over, and says so in their log: it reads the same whoever comes by first. */
export async function expireOld(unit: DecisionUnit, accountId: AccountId, at: Moment): Promise<void> {
	for (const over of await unit.requests.expire(accountId, at.now)) {
		await unit.events.record(logLine("reset-expired", { accountId, actor: expiry }, at, over));
	}
}
