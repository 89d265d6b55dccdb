import { changeData, type Place, tableRows } from "../support/storage.ts";

/** What the data of a server say of attempts, and how to make them older. */
export function undoData(place: Place) {
	const accountIdOf = async (localpart: string) =>
		(await tableRows(place, "accounts")).find((row) => row.localpart === localpart)?.id;
	return {
		accountIdOf,
		/** Floors of what is kept of a person, the lowest first. */
		async kept(localpart: string): Promise<readonly number[]> {
			const accountId = await accountIdOf(localpart);
			return (await tableRows(place, "holds"))
				.filter((row) => row.account_id === accountId && row.state === "kept")
				.map((row) => Number(row.floor))
				.sort((one, other) => one - other);
		},
		/** As if an hour had passed for what apps of these people had begun. */
		async pass(localparts: readonly string[]): Promise<void> {
			const names = localparts.map((localpart) => `'${localpart}'`).join(", ");
			const theirs = `account_id IN (SELECT id FROM accounts WHERE localpart IN (${names}))`;
			const earlier = (column: string) => `${column} = ${column} - 3600000`;
			await changeData(place, `UPDATE holds SET ${earlier("last_at")} WHERE ${theirs}`);
			const times = ["created_at", "last_upload_at", "decided_at", "expires_at"].map(earlier).join(", ");
			await changeData(place, `UPDATE reset_requests SET ${times} WHERE ${theirs} AND ended_at IS NULL`);
		},
	};
}
