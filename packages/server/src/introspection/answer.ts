import { isElevated, namesRequest, type ResetRequest } from "@countersign/core";
import {
	bothNames,
	type DeviceId,
	parseMatrixScope,
	plainScopeInBothNames,
	scopeWithoutDevice,
} from "@countersign/protocol";
import type { Authentication } from "../sessions/index.ts";

export type IntrospectionAnswer = ActiveToken | { readonly active: false };

/** Times in whole seconds: homeservers refuse fractions. */
interface ActiveToken {
	readonly active: true;
	readonly scope: string;
	readonly client_id: string;
	readonly username: string;
	/** Absent for a session that came along without a device. */
	readonly device_id?: DeviceId;
	readonly sub: string;
	readonly token_type: "access_token";
	readonly iat: number;
	/** Absent for a token that lasts as long as its session. */
	readonly exp?: number;
	readonly expires_in?: number;
	/** Of a token that was bought by a proof and not by a refresh token. @see https://www.rfc-editor.org/rfc/rfc9470#section-6.2 */
	readonly acr?: string;
	readonly auth_time?: number;
}

const inactive = { active: false } as const;

/**
 * What a homeserver is told of an access token. Why one does not count stays here: the answer for a revoked token and
 * for one that never existed is the same. The admin scope lasts as long as the person is an administrator.
 * @see https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export function introspectionAnswer(
	found: Authentication,
	now: number,
	/** What the token's authentication context names, where that is a request to replace an identity. */
	request?: ResetRequest,
): IntrospectionAnswer {
	if (!found.ok) return inactive;
	const { caller, issuedAt, expiresAt, event } = found;
	// Used, refused or over: whoever compares it with what they asked for must not find it any more.
	const isOver =
		event !== undefined &&
		namesRequest([event.acr]) &&
		!isElevated(request, { token: caller.tokenHash, now });
	const scope = reportedScope(caller);
	if (scope === undefined) return inactive;
	return {
		active: true,
		scope,
		client_id: caller.clientId,
		username: caller.localpart,
		...(caller.deviceId !== null && { device_id: caller.deviceId }),
		sub: caller.accountId,
		token_type: "access_token",
		iat: seconds(issuedAt),
		...(expiresAt !== undefined && { exp: seconds(expiresAt), expires_in: seconds(expiresAt - now) }),
		...(event !== undefined && !isOver && { acr: event.acr }),
		...(event !== undefined && { auth_time: seconds(event.at) }),
	};
}

function reportedScope(caller: {
	readonly scope: string;
	readonly deviceId: DeviceId | null;
	readonly admin: boolean;
}): string | undefined {
	const plain = caller.deviceId === null ? undefined : plainScopeInBothNames(caller.scope, caller.deviceId);
	if (plain !== undefined) return plain;
	const may = { mayAdminister: caller.admin };
	const withoutDevice = scopeWithoutDevice(caller.scope, may);
	if (withoutDevice !== undefined) return withoutDevice;
	const scope = parseMatrixScope(caller.scope);
	return scope.ok ? bothNames(scope.value, may) : undefined;
}

function seconds(ms: number): number {
	return Math.floor(ms / 1_000);
}
