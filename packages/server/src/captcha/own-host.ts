import { isIP } from "node:net";

/** Whether this names the host of our page or, where the service may leave out subdomains, a domain that it is in. */
export function isOwnHost(named: unknown, own: string, mayBeAbove: boolean): boolean {
	if (typeof named !== "string") return false;
	if (named === own) return true;
	if (!mayBeAbove) return false;
	const [above, page] = [plain(named), plain(own)];
	if (above === page) return true;
	// A top-level domain alone is everybody's, and an address is in no domain.
	return isIP(page) === 0 && /[^.]\.[^.]/.test(above) && page.endsWith(`.${above}`);
}

function plain(hostname: string): string {
	return hostname.toLowerCase().replace(/\.$/, "");
}
