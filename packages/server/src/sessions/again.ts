/** Of a program whose token did not come along when it moved in, nobody knows how long that was to last. */
const unknownMs = 90 * 24 * 3_600_000;

/** How long another token lasts in the place of one, unless somebody says: as long as that was to. Undefined: always. */
export function lastsAgain(
	{ endsAt }: { readonly endsAt?: number | null | undefined },
	madeAt: number,
): number | undefined {
	if (endsAt === undefined || endsAt === null) return undefined;
	return endsAt > madeAt ? endsAt - madeAt : unknownMs;
}
