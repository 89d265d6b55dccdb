import { encode } from "uqr";
import { type Html, html } from "./html.ts";

/** A QR code of this text, drawn in the page itself: whatever it holds is told to nobody. Dark on light, in the dark too. */
export function qrCode(text: string): Html {
	const { data, size } = encode(text, { ecc: "M", border: 4 });
	const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
	return html`<svg class="qr" viewBox="0 0 ${size} ${size}" aria-hidden="true"><rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="${dark.join("")}"/></svg>`;
}
