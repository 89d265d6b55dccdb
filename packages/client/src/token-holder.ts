import type { OAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { type Clock, type Fetch, systemClock } from "./platform.ts";
import { processRefreshResponse, refreshRequest, type TokenAnswer } from "./token.ts";

/** The tokens of one session, as they are stored. Secret. */
export interface SessionTokens {
	readonly accessToken: string;
	readonly refreshToken: string;
	/** When the access token ends, in epoch milliseconds; unknown when absent. */
	readonly expiresAt?: number | undefined;
}

/** What {@link createTokenHolder} needs. */
export interface TokenHolderOptions {
	readonly metadata: Pick<OAuthMetadata, "token_endpoint">;
	readonly clientId: string;
	/** The tokens as last saved. */
	readonly tokens: SessionTokens;
	/** Stores new tokens durably. They are used only after it resolves. */
	readonly save: (tokens: SessionTokens) => Promise<void>;
	/**
	 * Reads the tokens as they are stored now. Give it, with `exclusively`, where several tabs or processes share a
	 * session: what a sibling refreshed is then taken over instead of being refreshed again.
	 */
	readonly load?: (() => Promise<SessionTokens | undefined>) | undefined;
	/** Runs `work` while no sibling runs its own, for example by `navigator.locks.request`. Default: at once. */
	readonly exclusively?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
	readonly fetch?: Fetch | undefined;
	/** Default: the runtime's clock. */
	readonly now?: Clock | undefined;
}

/** Gives out access tokens that are good now. */
export interface TokenHolder {
	/**
	 * The access token; refreshed first when it ends within 30 s, or when it is the one named as `rejected`, since
	 * a homeserver answered `M_UNKNOWN_TOKEN` to it. Parallel calls share one refresh.
	 *
	 * @throws `logged-out` from then on; `temporarily-unavailable` or `network`: ask again later;
	 * `tokens-not-saved`; and what `load` throws
	 */
	accessToken(hint?: { readonly rejected: string }): Promise<string>;
	/**
	 * Saves and uses other tokens of the same session, as a step-up gives them: those of before are over.
	 *
	 * @throws `tokens-not-saved`; then nothing has changed here
	 */
	replace(tokens: SessionTokens): Promise<void>;
	/** The tokens in use, for signing out. */
	tokens(): SessionTokens;
}

/** Refresh this long before the end: the request that carries the token has to arrive, too. */
const earlyMs = 30_000;

/**
 * Holds a session's tokens: one refresh at a time, saved before they are used, so that a crash at any moment
 * leaves a stored refresh token that the server still takes.
 *
 * @see Matrix specification v1.17, Client-Server API, "Refreshing access tokens"
 */
export function createTokenHolder(options: TokenHolderOptions): TokenHolder {
	const { now = systemClock, exclusively = (work) => work() } = options;
	let tokens = options.tokens;
	let unsaved: SessionTokens | undefined;
	let ended: CountersignClientError | undefined;
	let refreshing: Promise<void> | undefined;

	const endsWithin = (ms: number) => tokens.expiresAt !== undefined && tokens.expiresAt - ms <= now();

	const refresh = async () => {
		const stored = unsaved === undefined ? await options.load?.() : undefined;
		if (stored !== undefined && stored.refreshToken !== tokens.refreshToken) {
			tokens = stored;
			if (!endsWithin(earlyMs)) return;
		}
		unsaved ??= await requestTokens(options, tokens, now);
		await saveTokens(options, unsaved);
		tokens = unsaved;
		unsaved = undefined;
	};

	const refreshOnce = () => {
		refreshing ??= exclusively(refresh).finally(() => {
			refreshing = undefined;
		});
		return refreshing;
	};

	return {
		tokens: () => tokens,
		async replace(other) {
			// A refresh that is under way must not put its tokens in the place of these.
			await refreshing?.catch(() => {});
			refreshing = exclusively(async () => {
				await saveTokens(options, other);
				tokens = other;
				unsaved = undefined;
				ended = undefined;
			}).finally(() => {
				refreshing = undefined;
			});
			await refreshing;
		},
		async accessToken(hint) {
			if (ended !== undefined) throw ended;
			const rejected = hint?.rejected === tokens.accessToken;
			if (!rejected && !endsWithin(earlyMs)) return tokens.accessToken;
			try {
				await refreshOnce();
			} catch (error) {
				if (isClientError(error, clientErrorCode.loggedOut)) ended = error;
				// Refreshing early is a courtesy: a token that is still good serves while the server is away.
				else if (!rejected && unsaved === undefined && !endsWithin(0)) return tokens.accessToken;
				throw error;
			}
			return tokens.accessToken;
		},
	};
}

async function requestTokens(
	{ metadata, clientId, fetch }: TokenHolderOptions,
	{ refreshToken }: SessionTokens,
	now: Clock,
): Promise<SessionTokens> {
	const askedAt = now();
	const answer = await processRefreshResponse(
		await refreshRequest(metadata, { clientId, refreshToken }, { fetch }),
	);
	return sessionTokens(answer, { askedAt, refreshToken });
}

/**
 * An answer of the token endpoint as it is stored. Life counts from `askedAt` (epoch milliseconds), the moment
 * before the request, so that a slow answer never makes a token look fresher than it is. `refreshToken` stays in
 * use where the answer brings no new one.
 */
export function sessionTokens(
	answer: TokenAnswer,
	{ askedAt, refreshToken }: { readonly askedAt: number; readonly refreshToken: string },
): SessionTokens {
	const { accessToken, expiresInSeconds } = answer;
	const expiresAt = expiresInSeconds === undefined ? {} : { expiresAt: askedAt + expiresInSeconds * 1000 };
	return { accessToken, refreshToken: answer.refreshToken ?? refreshToken, ...expiresAt };
}

async function saveTokens({ save }: TokenHolderOptions, tokens: SessionTokens): Promise<void> {
	try {
		await save(tokens);
	} catch (cause) {
		const message = "the new tokens could not be saved";
		throw new CountersignClientError(clientErrorCode.tokensNotSaved, message, { cause });
	}
}
