import { asAccountId } from "@countersign/core";
import { z } from "zod";
import { readAddress } from "../../identifiers/index.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, EmailRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, ulid, word } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const email = resourceKind(
	"user-email",
	`${base}/user-emails`,
	z.object({ created_at: time, user_id: ulid, email: z.string() }),
);

const attributes = (row: EmailRow) => ({
	created_at: timeOf(row.addedAt),
	user_id: row.accountId,
	email: row.address,
});
const idOf = ({ toldId }: EmailRow) => toldId;

/** Addresses that are somebody's. What waits for its code is not. */
export function userEmails({ administered: { emails, users } }: AdminReads): readonly Operation[] {
	return [
		operation({
			...{ id: "listUserEmails", method: "GET", path: email.path, tag: "user-email" },
			about: "List e-mail addresses",
			query: z.object({
				...pageQuery,
				"filter[user]": word.optional(),
				"filter[email]": word.optional(),
			}),
			told: { 200: email.listTold("A page of addresses"), ...told("user-unknown") },
			async answer(call) {
				const { "filter[user]": accountId, "filter[email]": address } = call.query;
				if (accountId !== undefined && (await users.find(accountId)) === undefined)
					return refuse("user-unknown");
				// What is no address is nobody's.
				const key = address === undefined ? undefined : (readAddress(address)?.key ?? "");
				const show = (row: EmailRow) => email.show(idOf(row), attributes(row));
				return listAnswer(call, { listed: emails, filter: { accountId, key }, idOf, show });
			},
		}),
		operation({
			...{ id: "addUserEmail", method: "POST", path: email.path, tag: "user-email" },
			isSevere: true,
			about: "Add an address, as one whose mailbox is known to be theirs",
			body: z.strictObject({ user_id: word, email: word }),
			told: {
				201: email.oneTold("The address"),
				...told("no-address", "user-unknown", "account-closed", "address-taken"),
			},
			async answer({ body: { user_id, email: typed }, deeds, by }) {
				const accountId = asAccountId(user_id);
				const added = await deeds.addresses.add({ accountId, email: typed }, by);
				if (!added.ok) return refuse(added.reason);
				const page = { after: undefined, before: undefined, take: 1, isFromEnd: false } as const;
				const [row] = await emails.list({ accountId, key: added.key }, page);
				return row === undefined ? refuse("not-found") : email.one(idOf(row), attributes(row), 201);
			},
		}),
		operation({
			...{ id: "getUserEmail", method: "GET", path: `${email.path}/{id}`, tag: "user-email" },
			about: "Read an address",
			told: { 200: email.oneTold("The address"), ...told("not-found") },
			async answer({ param }) {
				const row = await emails.find(param("id"));
				return row === undefined ? refuse("not-found") : email.one(idOf(row), attributes(row));
			},
		}),
		operation({
			...{ id: "deleteUserEmail", method: "DELETE", path: `${email.path}/{id}`, tag: "user-email" },
			about: "Remove an address. It is told so",
			told: { 204: { about: "It is nobody's any more" }, ...told("not-found") },
			async answer({ param, deeds, by }) {
				const row = await emails.find(param("id"));
				if (row === undefined || !(await deeds.addresses.remove(row, by))) return refuse("not-found");
				return { status: 204 };
			},
		}),
	];
}
