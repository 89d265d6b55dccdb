import type { AccountId, SessionId } from "@countersign/core";
import { type DeviceId, opensClientApi, type UserId } from "@countersign/protocol";
import { bearerOf, json } from "../http/index.ts";
import { tokenRefusals, withoutDevice } from "./token-refusals.ts";

/** Who calls, as the access token says. */
export interface Caller {
	readonly accountId: AccountId;
	readonly localpart: string;
	readonly userId: UserId;
	readonly sessionId: SessionId;
	readonly deviceId: DeviceId;
	readonly clientId: string;
	readonly scope: string;
	/** Of the access token. */
	readonly tokenHash: string;
}

/** Nobody knows of which device they call: their session came along from a server that opens some without one. */
type CallerSomewhere = Omit<Caller, "deviceId"> & { readonly deviceId: DeviceId | null };

/** Whether an access token counts now, and whose it is. */
export type AuthenticateToken = (
	accessToken: string,
	visit: { readonly address?: string | undefined },
) => Promise<
	| { readonly ok: true; readonly caller: CallerSomewhere }
	| { readonly ok: false; readonly reason: "unknown" | "expired" | "ended" | "device-kept" | "locked" }
>;

type Authenticated =
	| { readonly ok: true; readonly caller: Caller }
	| { readonly ok: false; readonly answer: Response };

/**
 * Who calls. An expired token answers `soft_logout: true`: the app refreshes it and keeps its keys. Refuses with 401
 * M_MISSING_TOKEN, M_UNKNOWN_TOKEN or M_USER_LOCKED, and with 403 whoever is on no device.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-authentication
 */
export async function authenticate(
	{ headers, url }: Request,
	ask: { readonly authenticate: AuthenticateToken; readonly address: string },
): Promise<Authenticated> {
	const token = bearerOf({ authorization: headers.get("authorization"), url });
	if (token === undefined) return refused("missing");
	const known = await ask.authenticate(token, { address: ask.address });
	if (!known.ok) return refused(known.reason);
	const { caller } = known;
	if (!opensClientApi(caller.scope)) return refused("other-purpose");
	const { deviceId } = caller;
	if (deviceId === null) return { ok: false, answer: json(withoutDevice.status, withoutDevice.body) };
	return { ok: true, caller: { ...caller, deviceId } };
}

function refused(reason: keyof typeof tokenRefusals): Authenticated {
	return { ok: false, answer: json(401, tokenRefusals[reason]) };
}
