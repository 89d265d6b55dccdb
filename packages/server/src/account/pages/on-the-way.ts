import { hidden } from "../../pages/index.ts";
import { addressOf, addressOfStep, parseResume, type Resume } from "../../resume/index.ts";

/** The address of a page that leads on to another one. Default: it leads nowhere. */
export function onTheWay(path: string, to: Resume | undefined): string {
	return to === undefined ? path : `${path}?${new URLSearchParams({ next: addressOf(to) })}`;
}

/** Where who thinks again gets: to the page that asks for a factor, where that is what they came from. */
export function cancelled(path: string, to: Resume | undefined): string {
	return to === undefined ? path : addressOfStep({ kind: "add-factor", to });
}

/** Where the page leads on to, in a form. */
export function hiddenNext(to: Resume | undefined) {
	return to && hidden("next", addressOf(to));
}

/** Reads it from an address or a form. */
export function readNext(next: string | undefined): Resume | undefined {
	return next === undefined ? undefined : parseResume(next);
}
