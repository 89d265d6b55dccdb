import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { SecurityEventKind } from "../audit/ports.ts";
import type {
	DueLossRecords,
	Loss,
	LossCleanUp,
	LossEnd,
	LossLetter,
	LossMoment,
	LossRecords,
} from "../lost-factors/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database, FactorLossesTable } from "./database.ts";

/** People who say to have lost every second factor. What ends one is asked within each statement that moves it on. */
export function createFactorLosses(
	db: Kysely<Database>,
): LossRecords & DueLossRecords & LossEnd & LossCleanUp["factorLosses"] {
	const lost = () =>
		db
			.selectFrom("factor_losses")
			.innerJoin("accounts", "accounts.id", "factor_losses.account_id")
			.selectAll("factor_losses")
			.select("accounts.localpart")
			.select((is) => refusedSince(is, ["sign-in-refused", "password-refused"]).as("refused"));
	/** One in which such a time is noted; the statement asks again, since another server may have been first. */
	const note = async (
		column: "warned_at" | "told_at",
		isDue: typeof toWarn,
		at: LossMoment,
	): Promise<Loss | undefined> => {
		const row = await db
			.updateTable("factor_losses")
			.set({ [column]: at.now, sent_at: at.now })
			.where("account_id", "=", (one) =>
				one
					.selectFrom("factor_losses")
					.select("account_id")
					.where((is) => isDue(is, at))
					.orderBy("begun_at")
					.limit(1),
			)
			.where((is) => isDue(is, at))
			.returning("account_id")
			.executeTakeFirst();
		if (row === undefined) return undefined;
		return fromRow(await lost().where("account_id", "=", row.account_id).executeTakeFirstOrThrow());
	};
	return {
		async mayAsk(accountId) {
			const row = await db
				.selectFrom("accounts")
				.select("id")
				.where("id", "=", accountId)
				.where("password_hash", "is not", null)
				.where("password_mailed", "=", 0)
				.where("locked_at", "is", null)
				.where("deactivated_at", "is", null)
				.executeTakeFirst();
			return row !== undefined;
		},

		async ask({ id, accountId, generation, at }) {
			const none = sql<null>`NULL`;
			const row = await db
				.insertInto("factor_losses")
				.columns([
					...(["account_id", "id", "generation", "asked_at", "sent_at"] as const),
					...(["begun_at", "warned_at", "told_at", "done_at"] as const),
				])
				.expression(
					db
						.selectFrom("accounts")
						.select(({ val }) => [
							"accounts.id as account_id",
							val(id).as("id"),
							"accounts.generation",
							val(at.now).as("asked_at"),
							val(at.now).as("sent_at"),
						])
						.select([none.as("begun_at"), none.as("warned_at"), none.as("told_at"), none.as("done_at")])
						.where("accounts.id", "=", accountId)
						.where("accounts.generation", "=", generation)
						.where("password_mailed", "=", 0)
						.where("locked_at", "is", null)
						.where("deactivated_at", "is", null),
				)
				.onConflict((conflict) =>
					conflict
						.column("account_id")
						.doUpdateSet({
							...{ id, generation, asked_at: at.now, sent_at: at.now },
							...{ begun_at: null, warned_at: null, told_at: null, done_at: null },
						})
						.where((is) =>
							is.or([
								is("factor_losses.generation", "<>", generation),
								is("factor_losses.done_at", "is not", null),
								is("factor_losses.told_at", "<=", at.toldAfter),
								is.and([
									is("factor_losses.begun_at", "is", null),
									is("factor_losses.asked_at", "<=", at.askedBefore),
								]),
							]),
						),
				)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async ofAccount(accountId, at) {
			const row = await lost()
				.where("factor_losses.account_id", "=", accountId)
				.where((is) => isLive(is, at))
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async find(id, at) {
			const row = await lost()
				.where("factor_losses.id", "=", id)
				.where((is) => is.or([is("done_at", ">", at.toldAfter), isLive(is, at)]))
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async begin({ at, ...letter }) {
			const row = await db
				.updateTable("factor_losses")
				.set({ begun_at: at.now })
				.where("id", "=", letter.id)
				.where("begun_at", "is", null)
				.where((is) => isLive(is, at))
				.where((is) => isMailbox(is, { at, ...letter }))
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async finish({ at, ...letter }) {
			const row = await db
				.updateTable("factor_losses")
				.set({ done_at: at.now })
				.where("id", "=", letter.id)
				.where("told_at", "is not", null)
				.where("begun_at", "<=", at.endBefore)
				.where((is) => isLive(is, at))
				.where((is) => isMailbox(is, { at, ...letter }))
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async isDue(at) {
			const row = await db
				.selectFrom("factor_losses")
				.select("id")
				.where((is) => is.or([toWarn(is, at), toEnd(is, at)]))
				.limit(1)
				.executeTakeFirst();
			return row !== undefined;
		},

		async stopGuessed({ at, id }, codes) {
			const isMeant = (is: Is) =>
				is.and([
					id === undefined ? is.or([toWarn(is, at), toEnd(is, at)]) : is("factor_losses.id", "=", id),
					...[isLive(is, at), is(refusedSince(is, ["code-refused"]), ">=", codes)],
				]);
			const row = await db
				.deleteFrom("factor_losses")
				.where("account_id", "=", (one) =>
					one.selectFrom("factor_losses").select("account_id").where(isMeant).limit(1),
				)
				.where(isMeant)
				.returning("account_id")
				.executeTakeFirst();
			return row?.account_id;
		},

		warn: (at) => note("warned_at", toWarn, at),
		endWait: (at) => note("told_at", toEnd, at),

		async tellAgain(id, at) {
			const row = await db
				.updateTable("factor_losses")
				.set({ sent_at: at.now })
				.where("id", "=", id)
				.where("told_at", "is not", null)
				.where("sent_at", "<=", at.askedBefore)
				.where((is) => isLive(is, at))
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async stop(accountId, toldAfter) {
			const row = await db
				.deleteFrom("factor_losses")
				.where("account_id", "=", accountId)
				.where("done_at", "is", null)
				.where((is) => is.or([is("told_at", "is", null), is("told_at", ">", toldAfter)]))
				.where(isItsAccounts)
				.returning("begun_at")
				.executeTakeFirst();
			if (row === undefined) return undefined;
			return row.begun_at === null ? "asked" : "waiting";
		},

		async deleteBefore(before) {
			const result = await db
				.deleteFrom("factor_losses")
				.where("account_id", "in", (some) =>
					some
						.selectFrom("factor_losses")
						.select("account_id")
						.where((is) => is(is.fn.coalesce("done_at", "told_at", "begun_at", "asked_at"), "<", before))
						// By a server that stood still it would be gone before anybody was told.
						.where((is) => is.not(is.and([isWaiting(is), isItsAccounts(is)])))
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

type Is = ExpressionBuilder<Database, "factor_losses">;

/** Neither done nor over, of an account that nothing has happened to since. */
function isLive(is: Is, at: LossMoment) {
	return is.and([
		is("factor_losses.done_at", "is", null),
		is.or([
			is.and([is("factor_losses.begun_at", "is", null), is("factor_losses.asked_at", ">", at.askedAfter)]),
			isWaiting(is),
			is("factor_losses.told_at", ">", at.toldAfter),
		]),
		isItsAccounts(is),
	]);
}

function isWaiting(is: Is) {
	return is.and([
		...[is("factor_losses.begun_at", "is not", null), is("factor_losses.told_at", "is", null)],
		is("factor_losses.done_at", "is", null),
	]);
}

/** Nothing has happened to the account since that ends it. */
function isItsAccounts(is: Is) {
	return is.exists(
		is
			.selectFrom("accounts as its")
			.select("its.id")
			.whereRef("its.id", "=", sql.ref("factor_losses.account_id"))
			.whereRef("its.generation", "=", sql.ref("factor_losses.generation"))
			.where("its.locked_at", "is", null)
			.where("its.deactivated_at", "is", null),
	);
}

/** The address of the letter is the person's, and had been for long when they asked. */
function isMailbox(is: Is, { addressKey, at }: LossLetter) {
	return is.exists(
		is
			.selectFrom("account_emails as mailbox")
			.select("mailbox.address_key")
			.whereRef("mailbox.account_id", "=", sql.ref("factor_losses.account_id"))
			.where("mailbox.address_key", "=", addressKey)
			.where("mailbox.verified_at", "<=", sql<number>`factor_losses.asked_at - ${sql.lit(at.addressMs)}`),
	);
}

function toWarn(is: Is, at: LossMoment) {
	return is.and([
		...[is("told_at", "is", null), hasWaited(is, at.warnBefore, at), isLive(is, at)],
		is.or([
			is("warned_at", "is", null),
			is.and([is("warned_at", "<=", at.warnedLongBefore), is.not(hasWaited(is, at.endBefore, at))]),
		]),
	]);
}

function toEnd(is: Is, at: LossMoment) {
	return is.and([
		...[is("told_at", "is", null), is("warned_at", "<=", at.warnedBefore)],
		...[hasWaited(is, at.endBefore, at), isLive(is, at)],
	]);
}

/** It began by then, and so much earlier for each password that was refused, as far as these count. */
function hasWaited(is: Is, before: number, { passwordMs, prolongedMs }: LossMoment) {
	const refused = refusedSince(is, ["sign-in-refused", "password-refused"]);
	return is.and([
		is("begun_at", "<=", before),
		is.or([
			is("begun_at", "<=", before - prolongedMs),
			is(sql<number>`factor_losses.begun_at + ${sql.lit(passwordMs)} * ${refused}`, "<=", before),
		]),
	]);
}

/** Lines of the log since it began: read by account and time, for which there is an index. */
function refusedSince(is: Is, kinds: readonly SecurityEventKind[]) {
	return is
		.selectFrom("security_events as line")
		.select(({ fn }) => fn.countAll<number>().as("lines"))
		.whereRef("line.account_id", "=", sql.ref("factor_losses.account_id"))
		.whereRef("line.at", ">=", sql.ref("factor_losses.begun_at"))
		.where("line.kind", "in", kinds);
}

function fromRow(
	row: Selectable<FactorLossesTable> & { readonly localpart: string; readonly refused: number | null },
): Loss {
	return {
		...{ id: row.id, accountId: row.account_id, localpart: row.localpart },
		...{ askedAt: row.asked_at, begunAt: row.begun_at, toldAt: row.told_at, doneAt: row.done_at },
		refused: Number(row.refused),
	};
}
