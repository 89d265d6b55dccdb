import { z } from "zod";
import type { Clock } from "../../config/ports.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, RegistrationTokenRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { flag, time, timeOf, timeOrNull } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const token = resourceKind(
	"user-registration_token",
	`${base}/user-registration-tokens`,
	z.object({
		token: z.string().describe("Told once, to whoever makes it. Empty afterwards: only its hash is kept"),
		valid: z.boolean(),
		usage_limit: z.number().int().nullable(),
		times_used: z.number().int(),
		created_at: time,
		last_used_at: time.nullable().describe("Not kept: always null"),
		expires_at: time.nullable(),
		revoked_at: time.nullable(),
	}),
);

const limit = z.number().int().min(1).max(1_000_000);
/** As it is typed. A short one is kept from being guessed by the limits of registering. */
const text = z.string().regex(/^[\w.~-]{4,64}$/, "must be 4 to 64 letters, digits or . _ ~ -");
const epoch = (given: string | null | undefined) => (typeof given === "string" ? Date.parse(given) : given);

/** What somebody shows who may register. */
export function registrationTokens(
	{ administered: { registrationTokens: all } }: AdminReads,
	clock: Clock,
): readonly Operation[] {
	const attributes = (row: RegistrationTokenRow, shown = "") => ({
		token: shown,
		valid: isValid(row, clock()),
		usage_limit: row.uses,
		times_used: row.used,
		created_at: timeOf(row.createdAt),
		last_used_at: null,
		expires_at: timeOrNull(row.expiresAt),
		revoked_at: timeOrNull(row.revokedAt),
	});
	const answerWith = async (id: string) => {
		const row = await all.find(id);
		return row === undefined ? refuse("not-found") : token.one(row.id, attributes(row));
	};
	const about = { tag: "user-registration-token" } as const;
	const at = (rest: string) => `${token.path}/{id}${rest}`;
	return [
		operation({
			...{ ...about, id: "listUserRegistrationTokens", method: "GET", path: token.path },
			about: "List registration tokens",
			query: z.object({
				...pageQuery,
				"filter[used]": flag.optional(),
				"filter[revoked]": flag.optional(),
				"filter[expired]": flag.optional(),
				"filter[valid]": flag.optional(),
			}),
			told: { 200: token.listTold("A page of tokens") },
			answer(call) {
				const { query } = call;
				return listAnswer(call, {
					listed: all,
					filter: {
						isUsed: query["filter[used]"],
						isRevoked: query["filter[revoked]"],
						isExpired: query["filter[expired]"],
						isValid: query["filter[valid]"],
						now: clock(),
					},
					idOf: ({ id }) => id,
					show: (row) => token.show(row.id, attributes(row)),
				});
			},
		}),
		operation({
			...{ ...about, id: "addUserRegistrationToken", method: "POST", path: token.path },
			about: "Make a registration token. Its text is told here and never again",
			body: z.strictObject({
				token: text.nullish(),
				usage_limit: limit.nullish(),
				expires_at: time.nullish(),
			}),
			told: { 201: token.oneTold("The token"), ...told("token-taken") },
			async answer({ body, deeds, by }) {
				const terms = {
					name: "admin API",
					uses: body.usage_limit ?? undefined,
					expiresAt: epoch(body.expires_at) ?? undefined,
				};
				const made = await deeds.registrationTokens.make(terms, body.token ?? undefined, by);
				if (!made) return refuse("token-taken");
				const row = await all.find(made.id);
				if (row === undefined) return refuse("not-found");
				return token.one(row.id, attributes(row, made.token), 201);
			},
		}),
		operation({
			...{ ...about, id: "getUserRegistrationToken", method: "GET", path: at(""), about: "Read a token" },
			told: { 200: token.oneTold("The token"), ...told("not-found") },
			answer: ({ param }) => answerWith(param("id")),
		}),
		operation({
			...{ ...about, id: "updateUserRegistrationToken", method: "PUT", path: at("") },
			about: "Change how often and until when a token is good; null takes a limit away",
			body: z.strictObject({ usage_limit: limit.nullish(), expires_at: time.nullish() }),
			told: { 200: token.oneTold("The token"), ...told("not-found") },
			async answer({ body, param, deeds, by }) {
				const to = { uses: body.usage_limit, expiresAt: epoch(body.expires_at) };
				const isThere = await deeds.registrationTokens.change(param("id"), to, by);
				return isThere ? answerWith(param("id")) : refuse("not-found");
			},
		}),
		operation({
			...{ ...about, id: "revokeUserRegistrationToken", method: "POST", path: at("/revoke") },
			about: "Revoke a token. Accounts that were made with it stay",
			told: { 200: token.oneTold("The token"), ...told("token-revoked", "not-found") },
			async answer({ param, deeds, by }) {
				const isRevoked = await deeds.registrationTokens.revoke(param("id"), by);
				if (isRevoked) return answerWith(param("id"));
				return refuse((await all.find(param("id"))) === undefined ? "not-found" : "token-revoked");
			},
		}),
		operation({
			...{ ...about, id: "unrevokeUserRegistrationToken", method: "POST", path: at("/unrevoke") },
			about: "Take the revocation of a token back",
			told: { 200: token.oneTold("The token"), ...told("token-not-revoked", "not-found") },
			async answer({ param, deeds, by }) {
				const isBack = await deeds.registrationTokens.restore(param("id"), by);
				if (isBack) return answerWith(param("id"));
				return refuse((await all.find(param("id"))) === undefined ? "not-found" : "token-not-revoked");
			},
		}),
	];
}

function isValid({ uses, used, expiresAt, revokedAt }: RegistrationTokenRow, now: number): boolean {
	const isOver = expiresAt !== null && expiresAt <= now;
	return revokedAt === null && !isOver && (uses === null || used < uses);
}
