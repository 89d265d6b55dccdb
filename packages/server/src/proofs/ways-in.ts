import type { AccountId } from "@countersign/core";

/** What may sign somebody in beside a password. */
export type WayIn =
	| { readonly kind: "passkey"; readonly id: string }
	| { readonly kind: "link"; readonly provider: string; readonly subject: string };

interface Link {
	readonly provider: string;
	readonly subject: string;
	readonly issuer?: string | undefined;
}

interface Read {
	readonly accounts: {
		find(by: { readonly id: AccountId }): Promise<{ readonly passwordHash: string | null } | undefined>;
	};
	readonly passkeys: {
		list(accountId: AccountId): Promise<readonly { readonly id: string; readonly host: string }[]>;
	};
	readonly accountLinks: { list(accountId: AccountId): Promise<readonly Link[]> };
}

/**
 * How the person of an account gets in here. What signs nobody in is none: a passkey of an address that this server had
 * before, a link to a service that is not set up, or of another issuer than the one that is. Asked within the transaction
 * that takes one away.
 */
export interface WaysIn {
	/** Whether somebody signs in by that link. */
	isGood(link: Pick<Link, "provider" | "issuer">): boolean;
	/** Whether the person still gets in without those that go. Default: nothing goes. */
	isThere(read: Read, accountId: AccountId, goes?: (way: WayIn) => boolean): Promise<boolean>;
	/** Whether, without those that go, there is what proves here: a password or a passkey. Codes stand beside one alone. */
	isProvable(read: Read, accountId: AccountId, goes?: (way: WayIn) => boolean): Promise<boolean>;
}

export function createWaysIn({
	host,
	services = [],
}: {
	/** For which passkeys are good. Undefined: there are none. */
	readonly host: string | undefined;
	/** Those that are set up. `issuer` is absent where each tenant has its own. Default: none. */
	readonly services?:
		| readonly {
				readonly id: string;
				readonly issuer?: string | undefined;
				/** Whether a password of there is entered here, as of a directory. Default: no. */
				readonly checksPasswords?: boolean;
		  }[]
		| undefined;
}): WaysIn {
	const isGood: WaysIn["isGood"] = ({ provider, issuer }) =>
		services.some((one) => one.id === provider && isSameIssuer(issuer, one.issuer));
	const isProvable: WaysIn["isProvable"] = async (read, accountId, goes = () => false) => {
		if ((await read.accounts.find({ id: accountId }))?.passwordHash !== null) return true;
		const passkeys = await read.passkeys.list(accountId);
		if (passkeys.some((one) => one.host === host && !goes({ kind: "passkey", id: one.id }))) return true;
		const checking = services.filter((one) => one.checksPasswords).map(({ id }) => id);
		if (checking.length === 0) return false;
		const links = await read.accountLinks.list(accountId);
		return links.some((link) => checking.includes(link.provider) && !goes({ kind: "link", ...link }));
	};
	return {
		isGood,
		isProvable,
		async isThere(read, accountId, goes = () => false) {
			if (await isProvable(read, accountId, goes)) return true;
			const links = await read.accountLinks.list(accountId);
			return links.some((link) => isGood(link) && !goes({ kind: "link", ...link }));
		},
	};
}

/** Whoever came along from elsewhere has none yet. An address may be written with or without its first slash. */
function isSameIssuer(one: string | undefined, other: string | undefined): boolean {
	if (one === undefined || other === undefined) return true;
	return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}
