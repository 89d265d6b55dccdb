import { BlockList, isIPv6 } from "node:net";
import { type Html, tell } from "../../pages/index.ts";

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

/** When something was, and where from where that is known, beside the browser that shows it: a network of theirs by that, any other by its address. */
export function askedFrom(
	time: Html,
	{ address, browserAddress }: { readonly address?: string | undefined; readonly browserAddress: string },
): Html {
	return address !== undefined && isSameNetwork(address, browserAddress)
		? tell("asking.from-this-network", { time })
		: whenAndWhere(time, address);
}

/** When something happened, and where from where that is known. */
export function whenAndWhere(time: Html, address: string | undefined): Html {
	return address === undefined ? time : tell("asking.from", { time, address });
}

/** Loopback, and IPv4 written as IPv6, lie in one block whose members have nothing to do with each other. */
function isRoutedIPv6(address: string): boolean {
	return isIPv6(address) && !address.startsWith("::") && !address.includes("%");
}
