import type { Retention } from "../jobs/ports.ts";
import type { NoticesCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const noticesRetention: Retention<NoticesCleanUp> = {
	ends: [
		{
			...{ what: "letters", table: "mail_tasks", keptMs: 30 * day },
			delete: ({ mailTasks }, { before }) => mailTasks.deleteBefore(before),
		},
		{
			...{ what: "notices", table: "notices", keptMs: 30 * day },
			delete: ({ notices }, { before }) => notices.deleteBefore(before),
		},
	],
	stays: {},
};
