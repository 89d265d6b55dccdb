import { BlockList, isIPv6 } from "node:net";

/**
 * Equal, or in one IPv6 subnet: devices of one household each have their own address there. One household also has
 * addresses of both families, which cannot be seen here: that two networks differ is a reason to look, never a fact.
 */
export function isSameNetwork(one: string, other: string): boolean {
	if (one === other) return true;
	if (!isRoutedIPv6(one) || !isRoutedIPv6(other)) return false;
	const subnet = new BlockList();
	subnet.addSubnet(one, 64, "ipv6");
	return subnet.check(other, "ipv6");
}

/** Where something was asked from, beside the browser that shows it; begins with the blank or comma before it. */
export function askedFrom(address: string | undefined, browserAddress: string): string {
	if (address === undefined) return "";
	return isSameNetwork(address, browserAddress)
		? `, from this browser's network (${address})`
		: ` from ${address}`;
}

/** Loopback, and IPv4 written as IPv6, lie in one block whose members have nothing to do with each other. */
function isRoutedIPv6(address: string): boolean {
	return isIPv6(address) && !address.startsWith("::") && !address.includes("%");
}
