import { asAccountId, type KeptHold } from "@countersign/core";
import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import type { AdminReads } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf } from "../shapes.ts";
import { ownBase } from "./resource.ts";

const kept = z.object({
	reference: z.string().describe("By which its person is told of it"),
	until: time.describe("When it is dropped"),
	backup_is_back: z.boolean().describe("The backup itself came back and stands; kept is only what opens it"),
	is_let_read: z.boolean().describe("Its person lets one of their apps read it"),
});

/** What an approved reset left of a person. It is told of, and neither read nor deleted here: it is theirs. */
export function keptOfResets({ accounts, holds }: AdminReads, now: () => number): readonly Operation[] {
	const shown = ({ reference, until, isBack, reading }: KeptHold): z.output<typeof kept> => ({
		...{ reference, until: timeOf(until), backup_is_back: isBack },
		is_let_read: reading !== undefined && reading.until > now(),
	});
	return [
		operation({
			...{ id: "listKept", method: "GET", path: `${ownBase}/users/{id}/kept`, tag: "countersign" },
			about:
				"What is kept of a person's former key backup after a reset, and until when; nobody but they can read it",
			told: {
				200: { about: "The oldest first", body: z.object({ data: z.array(kept) }) },
				...told("not-found"),
			},
			async answer({ param }) {
				const account = await accounts.find({ id: asAccountId(param("id")) });
				if (account === undefined) return refuse("not-found");
				return { status: 200, body: { data: (await holds.kept(account.id)).map(shown) } };
			},
		}),
	];
}
