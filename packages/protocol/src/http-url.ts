const httpUrl =
	/^https?:\/\/(?<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?|\[[0-9a-f:.]{2,45}\])(?::(?<port>[0-9]{1,5}))?(?:[/?#][\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/i;

const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$/i;
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/**
 * Whether the text is an absolute http(s) URI whose host cannot be misread: no user information (`https://bank@evil`),
 * no backslash, control character or space (browsers rewrite those and end on another host), no address written as
 * one number or in octal (`https://2130706433`), ASCII only. It may still name a host that does not exist.
 * @see RFC 3986 section 3
 */
export function isHttpUrl(text: string): boolean {
	const { host, port = "0" } = httpUrl.exec(text)?.groups ?? {};
	if (host === undefined || Number(port) > 65_535) return false;
	return ipv4.test(host) || !endsInNumber.test(host);
}
