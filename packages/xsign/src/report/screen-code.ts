import { qrCode } from "./qr-code.ts";

/** Light around a code, without which cameras do not find it. */
const margin = 2;

/**
 * A QR code as lines for a terminal, two rows of it in each; undefined where it does not fit.
 *
 * @param colours black on white, whatever the terminal's own colours are; without them it is drawn in light, for
 * terminals that are dark
 */
export function screenCode(
	text: string,
	{ columns, colours }: { readonly columns: number; readonly colours: boolean },
): readonly string[] | undefined {
	const code = qrCode(text);
	const width = (code?.length ?? 0) + 2 * margin;
	if (code === undefined || width > columns) return undefined;
	const isLight = (x: number, y: number) => code[y - margin]?.[x - margin] !== true;
	return Array.from({ length: Math.ceil(width / 2) }, (_, row) => {
		const line = Array.from({ length: width }, (_, x) => {
			const [upper, lower] = [isLight(x, row * 2), isLight(x, row * 2 + 1)];
			return upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
		}).join("");
		return colours ? `\x1b[38;5;231;48;5;16m${line}\x1b[0m` : line;
	});
}
