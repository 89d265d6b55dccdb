import { domainToASCII } from "node:url";
import { invisible } from "./invisible.ts";

/** An e-mail address as it was read. */
export interface ReadAddress {
	/** What letters are sent to, as it was typed. */
	readonly address: string;
	/** The same for all spellings of one address: what is looked up, and what one account has at most. */
	readonly key: string;
}

const longest = 254;
/** What nobody has to quote: no other part of a letter's head or of a conversation with a mail server begins in it. */
const local = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
/** Not a number: what reads as one is an address of a machine, whose mail nobody's domain answers for. */
const domain =
	/^(?=.{1,253}$)(?!.*\.\d+$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/;

/**
 * The e-mail address that is meant, or undefined where it is none. In the part before the `@` letters are ASCII: two
 * scripts have letters that look, or in lower case are, the same, and whoever has one such address could be taken for who
 * has the other. @see https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
 */
export function readAddress(text: string): ReadAddress | undefined {
	const typed = text.replaceAll(invisible, "").trim();
	const at = typed.lastIndexOf("@");
	const [before, host] = [typed.slice(0, at), domainToASCII(typed.slice(at + 1))];
	const address = `${before}@${host}`;
	if (at < 1 || address.length > longest || before.length > 64) return undefined;
	return local.test(before) && domain.test(host) ? { address, key: address.toLowerCase() } : undefined;
}
