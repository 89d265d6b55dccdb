import type { AccountId } from "@countersign/core";
import { grantedScope, parseMatrixScope } from "@countersign/protocol";
import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import type { Clock } from "../../config/ports.ts";
import type { OpenOutcome, Sessions } from "../../sessions/index.ts";
import { recordHash } from "../adapter.ts";
import { deviceGrantType } from "../client-metadata.ts";
import type { DeviceAuthorization } from "../device-grant/ports.ts";
import { polling } from "../lifetimes.ts";
import type { AuthorizationStorage, AuthorizationUnit, FindPerson } from "../ports.ts";
import { answerTokens } from "./answer.ts";
import { idToken } from "./id-token.ts";
import { invalidGrant, notNow, required, tooManyDevices } from "./request.ts";
import { visitOf } from "./visit.ts";

export interface DeviceGrantDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	readonly sessions: Pick<Sessions<AuthorizationUnit>, "open">;
	readonly findPerson: FindPerson;
}

/**
 * A device asks whether it has been allowed, until it has. The approval is spent in the transaction that opens the
 * session. A code that comes again after that is refused, and the session stands: unlike an authorization code it
 * never passes through a browser, and devices repeat what got no answer.
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.4
 */
export function createDeviceGrant(deps: DeviceGrantDeps) {
	return async (ctx: TokenEndpointGrantContext): Promise<void> => {
		const deviceCodeHash = recordHash(required(ctx, "device_code"));
		const { clientId } = ctx.oidc.client;
		const asked = await deps.storage.read.deviceAuthorizations.find({ deviceCodeHash });
		// Somebody else's code: say nothing about it, and do not slow its owner down.
		if (asked?.clientId !== clientId) throw await unknownCode(deps.storage, clientId);
		if (asked.state === "spent") throw invalidGrant("The device code was used already.");
		if (asked.state === "refused") throw new errors.AccessDenied("The person declined.");
		if (asked.expiresAt <= deps.clock()) throw new errors.ExpiredToken("The device code has expired.");
		if (asked.state === "pending") throw await tooEarly(deps, deviceCodeHash);
		await open(deps, ctx, { ...asked, deviceCodeHash });
	};
}

async function open(
	{ storage, sessions, clock, findPerson }: DeviceGrantDeps,
	ctx: TokenEndpointGrantContext,
	asked: DeviceAuthorization & { readonly accountId: AccountId; readonly deviceCodeHash: string },
): Promise<void> {
	const { accountId, clientId, deviceCodeHash } = asked;
	const scope = parseMatrixScope(asked.scope);
	if (!scope.ok)
		throw new Error("a device authorization was stored with a scope that should have been refused");
	const { deviceId, openid } = scope.value;
	const mayAdminister = (await findPerson(accountId))?.admin === true;
	const granted = grantedScope(scope.value, { mayAdminister });
	const outcome = await sessions.open(
		{ accountId, clientId, deviceId, scope: granted, stay: asked.stay, ...visitOf(ctx) },
		(unit, sessionId) =>
			unit.deviceAuthorizations.spend({ deviceCodeHash, clientId, sessionId, now: clock() }),
	);
	if (!outcome.ok)
		throw outcome.reason === "spent" ? await notSpent(storage, deviceCodeHash) : refusal(ctx, outcome.reason);
	const { accessToken } = outcome.tokens;
	answerTokens(ctx, outcome.tokens, openid ? await idToken(ctx, { accountId, accessToken }) : undefined);
}

function refusal(
	ctx: TokenEndpointGrantContext,
	reason: Exclude<Extract<OpenOutcome, { ok: false }>["reason"], "spent">,
): Error {
	switch (reason) {
		case "homeserver-unavailable":
			return notNow(ctx, "The homeserver does not answer. Try again with the same code.");
		case "device-id-in-use":
			return invalidGrant("The device id is in use as a cross-signing key. Sign in with another one.");
		case "too-many-devices":
			return invalidGrant(tooManyDevices);
		case "account-closed":
			return new errors.AccessDenied("The account cannot be used.");
	}
}

/** Another request was first, or the approval is void. */
async function notSpent(storage: AuthorizationStorage, deviceCodeHash: string): Promise<Error> {
	const found = await storage.read.deviceAuthorizations.find({ deviceCodeHash });
	return found?.state === "approved"
		? new errors.AccessDenied("The person has signed out everywhere since. Ask them again.")
		: invalidGrant("The device code was used already.");
}

async function tooEarly({ storage, clock }: DeviceGrantDeps, deviceCodeHash: string): Promise<Error> {
	const poll = {
		deviceCodeHash,
		now: clock(),
		toleranceMs: polling.toleranceMs,
		slowerByMs: polling.slowDownSeconds * 1000,
		slowestMs: polling.slowestSeconds * 1000,
	};
	const pace = await storage.write((unit) => unit.deviceAuthorizations.notePoll(poll));
	return pace === "too-soon"
		? new errors.SlowDown("Ask five seconds later from now on.")
		: new errors.AuthorizationPending("Nobody has answered yet.");
}

async function unknownCode(storage: AuthorizationStorage, clientId: string): Promise<Error> {
	const client = await storage.read.clients.find(clientId);
	return client?.metadata.grant_types.includes(deviceGrantType)
		? invalidGrant("The device code is unknown.")
		: new errors.UnauthorizedClient("The client is not registered for this grant.");
}
