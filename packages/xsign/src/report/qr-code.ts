/**
 * QR codes of text, for the screen: byte mode, error correction L, versions 1 to 15 (520 bytes).
 *
 * @see ISO/IEC 18004
 */
interface Version {
	readonly number: number;
	readonly size: number;
	readonly blocks: number;
	readonly checkBytes: number;
	/** Data and check bytes together. */
	readonly bytes: number;
}

/** Check bytes of a block, and number of blocks, of each version at level L. */
const checkBytes = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22];
const blocks = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6];

function version(number: number): Version {
	const size = number * 4 + 17;
	const aligned = alignments(number, size).length;
	const patterns = aligned === 0 ? 0 : (aligned * aligned - 3) * 25 - (aligned - 2) * 10;
	const bits = (16 * number + 128) * number + 64 - patterns - (number >= 7 ? 36 : 0);
	const at = number - 1;
	return {
		number,
		size,
		blocks: blocks[at] ?? 1,
		checkBytes: checkBytes[at] ?? 0,
		bytes: bits >> 3,
	};
}

function alignments(number: number, size: number): readonly number[] {
	if (number === 1) return [];
	const count = Math.floor(number / 7) + 2;
	const step = count === 2 ? size - 13 : Math.ceil((size - 13) / (2 * count - 2)) * 2;
	return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - at * step).reverse()];
}

/** Rows of modules, true where dark; undefined for a text that is too long. */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
	const data = new TextEncoder().encode(text);
	for (let number = 1; number <= blocks.length; number++) {
		const chosen = version(number);
		const room = chosen.bytes - chosen.blocks * chosen.checkBytes;
		const lengthBits = number < 10 ? 8 : 16;
		if (4 + lengthBits + data.length * 8 > room * 8) continue;
		const bytes = withChecks(padded(data, { lengthBits, room }), chosen);
		return best(Array.from({ length: 8 }, (_, mask) => drawn(bytes, chosen, mask)));
	}
	return undefined;
}

function padded(
	data: Uint8Array,
	{ lengthBits, room }: { readonly lengthBits: number; readonly room: number },
): readonly number[] {
	const written = (value: number, length: number) => value.toString(2).padStart(length, "0");
	const head = written(0b0100, 4) + written(data.length, lengthBits);
	const all = head + [...data].map((byte) => written(byte, 8)).join("");
	const ended = all.padEnd(Math.min(room * 8, all.length + 4), "0");
	const whole = ended.padEnd(Math.ceil(ended.length / 8) * 8, "0");
	const bytes = (whole.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
	return Array.from({ length: room }, (_, at) => bytes[at] ?? ((at - bytes.length) % 2 === 0 ? 0xec : 0x11));
}

/** The field of 256 elements that the check bytes are reckoned in. */
function multiply(one: number, other: number): number {
	let product = 0;
	for (let bit = 7; bit >= 0; bit--) {
		product = (product << 1) ^ ((product >>> 7) * 0x11d);
		product ^= ((other >>> bit) & 1) * one;
	}
	return product;
}

function checks(data: readonly number[], count: number): readonly number[] {
	const divisor = Array.from({ length: count }, (_, at) => Number(at === count - 1));
	let root = 1;
	for (let round = 0; round < count; round++) {
		for (let at = 0; at < count; at++)
			divisor[at] = multiply(divisor[at] ?? 0, root) ^ (at + 1 < count ? (divisor[at + 1] ?? 0) : 0);
		root = multiply(root, 2);
	}
	const rest = Array.from({ length: count }, () => 0);
	for (const byte of data) {
		const factor = byte ^ (rest.shift() ?? 0);
		rest.push(0);
		for (let at = 0; at < count; at++) rest[at] = (rest[at] ?? 0) ^ multiply(divisor[at] ?? 0, factor);
	}
	return rest;
}

/** Cut into blocks, each with its check bytes, then one byte of each block in turn. */
function withChecks(data: readonly number[], { blocks, checkBytes, bytes }: Version): readonly number[] {
	const short = Math.floor(bytes / blocks) - checkBytes;
	const longFrom = blocks - (bytes % blocks);
	let at = 0;
	const cut = Array.from({ length: blocks }, (_, block) => {
		const own = data.slice(at, at + short + (block >= longFrom ? 1 : 0));
		at += own.length;
		return { own, check: checks(own, checkBytes) };
	});
	const turns = (parts: readonly (readonly number[])[]) =>
		Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, turn) =>
			parts.flatMap((part) => part[turn] ?? []),
		).flat();
	return [...turns(cut.map(({ own }) => own)), ...turns(cut.map(({ check }) => check))];
}

type Grid = (boolean | undefined)[][];

