import { posix } from "node:path";
import { importsIn, type Source } from "./judge.ts";

/**
 * Files that import each other, directly or around, types included: such files can only be read together. Each circle
 * once, its files in order. Between packages, which are imported by name, the table of packages forbids them.
 */
export function circlesAmong(sources: readonly Source[]): readonly (readonly string[])[] {
	const known = new Set(sources.map(({ path }) => path));
	const arrows = new Map(
		sources.map(({ path, text }) => {
			const targets = importsIn(text).map((name) => posix.join(posix.dirname(path), name));
			return [path, targets.filter((target) => known.has(target))];
		}),
	);
	const reachable = new Map([...arrows.keys()].map((path) => [path, reachedFrom(path, arrows)]));
	const inCircles = [...known].sort().filter((path) => reachable.get(path)?.has(path) === true);
	const circles = new Map<string, readonly string[]>();
	for (const path of inCircles) {
		const together = inCircles.filter(
			(other) => reachable.get(path)?.has(other) === true && reachable.get(other)?.has(path) === true,
		);
		circles.set(together.join(" "), together);
	}
	return [...circles.values()];
}

/** Every file that one comes to by its imports; itself only around a circle. */
function reachedFrom(start: string, arrows: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
	const reached = new Set<string>();
	const todo = [...(arrows.get(start) ?? [])];
	for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
		if (reached.has(next)) continue;
		reached.add(next);
		todo.push(...(arrows.get(next) ?? []));
	}
	return reached;
}
