import type { Kysely } from "kysely";
import type { UpstreamCleanUp, UpstreamEnd, UpstreamEnds, UpstreamStays } from "../upstream/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** That it is there, within the statement that begins something by it. */
export function stayAt(db: Kysely<Database>, id: string) {
	return db.selectFrom("upstream_stays").select("upstream_stays.id").where("upstream_stays.id", "=", id);
}

/** The one of this browser session, within the statement that keeps what it answers. */
export function stayOf(db: Kysely<Database>, browser: string) {
	return db
		.selectFrom("browser_sessions")
		.select("browser_sessions.stay")
		.where("browser_sessions.id_hash", "=", browser);
}

/** People's sessions at other services by which something here began. */
export function createUpstreamStays(db: Kysely<Database>): UpstreamStays &
	UpstreamCleanUp["upstreamStays"] & {
		isThere(id: string): Promise<boolean>;
		ofBrowser(browser: string): Promise<string | undefined>;
	} {
	return {
		async begin({ id, provider, issuer, subject, sid = null, since, expiresAt }) {
			await db
				.insertInto("upstream_stays")
				.values({ id, provider, issuer, subject, sid, since, expires_at: expiresAt })
				.execute();
		},

		async isOver({ provider, issuer, subject, sid = null, since }) {
			const row = await db
				.selectFrom("upstream_ends")
				.select("word_hash")
				.where("provider", "=", provider)
				.where("issuer", "=", issuer)
				.where((is) => is.or([is("subject", "is", null), is("subject", "=", subject)]))
				.where((is) =>
					is.or([is("sid", "=", sid), is.and([is("sid", "is", null), is("until", ">=", since)])]),
				)
				.executeTakeFirst();
			return row !== undefined;
		},

		async follow(browser, stay) {
			await db
				.updateTable("browser_sessions")
				.set({ stay })
				.where("id_hash", "=", browser)
				.where("stay", "is not", null)
				.execute();
		},

		isThere: async (id) => (await stayAt(db, id).executeTakeFirst()) !== undefined,

		async ofBrowser(browser) {
			return (await stayOf(db, browser).executeTakeFirst())?.stay ?? undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("upstream_stays")
				.where("id", "in", (some) =>
					some
						.selectFrom("upstream_stays")
						.select("upstream_stays.id")
						.where("expires_at", "<", before)
						.where((is) =>
							is.not(
								is.exists(
									is
										.selectFrom("sessions")
										.select("sessions.id")
										.whereRef("sessions.stay", "=", "upstream_stays.id")
										.where("sessions.ended_at", "is", null),
								),
							),
						)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** What other services said that was over, and what goes with it. */
export function createUpstreamEnds(db: Kysely<Database>): UpstreamEnds & UpstreamCleanUp["upstreamEnds"] {
	return {
		async note({ provider, wordHash, issuer, subject = null, sid = null, until, expiresAt }) {
			const row = await db
				.insertInto("upstream_ends")
				.values({ provider, word_hash: wordHash, issuer, subject, sid, until, expires_at: expiresAt })
				.onConflict((conflict) => conflict.doNothing())
				.returning("word_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async endStays(end) {
			const rows = await endedBy(db, end).returning("id").execute();
			return rows.map(({ id }) => id);
		},

		async forgetArrivals(stays) {
			if (stays.length === 0) return;
			await db
				.deleteFrom("upstream_arrivals")
				.where("stay", "in", [...stays])
				.execute();
		},

		async endBrowsers(stays) {
			if (stays.length === 0) return [];
			const rows = await db
				.deleteFrom("browser_sessions")
				.where("stay", "in", [...stays])
				.returning("account_id")
				.execute();
			return rows.map(({ account_id }) => account_id);
		},

		async apps(stays) {
			if (stays.length === 0) return [];
			return db
				.selectFrom("sessions")
				.select(["id as sessionId", "account_id as accountId"])
				.where("stay", "in", [...stays])
				.where("ended_at", "is", null)
				.execute();
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("upstream_ends")
				.where("word_hash", "in", (some) =>
					some
						.selectFrom("upstream_ends")
						.select("upstream_ends.word_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** A session that is named does not come back; of all of a person's, those that were there are meant. */
function endedBy(db: Kysely<Database>, { provider, issuer, subject, sid, until }: UpstreamEnd) {
	if (subject === undefined && sid === undefined) throw new Error("an end names neither person nor session");
	return db
		.deleteFrom("upstream_stays")
		.where("provider", "=", provider)
		.where("issuer", "=", issuer)
		.where((is) =>
			is.and([
				...(subject === undefined ? [] : [is("subject", "=", subject)]),
				sid === undefined ? is("since", "<=", until) : is("sid", "=", sid),
			]),
		);
}
