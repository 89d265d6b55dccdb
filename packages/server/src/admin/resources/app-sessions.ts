import type { SessionId } from "@countersign/core";
import type { Answer, Call } from "../operation.ts";
import { listAnswer, type Resource } from "../paging.ts";
import type { AdminReads, AppKind, AppSessionFilter, AppSessionRow } from "../ports.ts";
import { refuse } from "../refusals.ts";

interface Shown {
	readonly one: (row: AppSessionRow) => Answer;
	readonly show: (row: AppSessionRow) => Resource;
}

/** What is done alike with sessions of apps, however they began. One of another kind is not found. */
export function appSessionsOf(
	{ administered: { appSessions, users } }: AdminReads,
	kind: AppKind,
	{ one, show }: Shown,
) {
	const find = async (toldId: string) => {
		const row = await appSessions.find(toldId);
		return row?.kind === kind ? row : undefined;
	};
	return {
		/** One that was just made or changed, by its own id. */
		async own(id: SessionId) {
			const page = { after: undefined, before: undefined, take: 1, isFromEnd: false } as const;
			return (await appSessions.list({ kind, id }, page))[0];
		},

		find,

		async list(
			call: Parameters<typeof listAnswer>[0],
			filter: Omit<AppSessionFilter, "kind">,
		): Promise<Answer> {
			if (filter.accountId !== undefined && (await users.find(filter.accountId)) === undefined)
				return refuse("user-unknown");
			const idOf = ({ toldId }: AppSessionRow) => toldId;
			return listAnswer(call, { listed: appSessions, filter: { ...filter, kind }, idOf, show });
		},

		async read(id: string): Promise<Answer> {
			const row = await find(id);
			return row === undefined ? refuse("not-found") : one(row);
		},

		/** The answer, once it is over; where it was before, the refusal. */
		async finish(
			id: string,
			{ deeds, by }: Pick<Call<unknown, unknown>, "deeds" | "by">,
			isOver: "finished" | "revoked-already" = "finished",
		): Promise<Answer> {
			const row = await find(id);
			if (row === undefined) return refuse("not-found");
			const { id: sessionId, accountId } = row;
			if (row.endedAt !== null || !(await deeds.sessions.endApp({ sessionId, accountId }, by)))
				return refuse(isOver);
			const ended = await find(id);
			return ended === undefined ? refuse("not-found") : one(ended);
		},
	};
}
