import { isIPv6 } from "node:net";

/** One subscriber of an IPv6 provider has a /64 of addresses to choose from; they count as one. */
export function networkOf(address: string): string {
	if (!isIPv6(address)) return address;
	const [head = "", tail] = (address.split("%", 1)[0] ?? "").split("::");
	const front = head === "" ? [] : head.split(":");
	const back = tail === undefined || tail === "" ? [] : tail.split(":");
	const gap = tail === undefined ? 0 : 8 - front.length - back.length;
	const groups = [...front, ...Array.from({ length: gap }, () => "0"), ...back];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/64`;
}
