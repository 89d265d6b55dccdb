import { type HowProved, isOneFactor } from "./acts.ts";

const oneFactor = "urn:countersign:acr:one-factor";
const twoFactors = "urn:countersign:acr:two-factors";

/** What an app can ask for, and is told. Opaque to it. @see https://www.rfc-editor.org/rfc/rfc9470#section-4 */
export const acrValues = [oneFactor, twoFactors] as const;

/**
 * What is said of a proof to an app that asked for one of these, the one it likes best first: the first that was
 * reached, and undefined where it asked for some of ours and none was. Values that are not ours are wishes
 * (OpenID Connect Core 5.5.1.1): by themselves they ask for nothing.
 */
export function acrOf(how: HowProved, asked: readonly string[]): string | undefined {
	const reached: readonly string[] = isOneFactor(how) ? [oneFactor] : [twoFactors, oneFactor];
	const known = asked.filter((value) => acrValues.some((ours) => ours === value));
	return known.length === 0 ? reached[0] : known.find((value) => reached.includes(value));
}