function drawn(bytes: readonly number[], version: Version, mask: number): boolean[][] {
	const { size, number } = version;
	const fixed: Grid = Array.from({ length: size }, () => Array.from({ length: size }, () => undefined));
	const set = (x: number, y: number, dark: boolean) => {
		const row = fixed[y];
		if (row !== undefined && x >= 0 && x < size) row[x] = dark;
	};
	for (let at = 0; at < size; at++) {
		set(6, at, at % 2 === 0);
		set(at, 6, at % 2 === 0);
	}
	const square = (x: number, y: number, reach: number, isDark: (distance: number) => boolean) => {
		for (let dy = -reach; dy <= reach; dy++)
			for (let dx = -reach; dx <= reach; dx++)
				set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
	};
	for (const [x, y] of [
		[3, 3],
		[size - 4, 3],
		[3, size - 4],
	] as const)
		square(x, y, 4, (distance) => distance !== 2 && distance !== 4);
	const places = alignments(number, size);
	const last = places.at(-1);
	for (const x of places)
		for (const y of places)
			if (!((x === 6 && (y === 6 || y === last)) || (x === last && y === 6)))
				square(x, y, 2, (distance) => distance !== 1);
	drawFormat(set, size, mask);
	if (number >= 7) drawVersion(set, size, number);
	return filled(fixed, bytes, mask);
}

type Set = (x: number, y: number, dark: boolean) => void;

function remainder(
	value: number,
	{ rounds, divisor }: { readonly rounds: number; readonly divisor: number },
) {
	let rest = value;
	for (let round = 0; round < rounds; round++) rest = (rest << 1) ^ ((rest >>> (rounds - 1)) * divisor);
	return rest;
}

function drawFormat(set: Set, size: number, mask: number): void {
	// 01 is level L.
	const data = (1 << 3) | mask;
	const bits = ((data << 10) | remainder(data, { rounds: 10, divisor: 0x537 })) ^ 0x5412;
	const bit = (at: number) => ((bits >>> at) & 1) === 1;
	for (let at = 0; at <= 5; at++) set(8, at, bit(at));
	set(8, 7, bit(6));
	set(8, 8, bit(7));
	set(7, 8, bit(8));
	for (let at = 9; at < 15; at++) set(14 - at, 8, bit(at));
	for (let at = 0; at < 8; at++) set(size - 1 - at, 8, bit(at));
	for (let at = 8; at < 15; at++) set(8, size - 15 + at, bit(at));
	set(8, size - 8, true);
}

function drawVersion(set: Set, size: number, number: number): void {
	const bits = (number << 12) | remainder(number, { rounds: 12, divisor: 0x1f25 });
	for (let at = 0; at < 18; at++) {
		const dark = ((bits >>> at) & 1) === 1;
		const [long, short] = [size - 11 + (at % 3), Math.floor(at / 3)];
		set(long, short, dark);
		set(short, long, dark);
	}
}

const masks: readonly ((x: number, y: number) => boolean)[] = [
	(x, y) => (x + y) % 2 === 0,
	(_x, y) => y % 2 === 0,
	(x) => x % 3 === 0,
	(x, y) => (x + y) % 3 === 0,
	(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
	(x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Two columns at a time, up and down in turn, from the right; column 6 is a pattern's. */
function filled(fixed: Grid, bytes: readonly number[], mask: number): boolean[][] {
	const size = fixed.length;
	const isMasked = masks[mask] ?? (() => false);
	const rows = fixed.map((row) => row.map((dark) => dark === true));
	let at = 0;
	for (let right = size - 1; right >= 1; right -= 2) {
		if (right === 6) right = 5;
		for (let step = 0; step < size; step++)
			for (const x of [right, right - 1]) {
				const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
				const row = rows[y];
				if (row === undefined || fixed[y]?.[x] !== undefined) continue;
				const dark = (((bytes[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1;
				row[x] = dark !== isMasked(x, y);
				at++;
			}
	}
	return rows;
}

/** The one that is easiest to read, by the standard's own reckoning. */
function best(candidates: readonly boolean[][][]): readonly (readonly boolean[])[] {
	const [first, ...others] = candidates.map((rows) => ({ rows, penalty: penalty(rows) }));
	if (first === undefined) throw new TypeError("there are eight masks");
	return others.reduce((least, each) => (each.penalty < least.penalty ? each : least), first).rows;
}

function penalty(rows: readonly (readonly boolean[])[]): number {
	const columns = rows.map((_, x) => rows.map((row) => row[x] === true));
	let sum = 0;
	for (const line of [...rows, ...columns].map((each) => each.map((dark) => (dark ? "1" : "0")).join(""))) {
		for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
		sum += (line.match(/(?=00001011101|10111010000)/g) ?? []).length * 40;
	}
	for (let y = 1; y < rows.length; y++)
		for (let x = 1; x < rows.length; x++) {
			const dark = rows[y]?.[x];
			if (rows[y - 1]?.[x] === dark && rows[y]?.[x - 1] === dark && rows[y - 1]?.[x - 1] === dark) sum += 3;
		}
	const share = rows.flat().filter(Boolean).length / (rows.length * rows.length);
	return sum + Math.floor(Math.abs(share - 0.5) * 20) * 10;
}
