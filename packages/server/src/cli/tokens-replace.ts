import { lastsAgain } from "../sessions/index.ts";
import { type Command, json } from "./command.ts";
import { daysIn, endAfter, sayToken } from "./tokens-issue.ts";
import { withAccount } from "./with-data.ts";

export const tokensReplace: Command = {
	name: "tokens replace",
	operands: ["NAME"],
	options: {
		...json,
		device: { type: "string" },
		session: { type: "string" },
		days: { type: "string" },
	},
	usage: "--device=ID | --session=ID [--days N] [--json]",
	about:
		"another token for a program, which keeps its device, for as long as the one before was made for. Beside Synapse the old one may be believed for two minutes",
	async run(asked) {
		const [device, session] = [asked.option("device"), asked.option("session")];
		if ((device === undefined) === (session === undefined)) {
			asked.complain("Name the token with --device=ID or --session=ID (tokens list).");
			return 2;
		}
		const days = daysIn(asked);
		if (days === false) return 2;
		const user = asked.operands[0] ?? "";
		return withAccount(asked, user, async ({ sessions, lastingTokens }, { id: accountId }) => {
			const found = (await sessions.listOf(accountId)).find(
				({ id, deviceId, lasting }) =>
					lasting && (session === undefined ? deviceId === device : id === session),
			);
			const seen = found?.tokenMadeAt ?? found?.createdAt;
			if (found === undefined || seen === undefined) {
				asked.complain("There is no such token (tokens list).");
				return 1;
			}
			const again = lastsAgain(found, seen);
			const expiresAt = days === undefined && again !== undefined ? Date.now() + again : endAfter(days);
			const which = { accountId, sessionId: found.id, seen, expiresAt };
			const replaced = await lastingTokens.replace(which, asked.operator);
			if (!replaced.ok) {
				asked.complain(refusals[replaced.reason]);
				return 1;
			}
			sayToken(asked, { ...replaced, user, device: found.deviceId, expiresAt });
			return 0;
		});
	},
};

const refusals = {
	gone: "There is no such token any more (tokens list).",
	"replaced-before": "Somebody has just replaced this token. Look again: tokens list.",
	"account-closed": "This account is locked or deactivated.",
	"not-admin": "The token may administer, and this user is no administrator any more. End it: sessions end",
} as const;
