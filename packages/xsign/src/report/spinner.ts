const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

/** One line that moves until something is done. */
export interface Spinner {
	/** Begins a line; the one before it is done. @param done what the line says once it is; default: the same */
	start(text: string, done?: string): void;
	/** Ends the line, with a mark where it went well or did not; without one it is taken away. */
	stop(mark?: "✓" | "✗"): void;
}

/** Where lines cannot be drawn over, each is written once, when it begins. */
export function createSpinner(out: (text: string) => void, { moves }: { readonly moves: boolean }): Spinner {
	let current:
		| { readonly text: string; readonly done: string; readonly timer: NodeJS.Timeout | undefined }
		| undefined;
	const spinner: Spinner = {
		start(text, done = text) {
			spinner.stop("✓");
			let frame = 0;
			const draw = () => out(`\r${frames[frame++ % frames.length]} ${text}\x1b[K`);
			if (moves) draw();
			else out(`  ${text}\n`);
			current = { text, done, timer: moves ? setInterval(draw, frameMs) : undefined };
		},
		stop(mark) {
			if (current === undefined) return;
			clearInterval(current.timer);
			const { text, done } = current;
			const line = mark === "✓" ? done : text;
			if (moves) out(mark === undefined ? "\r\x1b[K" : `\r${mark} ${line}\x1b[K\n`);
			current = undefined;
		},
	};
	return spinner;
}
