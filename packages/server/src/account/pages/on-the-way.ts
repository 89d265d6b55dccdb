import { hidden } from "../../pages/index.ts";
import { addressOf, parseResume, type Resume } from "../../resume/index.ts";

/** The address of a page that leads on to another one. Default: it leads nowhere. */
export function onTheWay(path: string, to: Resume | undefined): string {
	return to === undefined ? path : `${path}?${new URLSearchParams({ next: addressOf(to) })}`;
}

/** The same in a form. */
export function hiddenNext(to: Resume | undefined) {
	return to && hidden("next", addressOf(to));
}

/** Reads either. */
export function readNext(next: string | undefined): Resume | undefined {
	return next === undefined ? undefined : parseResume(next);
}
