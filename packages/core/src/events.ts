import type { RequestFacts } from "./claim/reset-request.ts";
import type { IdentityEvent, IdentityEventKind, NewToken } from "./ports.ts";

/** A line of the security log: who, from where, and which request it was about. */
export function logLine(
	kind: IdentityEventKind,
	by: Pick<IdentityEvent, "accountId" | "sessionId" | "deviceId" | "address">,
	at: { readonly now: number; readonly newToken: NewToken },
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
		detail: request === undefined ? {} : { request: request.reference, masterKey: request.masterKey },
	};
}
