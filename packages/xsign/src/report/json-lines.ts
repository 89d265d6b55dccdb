import type { Told } from "./events.ts";

/** Members that let whoever reads a log act in the person's place, or find the page where they do. */
const secret: ReadonlySet<string> = new Set(["url", "urlComplete", "userCode"]);

/**
 * One JSON object a line. Lines end up in logs: addresses and codes are in them only with `showUrl`, and a recovery
 * key never is.
 */
export function reportInJson(out: (text: string) => void, { showUrl }: { readonly showUrl: boolean }) {
	return {
		tell(told: Told) {
			if (told.event === "recovery-key") throw new TypeError("a recovery key is not for logs");
			const shown = Object.entries(told).filter(([name]) => showUrl || !secret.has(name));
			out(`${JSON.stringify(Object.fromEntries(shown))}\n`);
		},
		close() {},
	};
}
