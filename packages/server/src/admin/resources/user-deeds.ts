import { asAccountId } from "@countersign/core";
import { z } from "zod";
import { type Answer, type Call, type Operation, operation } from "../operation.ts";
import type { UserRow } from "../ports.ts";
import { type Refusal, refuse, told } from "../refusals.ts";
import { word } from "../shapes.ts";
import { type UsersDeps, user, userAttributes } from "./users.ts";

type Deed = (
	call: Pick<Call<unknown, unknown>, "deeds" | "by">,
	id: ReturnType<typeof asAccountId>,
) => Promise<unknown>;

interface Plain {
	readonly about: string;
	/** Whether it takes a recent sign-in. Default: it does not. */
	readonly isSevere?: boolean;
	readonly deed: Deed;
	/** What it may be refused for besides. Default: nothing. */
	readonly refusals?: readonly Refusal[];
	/** Whether a closed account shows it as done. Default: it does. */
	readonly isDone?: (row: UserRow) => boolean;
}

/** What is done with people's accounts. Done already is done: the answer is the user as it is then. */
export function userDeeds({ read }: UsersDeps): readonly Operation[] {
	const { users } = read.administered;
	const answerWith = async (id: string, status = 200): Promise<Answer> => {
		const row = await users.find(id);
		return row === undefined ? refuse("not-found") : user.one(row.id, userAttributes(row), status);
	};
	/** A deed that takes no more than the user. */
	const plain = (
		id: string,
		name: string,
		{ about, isSevere = false, deed, refusals = [], isDone = () => true }: Plain,
	) =>
		operation({
			...{ id, method: "POST", path: `${user.path}/{id}/${name}`, tag: "user", about, isSevere },
			told: {
				200: user.oneTold("The user, as it is now"),
				...told("not-found", "account-closed", ...refusals),
			},
			async answer(call) {
				const account = await read.accounts.find({ id: asAccountId(call.param("id")) });
				if (account === undefined) return refuse("not-found");
				await deed(call, account.id);
				const row = await users.find(account.id);
				if (row === undefined) return refuse("not-found");
				// What is not done must not be told as done. Somebody else may just have done the opposite; a closed account
				// is neither locked nor unlocked.
				if (row.deactivatedAt !== null && !isDone(row)) return refuse("account-closed");
				return user.one(row.id, userAttributes(row));
			},
		});
	return [
		operation({
			...{ id: "createUser", method: "POST", path: user.path, tag: "user" },
			about: "Make an account that has no password yet",
			body: z.strictObject({
				username: word,
				skip_homeserver_check: z.boolean().optional(),
				displayname: word.nullish(),
			}),
			told: {
				201: user.oneTold("The new user"),
				...told("name-invalid", "display-name", "name-taken", "closed-at-homeserver", "homeserver-away"),
			},
			async answer({ body, deeds, by }) {
				const { username: localpart, skip_homeserver_check: mayBeThere, displayname } = body;
				const wanted = { localpart, mayBeThere, displayName: displayname ?? undefined };
				const made = await deeds.makeAccount(wanted, by);
				if (made.ok) return answerWith(made.account.id, 201);
				if (made.reason === "localpart-invalid")
					return refuse(made.fault === "kept-there" ? "name-kept" : "name-invalid");
				return refuse(makeRefusals[made.reason]);
			},
		}),
		operation({
			...{ id: "setUserPassword", method: "POST", path: `${user.path}/{id}/set-password`, tag: "user" },
			isSevere: true,
			about: "Give an account another password. Its browsers are signed out, its apps are not",
			body: z.strictObject({ password: z.string().max(1024), skip_password_check: z.boolean().nullish() }),
			told: {
				204: { about: "It has that password" },
				...told("password-refused", "not-found", "account-closed"),
			},
			async answer({ body, deeds, by, param }) {
				const account = await read.accounts.find({ id: asAccountId(param("id")) });
				if (account === undefined) return refuse("not-found");
				const set = await deeds.people.setPassword(account.id, body.password, by);
				if (set.ok) return { status: 204 };
				return refuse(set.reason === "account-closed" ? "account-closed" : "password-refused");
			},
		}),
		operation({
			...{ id: "userSetAdmin", method: "POST", path: `${user.path}/{id}/set-admin`, tag: "user" },
			isSevere: true,
			about:
				"Make a user an administrator, or one no more. Whoever is none is signed out of what administers",
			body: z.strictObject({ admin: z.boolean() }),
			told: {
				200: user.oneTold("The user, as it is now"),
				...told("not-found", "account-closed", "last-administrator"),
			},
			async answer({ body: { admin }, deeds, by, param }) {
				const account = await read.accounts.find({ id: asAccountId(param("id")) });
				if (account === undefined) return refuse("not-found");
				if (account.deactivatedAt !== null) return refuse("account-closed");
				if (admin) await deeds.administrators.promote(account.id, by);
				else await deeds.administrators.demote(account.id, by);
				return answerWith(account.id);
			},
		}),
		operation({
			...{ id: "deactivateUser", method: "POST", path: `${user.path}/{id}/deactivate`, tag: "user" },
			isSevere: true,
			about: "Close an account. Its name is never given out again",
			body: z.strictObject({ skip_erase: z.boolean().optional() }),
			isBodyOptional: true,
			told: { 200: user.oneTold("The user, as it is now"), ...told("not-found", "last-administrator") },
			async answer({ body: { skip_erase: keep = false }, deeds, by, param }) {
				const account = await read.accounts.find({ id: asAccountId(param("id")) });
				if (account === undefined) return refuse("not-found");
				await deeds.people.deactivate(account.id, { erase: !keep }, by);
				return answerWith(account.id);
			},
		}),
		plain("reactivateUser", "reactivate", {
			about: "Open a closed account again, without a password. One that was locked stays locked",
			isSevere: true,
			deed: ({ deeds, by }, id) => deeds.people.reactivate(id, undefined, by),
		}),
		plain("lockUser", "lock", {
			about: "Lock an account: nothing of it works until it is unlocked",
			deed: ({ deeds, by }, id) => deeds.people.lock(id, by),
			refusals: ["last-administrator"],
			isDone: ({ lockedAt }) => lockedAt !== null,
		}),
		plain("unlockUser", "unlock", {
			about: "Unlock an account",
			// It may have been locked because it is in other hands.
			isSevere: true,
			deed: ({ deeds, by }, id) => deeds.people.unlock(id, by),
			isDone: ({ lockedAt }) => lockedAt === null,
		}),
	];
}

const makeRefusals = {
	"display-name-too-long": "display-name",
	"display-name-not-shown": "display-name",
	"localpart-taken": "name-taken",
	"closed-at-homeserver": "closed-at-homeserver",
	"homeserver-unavailable": "homeserver-away",
} as const satisfies Readonly<Record<string, Refusal>>;
