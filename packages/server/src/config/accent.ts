/** Red, green and blue, 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

/** What a page draws with one accent: the accent, the same under the pointer, what is written on it, and a calm ground. */
export interface Shades {
	readonly accent: string;
	readonly over: string;
	readonly on: string;
	readonly ground: string;
}

/** Contrast that small text has to have. @see https://www.w3.org/TR/WCAG22/#contrast-minimum */
const readable = 4.5;

const [white, black]: readonly [Colour, Colour] = [
	[255, 255, 255],
	[0, 0, 0],
];
/** The darkest ground by day, and the lightest by night, on which the accent is written. */
const [dayGround, nightGround]: readonly [Colour, Colour] = [
	[243, 244, 246],
	[36, 40, 49],
];

/** Whether it can be read on a light page. @param text `#rrggbb` */
export function isReadable(text: string): boolean {
	const colour = parse(text);
	return colour !== undefined && contrast(colour, dayGround) >= readable && daysGround(colour) !== undefined;
}

/** By day the accent as it is; by night the same, light enough to be read on a dark page. @param text a readable one */
export function shadesOf(text: string): { readonly day: Shades; readonly night: Shades } {
	const colour = parse(text) ?? black;
	const light = lightened(colour);
	return {
		day: {
			...{ accent: hex(colour), over: hex(mix(colour, black, 0.25)), on: hex(white) },
			ground: hex(daysGround(colour) ?? white),
		},
		night: {
			...{ accent: hex(light), over: hex(mix(light, white, 0.4)), on: hex(mix(light, black, 0.85)) },
			ground: hex(mix(nightGround, colour, 0.2)),
		},
	};
}

/** A breath of the accent, on which it can still be read. */
function daysGround(colour: Colour): Colour | undefined {
	const tinted = [0.08, 0.05, 0].map((share) => mix(white, colour, share));
	return tinted.find((ground) => contrast(colour, ground) >= readable);
}

/** With so much white that it can be read on every dark ground, its own included. */
function lightened(colour: Colour): Colour {
	const ground = mix(nightGround, colour, 0.2);
	const steps = Array.from({ length: 21 }, (_, step) => mix(colour, white, step / 20));
	const isEnough = (one: Colour) => contrast(one, ground) >= readable && contrast(one, nightGround) >= 6;
	return steps.find(isEnough) ?? white;
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(one: Colour, other: Colour): number {
	const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
	return (light + 0.05) / (dark + 0.05);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: Colour): number {
	const [red = 0, green = 0, blue = 0] = colour.map((part) => {
		const share = part / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The first, with so much of the second. */
function mix(one: Colour, other: Colour, share: number): Colour {
	const part = (at: 0 | 1 | 2) => Math.round(one[at] * (1 - share) + other[at] * share);
	return [part(0), part(1), part(2)];
}

export function parse(text: string): Colour | undefined {
	const parts = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text);
	if (parts === null) return undefined;
	const [red = 0, green = 0, blue = 0] = parts.slice(1).map((part) => Number.parseInt(part, 16));
	return [red, green, blue];
}

function hex(colour: Colour): string {
	return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
