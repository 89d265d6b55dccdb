import { elevateRequest } from "@countersign/core";
import type { TokenEndpointGrantContext } from "oidc-provider";
import type { Clock, Random } from "../../config/ports.ts";
import type { IssuedTokens, Sessions } from "../../sessions/index.ts";
import type { AuthorizationStorage, AuthorizationUnit } from "../ports.ts";
import { answerTokens } from "./answer.ts";
import { codeSpend, findCode, type IssuedCode } from "./code.ts";
import { idToken } from "./id-token.ts";
import { answersChallenge, isVerifier } from "./pkce.ts";
import { invalidGrant, notNow, required, tooManyDevices } from "./request.ts";
import { visitOf } from "./visit.ts";

export interface CodeGrantDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
	readonly sessions: Pick<Sessions<AuthorizationUnit>, "open" | "elevate" | "end">;
	/** Whether apps may step up for a request to replace an identity. */
	readonly stepUp: boolean;
}

/**
 * Exchanges a code for tokens. The code is spent in the transaction that opens the session: neither a crash nor a
 * second request comes between. What fails before that leaves the code as it was.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
 */
export function createCodeGrant(deps: CodeGrantDeps) {
	return async (ctx: TokenEndpointGrantContext): Promise<void> => {
		const code = await checkedCode(deps, ctx);
		const visit = visitOf(ctx);
		if (code.approves !== undefined) return stepUp(deps, ctx, { ...code, approves: code.approves });
		const outcome = await deps.sessions.open(
			{
				accountId: code.accountId,
				clientId: code.clientId,
				scope: code.scope.tokens.join(" "),
				deviceId: code.scope.deviceId,
				stay: code.stay,
				...eventOf(code),
				...visit,
			},
			(unit, sessionId) => unit.engineRecords.consume(codeSpend(code, sessionId, deps.clock())),
		);
		if (outcome.ok) return answer(ctx, code, outcome.tokens);
		if (outcome.reason === "device-id-in-use")
			throw invalidGrant("The device id is in use as a cross-signing key. Sign in with another one.");
		if (outcome.reason === "too-many-devices") throw invalidGrant(tooManyDevices);
		if (outcome.reason === "account-closed") throw invalidGrant("The account cannot be used.");
		// Others with the same code may have been quicker, and their end took the device along.
		if (outcome.reason === "homeserver-unavailable" && !(await isSpent(deps, ctx)))
			throw notNow(ctx, "The homeserver does not answer. Try again with the same code.");
		throw await replayed(deps, required(ctx, "code"));
	};
}

/**
 * The yes to a request that the app has made on this very session: it is approved for the access token that leaves here,
 * which takes the place of all that the session had.
 */
async function stepUp(
	deps: CodeGrantDeps,
	ctx: TokenEndpointGrantContext,
	code: IssuedCode & { readonly approves: string },
): Promise<void> {
	const { accountId, clientId, generation, agreedAt, from: address, approves: reference } = code;
	if (!deps.stepUp) throw invalidGrant("Apps do not step up here any more.");
	const { event } = eventOf(code);
	if (event === undefined) throw new Error("a code approves a request, and says nothing of a proof");
	const session = { accountId, clientId, deviceId: code.scope.deviceId, event };
	const outcome = await deps.sessions.elevate(session, (unit, given) => {
		const now = deps.clock();
		const spendYes = () => unit.engineRecords.consume(codeSpend(code, given.sessionId, now));
		const newToken = () => deps.random.token();
		const yes = { reference, accountId, generation, agreedAt, address };
		return elevateRequest(unit, { ...given, ...yes, now, newToken, spendYes });
	});
	if (outcome.ok) return answer(ctx, asSession(code, outcome.tokens), outcome.tokens);
	if (outcome.reason === "spent" && (await isSpent(deps, ctx)))
		throw await replayed(deps, required(ctx, "code"));
	throw invalidGrant("The request to replace the identity is not waiting any more.");
}

/** A session that was let in without `openid` is not told by a step-up who its person is. */
function asSession(code: IssuedCode, { scope }: IssuedTokens): IssuedCode {
	const openid = code.scope.openid && scope.split(" ").includes("openid");
	return { ...code, scope: { ...code.scope, openid } };
}

async function answer(ctx: TokenEndpointGrantContext, code: IssuedCode, tokens: IssuedTokens): Promise<void> {
	const { accessToken } = tokens;
	answerTokens(ctx, tokens, code.scope.openid ? await idToken(ctx, { ...code, accessToken }) : undefined);
}

/** When the person proved to be there, and how strongly, for whoever asks about the token. */
function eventOf({ acr, authTime }: IssuedCode) {
	return acr === undefined || authTime === undefined ? {} : { event: { acr, at: authTime * 1_000 } };
}

/** The code, if everything it is bound to is presented again. */
async function checkedCode(deps: CodeGrantDeps, ctx: TokenEndpointGrantContext): Promise<IssuedCode> {
	const [presented, redirectUri] = [required(ctx, "code"), required(ctx, "redirect_uri")];
	const verifier = required(ctx, "code_verifier");
	if (!isVerifier(verifier)) throw invalidGrant("The code verifier is malformed.");
	const code = await findCode(deps.storage, presented);
	// Somebody else's code: say nothing about it, and let nobody end a session by naming another client.
	if (code === undefined || code.clientId !== ctx.oidc.client.clientId)
		throw invalidGrant("The code is unknown.");
	if (code.redirectUri !== redirectUri) throw invalidGrant("The redirect URI is not the one of the request.");
	// Before a replay counts: codes stand in histories and logs, and only who began the sign-in has the verifier.
	if (!answersChallenge(verifier, code.challenge)) throw invalidGrant("The code verifier does not match.");
	if (code.spent) throw await replayed(deps, presented);
	if (code.expiresAt <= deps.clock()) throw invalidGrant("The code has expired.");
	return code;
}

async function isSpent({ storage }: CodeGrantDeps, ctx: TokenEndpointGrantContext): Promise<boolean> {
	return (await findCode(storage, required(ctx, "code")))?.spent ?? false;
}

/**
 * A code seen twice, with its verifier, was stolen, or its first user is the thief: nobody keeps what it bought.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 */
async function replayed(deps: CodeGrantDeps, presented: string) {
	const code = await findCode(deps.storage, presented);
	if (code?.spent === false)
		return invalidGrant("The person has signed out everywhere since. Ask them again.");
	if (code?.sessionId !== undefined)
		await deps.sessions.end({
			sessionId: code.sessionId,
			accountId: code.accountId,
			reason: "code-replayed",
			actor: { kind: "app", clientId: code.clientId },
		});
	return invalidGrant("The code was used already.");
}
