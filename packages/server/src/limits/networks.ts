import { isIPv6 } from "node:net";

/** What of the addresses there are counts as one, and how much of a limit it has. */
export interface Network {
	/** `192.0.2.1`, or `2001:db8:1:2::/64`. */
	readonly key: string;
	/** How many times the limit of one address. */
	readonly share: (typeof shares)[number];
}

/** Of an IPv4 address or an IPv6 /64, of a /56, and of a /48. */
export const shares = [1, 4, 16] as const;

/**
 * The networks that an address is counted in: all of them allow something, or it is refused. The narrowest comes first,
 * so that whoever is refused there uses up nothing of those around, however many come at once. One
 * subscriber of an IPv6 provider has a /64 to choose addresses from, many have a /56 and some a /48, with 65 536 times
 * /64; but a /48 may also be a house or a provider with many people, so wider networks have more.
 */
export function networksOf(address: string): readonly Network[] {
	if (!isIPv6(address)) return [{ key: address, share: 1 }];
	const [one = 0, two = 0, three = 0, four = 0] = groupsOf(address);
	const named = (groups: readonly number[], bits: number) =>
		`${groups.map((group) => group.toString(16)).join(":")}::/${bits}`;
	return [
		{ key: named([one, two, three, four], 64), share: 1 },
		{ key: named([one, two, three, four & 0xff00], 56), share: 4 },
		{ key: named([one, two, three], 48), share: 16 },
	];
}

function groupsOf(address: string): readonly number[] {
	const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
	const front = head.split(":");
	const back = tail?.split(":") ?? [];
	const left = Array.from({ length: 8 - front.length - back.length }, () => "");
	// Where nothing is written, before or behind the gap too, there is a zero.
	return [...front, ...left, ...back].map((group) => Number.parseInt(`0${group}`, 16));
}
