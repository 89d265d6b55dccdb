import type { AccountId } from "@countersign/core";
import type { PeopleUnit } from "./ports.ts";

interface Known {
	readonly localpart: string;
	readonly serverName: string;
	readonly operatorName?: string | undefined;
	readonly displayName?: string | null | undefined;
	readonly addresses?: readonly { readonly address: string }[];
}

/** What everybody can know of somebody, and try as their password. */
export function ownWords({
	localpart,
	serverName,
	operatorName = "",
	displayName,
	addresses = [],
}: Known): readonly string[] {
	return [
		...[localpart, displayName ?? "", ...serverWords(serverName), operatorName, ...ourNames],
		...addresses.map(({ address }) => address.slice(0, address.lastIndexOf("@"))),
	];
}

/** The same of somebody who has an account, looked up. */
export async function ownWordsOf(
	{ accounts, addresses }: Pick<PeopleUnit, "accounts" | "addresses">,
	{ accountId, ...server }: { readonly accountId: AccountId } & Pick<Known, "serverName" | "operatorName">,
): Promise<readonly string[]> {
	const { localpart = "", displayName } = (await accounts.find({ id: accountId })) ?? {};
	return ownWords({ ...server, localpart, displayName, addresses: await addresses.list(accountId) });
}

/** Of what people see at the top of each page where the operator has no name, and of what they sign in to. */
const ourNames = ["countersign", "matrix"];

/** Without the end that thousands of servers share, which stands in too many words. */
function serverWords(serverName: string): readonly string[] {
	const host = serverName.replace(/:\d+$/, "");
	const end = host.lastIndexOf(".");
	const labels = end === -1 ? host : host.slice(0, end);
	return [host.replaceAll(".", ""), labels.replaceAll(".", " ")];
}
