import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { ExpressionBuilder } from "kysely";
import type { SessionScope } from "../sessions/ports.ts";
import type { Database } from "./database.ts";

interface NamedScope {
	readonly accountId?: AccountId | undefined;
	readonly deviceId?: DeviceId | undefined;
	readonly sessionId?: SessionId | undefined;
	readonly exceptSessionId?: SessionId | undefined;
}

/** Whether a session is one of those that are named. */
export function isNamed(which: SessionScope) {
	// The union seen as one record, so that its parts can be asked for one by one.
	const { accountId, deviceId, sessionId, exceptSessionId }: NamedScope = which;
	return (is: ExpressionBuilder<Database, "sessions">) =>
		is.and([
			...(accountId === undefined ? [] : [is("account_id", "=", accountId)]),
			...(sessionId === undefined ? [] : [is("id", "=", sessionId)]),
			...(deviceId === undefined ? [] : [is("device_id", "=", deviceId)]),
			...(exceptSessionId === undefined ? [] : [is("id", "<>", exceptSessionId)]),
		]);
}
