import { StorageUnavailable } from "@countersign/core";
import { awayInShort, isStorageAway, oauthError, retryAfter, withCors } from "../http/index.ts";
import { say } from "../words/index.ts";
import { isForPrograms } from "./for-programs.ts";
import type { Pages } from "./pages.ts";

/**
 * Accounts are on their way here, or away. Whoever is not here yet must not be told that they are nobody: apps would
 * forget their keys. It is over in minutes, as when the data are away.
 */
export class PeopleMoving extends StorageUnavailable {
	constructor() {
		super("people are moving");
	}
}

/** Whose password a directory checks cannot be told from anybody else until it answers again. */
export class DirectoryAway extends StorageUnavailable {}

/**
 * What any other request is answered that this server failed at: programs get an OAuth error, people a page. Storage
 * that does not answer is 503, which tells apps to keep what they hold and to try again; all else is a fault of ours.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function createFailures(pages: Pages): (error: unknown, path: string) => Response {
	return (error, path) => {
		const isMoving = error instanceof PeopleMoving;
		if (!isForPrograms(path)) return pages.problem(isStorageAway(error) ? awayOf(error) : internalError);
		if (!isStorageAway(error))
			return withCors(oauthError(500, "server_error", "Something went wrong at this server"));
		const answer = withCors(
			oauthError(503, "temporarily_unavailable", isMoving ? movingInShort : awayInShort),
		);
		for (const [name, value] of Object.entries(retryAfter)) answer.headers.set(name, value);
		return answer;
	};
}

function awayOf(error: unknown) {
	if (error instanceof PeopleMoving) return moving;
	return error instanceof DirectoryAway ? directoryAway : storageAway;
}

const movingInShort = "Accounts are being moved. Try again in a few minutes.";

const moving = {
	status: 503,
	title: say("problems.moving"),
	text: say("problems.moving-text"),
	headers: retryAfter,
} as const;

const directoryAway = {
	status: 503,
	title: say("problems.directory-away"),
	text: say("problems.directory-away-text"),
	headers: retryAfter,
} as const;

const storageAway = {
	status: 503,
	title: say("problems.storage-away"),
	text: say("problems.storage-away-text"),
	headers: retryAfter,
} as const;

const internalError = {
	status: 500,
	title: say("problems.internal"),
	text: say("problems.internal-text"),
} as const;
